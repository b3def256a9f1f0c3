"""并联收件: the bundle and its optional items, the combined materials, and filing them as one case."""

from collections.abc import Callable, Sequence

import streamlit as st

from models.enums import MaterialState, Necessity, Permission
from services import bundles, database
from services.actors import Actor
from services.bundles import BundleFiling, Composition
from services.bundles.composing import BundleCard
from services.cases import applicants
from services.cases.intake import Filed
from services.errors import Invalid
from services.rules import identifiers
from services.rules.combining import CombinedMaterial
from ui import intake_draft, intake_materials, page, tables, words
from ui.forms import Fields
from ui.intake_draft import Draft, Receipt
from ui.tables import Column

WIDTHS = (10, 8)
MEMBERS = (
    Column("顺序", lambda row: row.stage, width=90),
    Column("事项", "name", width=240),
    Column("部门", "department", width=150),
    Column("办理", lambda row: "必办" if row.is_mandatory else "按需选办", width=80),
)


def choose(cards: Sequence[BundleCard], draft: Draft) -> BundleCard | None:
    """Which bundle is applied for."""
    by_id = {card.id: card for card in cards}
    chosen = st.selectbox(
        "一件事",
        list(by_id),
        None,
        format_func=lambda each: by_id[each].name,
        key=draft.key("bundle"),
        placeholder="选择要办的一件事，如 企业设立",
    )
    return by_id[chosen] if chosen else None


def optional(found: Composition, draft: Draft) -> list[int]:
    """The items taken when the applicant's circumstances ask for them."""
    extra = {member.id: member for member in found.members if not member.is_mandatory}
    if not extra:
        return []
    return st.multiselect(
        "按需选办的事项",
        list(extra),
        format_func=lambda each: f"{extra[each].name}　{extra[each].department}",
        key=draft.key(f"optional-{found.bundle.id}"),
        placeholder="没有特别情形的不用选",
    )


def overview(found: Composition) -> None:
    """What the applicant is told: items, departments, their order (R-PAR-02)."""
    st.caption(page.plain(found.bundle.description))
    st.markdown(
        f"**{len(found.members)} 个事项　{len(found.departments)} 个部门　材料 {len(found.materials)} 份，同一材料只收一次**"
    )
    if found.produced:
        names = "、".join(each.material.name for each in found.produced)
        st.caption(f"办理中由前面的部门产生、不用提交：{page.plain(names)}")
    with st.expander("事项、部门和办理顺序", expanded=len(found.members) <= 8):
        tables.show(found.members, MEMBERS, key=f"members-{found.bundle.id}", alt="本次办理的事项、部门和顺序")


def materials(found: Composition, draft: Draft, fields: Fields) -> dict[str, MaterialState]:
    """The combined checklist; each material says which items need it."""
    names = {member.id: member.name for member in found.members}
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown(f"**合并后的材料 {len(found.materials)} 份**", width="content")
            keys = [_key(draft, each) for each in found.materials if each.material.necessity != Necessity.CONDITIONAL]
            st.button("全部收齐", key=draft.key("all"), shortcut="F4", on_click=_take_all, args=(keys,))
        states = {each.material.key: _row(draft, each, names) for each in found.materials}
        fields.place("materials")
    draft.mark(fields, materials=tuple(states.values()))
    return states


def _key(draft: Draft, each: CombinedMaterial) -> str:
    return draft.key(f"{each.material.key}-state")


@page.callback(Permission.CASES_INTAKE)
def _take_all(keys: Sequence[str]) -> None:
    for key in keys:
        st.session_state[key] = MaterialState.RECEIVED


def _row(draft: Draft, each: CombinedMaterial, names: dict[int, str]) -> MaterialState:
    material = each.material
    name, state = st.columns(WIDTHS, vertical_alignment="center", gap="small")
    needed = "、".join(names[item] for item in each.items)
    mark = intake_materials.MARKS[material.necessity]
    name.markdown(
        f"{page.plain(material.name)}　:gray[:small[{mark}　用于 {page.plain(needed)}]]",
        help=page.plain(material.note) or None,
    )
    if material.necessity == Necessity.CONDITIONAL:
        st.session_state.setdefault(_key(draft, each), MaterialState.NOT_APPLICABLE)
    with state:
        chosen = st.segmented_control(
            f"{material.name}的情况",
            intake_materials.CHOICES[material.necessity],
            format_func=lambda option: option.label,
            key=_key(draft, each),
            label_visibility="collapsed",
        )
    return chosen or MaterialState.MISSING


def file(
    draft: Draft, fields: Fields, name: str, filing: Callable[[database.Session], BundleFiling], clerk: Actor
) -> None:
    """File the form, once. A refusal is said at its fields; nothing typed is lost."""

    def run(session: database.Session) -> tuple[Filed, BundleFiling, int | None]:
        given = filing(session)
        try:
            filed = bundles.file(session, given, actor=clerk, now=page.now())
        except Invalid as error:
            values = {field: draft.typed(field) for field in ("id_number", "name", "phone")}
            draft.complain(error.fields, {**values, "materials": tuple(given.states.values())})
            fields.mark(error.fields)
            raise
        known = applicants.find(session, clerk.district_id, given.applicant.id_number)
        return filed, given, known[0].id if known else None

    page.perform(
        run, done="已收件，各部门任务已同时下达", then=lambda done: _go_on(draft, name, *done), key=draft.form_key
    )


def _go_on(draft: Draft, name: str, filed: Filed, filing: BundleFiling, applicant_id: int | None) -> None:
    receipt = Receipt(
        filed.number,
        identifiers.show_query_code(filed.query_code),
        name,
        filing.applicant.name,
        "这份表单此前已经收过，没有重复收件"
        if filed.is_repeat
        else f"承诺 {words.moment(filed.due_at)} 前办结，统一领取",
    )
    intake_draft.replace(draft.followed(receipt, applicant_id))
