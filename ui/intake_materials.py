"""The checklist of materials on the intake form: received, to come later, or not needed, as each allows."""

from collections.abc import Mapping, Sequence

import streamlit as st

import settings
from models.enums import CaseType, MaterialState, Necessity, Permission
from services.attachments import ACCEPTED, Upload
from services.cases import reusing
from services.cases.intake import MaterialEntry, material_key
from services.cases.reusing import Offer
from services.catalogue.rows import PublishedItem
from services.rules.guide import Material
from ui import intake_draft, page
from ui.forms import Fields
from ui.intake_draft import Draft

S = MaterialState
CHOICES: dict[Necessity, tuple[MaterialState, ...]] = {
    Necessity.REQUIRED: (S.RECEIVED,),
    Necessity.DEFERRABLE: (S.RECEIVED, S.DEFERRED),
    Necessity.CONDITIONAL: (S.RECEIVED, S.NOT_APPLICABLE),
}
MARKS = {Necessity.REQUIRED: "必交", Necessity.DEFERRABLE: "可容缺", Necessity.CONDITIONAL: "按情形"}
WIDTHS = (10, 8, 6)
MOST_COPIES = 99


def draw(draft: Draft, fields: Fields, item: PublishedItem) -> tuple[list[MaterialEntry], list[Upload]]:
    """What was ticked and the files. An instant case's materials are seen at the counter and only listed."""
    required = item.guide.materials
    if item.guide.project_type == CaseType.IMMEDIATE:
        names = "、".join(material.name for material in required) or "无"
        st.caption(f"即办件，当场核验：{page.plain(names)}")
        return [], loose_files(draft, "attachments")
    entries: list[MaterialEntry] = []
    uploads: list[Upload] = []
    offers = _offers(draft, required)
    with st.container(border=True, gap="xsmall"):
        _head(draft, item, offers)
        for place, material in enumerate(required):
            entry, files = _row(draft, item, material_key(material, place), material, offers.get(material.name))
            entries.append(entry)
            uploads.extend(files)
        fields.place("materials")
    draft.mark(fields, materials=states(entries))
    return entries, uploads


def states(entries: Sequence[MaterialEntry]) -> tuple[str, ...]:
    return tuple(entry.state.value for entry in entries)


def _key(draft: Draft, item: PublishedItem, key: str, what: str) -> str:
    return draft.key(f"{item.version_id}-{key}-{what}")


def _offers(draft: Draft, required: Sequence[Material]) -> dict[str, Offer]:
    """What of the list the centre already holds of this applicant, checked and valid."""
    if draft.applicant_id is None:
        return {}
    names, today = [material.name for material in required], page.now().date()
    with page.transaction() as session:
        return reusing.offers(session, draft.district_id, draft.applicant_id, names, today=today)


def _head(draft: Draft, item: PublishedItem, offers: Mapping[str, Offer]) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f"**申请材料 {len(item.guide.materials)} 份**", width="content")
        if offers:
            st.button(
                f"复用已核验 {len(offers)} 份",
                key=draft.key("reuse-all"),
                shortcut="F6",
                on_click=_reuse_all,
                args=(item, frozenset(offers)),
            )
        st.button("全部收齐", key=draft.key("all"), shortcut="F4", on_click=_take_all, args=(item,))


@page.callback(Permission.CASES_INTAKE)
def _reuse_all(item: PublishedItem, names: frozenset[str]) -> None:
    """What is held need not be handed in again."""
    draft = intake_draft.at_hand()
    for place, material in enumerate(item.guide.materials):
        if material.name in names:
            key = material_key(material, place)
            st.session_state[_key(draft, item, key, "reuse")] = True
            st.session_state[_key(draft, item, key, "state")] = S.RECEIVED


@page.callback(Permission.CASES_INTAKE)
def _take_all(item: PublishedItem) -> None:
    """Everything that is not a matter of circumstances has been handed in."""
    draft = intake_draft.at_hand()
    for place, material in enumerate(item.guide.materials):
        if material.necessity != Necessity.CONDITIONAL:
            st.session_state[_key(draft, item, material_key(material, place), "state")] = S.RECEIVED


def _row(
    draft: Draft, item: PublishedItem, key: str, material: Material, offer: Offer | None
) -> tuple[MaterialEntry, list[Upload]]:
    def named(what: str) -> str:
        return _key(draft, item, key, what)

    name, state, more = st.columns(WIDTHS, vertical_alignment="center", gap="small")
    name.markdown(f"{page.plain(material.name)}　:gray[:small[{MARKS[material.necessity]}]]", help=_help(material))
    if material.necessity == Necessity.CONDITIONAL:
        st.session_state.setdefault(named("state"), S.NOT_APPLICABLE)
    with state:
        chosen = st.segmented_control(
            f"{material.name}的情况",
            CHOICES[material.necessity],
            format_func=lambda each: each.label,
            key=named("state"),
            label_visibility="collapsed",
        )
    originals = st.session_state.get(named("originals"), material.originals)
    copies = st.session_state.get(named("copies"), material.copies)
    with more, st.popover(_summary(originals, copies, named("files")), key=named("more"), width="stretch"):
        originals = st.number_input("原件份数", 0, MOST_COPIES, material.originals, key=named("originals"))
        copies = st.number_input("复印件份数", 0, MOST_COPIES, material.copies, key=named("copies"))
        until = st.date_input("有效期至（长期有效的不填）", None, key=named("until"), format="YYYY-MM-DD")
        uploads = _uploader(named("files"), key)
    reused = offer.case_id if offer is not None and _is_reused(offer, named("reuse")) else None
    return MaterialEntry(key, chosen or S.MISSING, originals, copies, valid_until=until, reused_from=reused), uploads


def _is_reused(offer: Offer, key: str) -> bool:
    valid = f"有效期至 {offer.valid_until}" if offer.valid_until else "长期有效"
    told = f"复用：{offer.checked_on} 办件 {offer.number} 已核验，{valid}"
    return st.checkbox(told, key=key)


def _summary(originals: int, copies: int, files_key: str) -> str:
    files = len(st.session_state.get(files_key) or ())
    return f"原 {originals} 复 {copies}" + (f" 附 {files}" if files else "")


def _help(material: Material) -> str | None:
    return page.plain("　".join(part for part in (material.condition, material.note) if part)) or None


def loose_files(draft: Draft, key: str) -> list[Upload]:
    """Files that belong to no one material."""
    with st.popover("附件", key=f"{key}-open"):
        return _uploader(draft.key(key), "")


def _uploader(key: str, material_key: str) -> list[Upload]:
    limit = settings.current().attachment_limit_mb
    chosen = st.file_uploader(
        f"附件（{'、'.join(ACCEPTED)}，每个不超过 {limit} MB）",
        ACCEPTED,
        accept_multiple_files=True,
        max_upload_size=limit,
        key=key,
    )
    return [Upload(each.name, each.getvalue(), material_key or None) for each in chosen]
