"""Drawing a service guide: for a citizen, plain words first; for staff, every element by section."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from models.enums import Audience, HandlingChannel, ItemState, LabelEnum, Necessity, SourceChannel
from services.catalogue.items import PublishedItem
from services.catalogue.rows import limit_in_words, type_label
from services.rules.guide import Guide, GuidePart, Material, Step, WindowPlace
from ui import words
from ui.page import plain

# Every element of the guide stands in exactly one section, in the order of the official form.
SECTIONS: dict[str, tuple[str, ...]] = {
    "基本信息": (
        "task_name", "main_item", "task_type", "catalog_code", "task_code", "task_handle_item", "dept_name",
        "dept_code", "dept_type", "entrust_name", "other_dept", "use_level", "power_source", "power_division",
        "exercise_content", "regime", "source_note",
    ),
    "依据与条件": ("by_law", "scope_of_application", "accept_condition", "prohibited", "limit_explain"),
    "办理时限": (
        "project_type", "review_mode", "anticipate_day", "anticipate_type", "anticipate_explain", "promise_day",
        "promise_type", "promise_explain", "special_procedure",
    ),
    "申请材料": ("materials", "form", "intermediary_services", "intermediary_basis", "requires_results_of"),
    "办理流程": ("handle_flow", "flow"),
    "收费与结果": (
        "is_fee", "fee_basis", "fee_items", "is_pay_online", "result_name", "result_type", "result_sample",
        "is_express",
    ),
    "服务方式": (
        "serve_type", "user_topic_type", "corp_topic_type", "handle_type", "limit_scene_num", "limit_scene_explain",
        "handle_area", "is_online", "online_handle_depth", "online_handle_url", "is_entry_center", "is_schedule",
    ),
    "地点与咨询": ("places", "link_way", "consult_phone", "supervise_way", "complain_phone"),
    "权利与问答": (
        "applicant_rights", "review_dept", "litigation_dept", "faq", "plan_effective_date", "plan_cancel_date",
    ),
}  # fmt: skip
TOPICS_OF = {"user_topic_type": Audience.PERSON, "corp_topic_type": Audience.ENTERPRISE}
REMOTE = {HandlingChannel.WEB, HandlingChannel.MOBILE}
NECESSITIES = {
    Necessity.REQUIRED: "必须带的",
    Necessity.DEFERRABLE: "可以先办后补的（容缺后补）",
    Necessity.CONDITIONAL: "看情况需要的",
}
REGIMES = {"CURRENT": "现行", "LEGACY_2008": "2008 年旧制（仅供查阅和演示）"}
Topics = Mapping[tuple[Audience, str], str]  # names of topics


def title_of(element: str) -> str:
    return Guide.model_fields[element].title or element


def in_words(element: str, value: Any, topics: Topics) -> str:
    """One element as a reader reads it; "" where it is empty."""
    match value:
        case bool():
            return words.yes(value)
        case LabelEnum():
            return value.label
        case dt.date():
            return words.day(value)
        case Decimal():
            return words.money(value)
        case list():
            return "、".join(in_words(element, each, topics) for each in value)
        case None:
            return ""
    if element == "task_type":
        return type_label(value)
    if element == "regime":
        return REGIMES.get(value, value)
    return topics.get((TOPICS_OF[element], value), value) if element in TOPICS_OF else str(value)


def full(guide: Guide, topics: Topics) -> None:
    """Every element, section by section; what is empty says so."""
    for section, elements in SECTIONS.items():
        st.subheader(section, anchor=False)
        scalars = {}
        for element in elements:
            value = getattr(guide, element)
            if isinstance(value, list) and value and isinstance(value[0], GuidePart):
                parts(title_of(element), value)
            else:
                text = in_words(element, value, topics)
                scalars[title_of(element)] = plain(text) if text else f":gray[{words.UNFILLED}]"
        st.table(scalars, border="horizontal", alt=f"{section}的要素")


def parts(title: str, rows: Sequence[GuidePart]) -> None:
    """A list of the guide as a table; columns that no row fills are left out."""
    st.markdown(f"**{title}**（{len(rows)}）")
    columns = {name: field.title or name for name, field in type(rows[0]).model_fields.items() if name != "key"}
    cells = {heading: [in_words(name, getattr(row, name), {}) for row in rows] for name, heading in columns.items()}
    shown = {heading: [plain(text) for text in texts] for heading, texts in cells.items() if any(texts)}
    st.table(pd.DataFrame(shown), border="horizontal", hide_index=True, alt=title)


def promise(guide: Guide) -> str:
    return limit_in_words(guide.promise_day, guide.promise_type)


def _visits(guide: Guide) -> str:
    if guide.limit_scene_num is None:
        return words.NOTHING
    return f"{guide.limit_scene_num} 次" if guide.limit_scene_num else "不用跑"


def _ways(guide: Guide) -> str:
    if not guide.handle_type:
        return words.NOTHING
    return "线上可办" if REMOTE & set(guide.handle_type) else "到窗口"


def facts(guide: Guide) -> None:
    """What everybody asks first."""
    with st.grid(4, min_column_width=150, gap="small"):
        st.metric("多久办好", promise(guide), border=True, help="承诺办结时限，自受理起算")
        st.metric("要跑几次", _visits(guide), border=True, help="到办事现场次数")
        st.metric("收不收费", "收费" if guide.is_fee else "不收费", border=True)
        st.metric("怎么办理", _ways(guide), border=True, help=in_words("", guide.handle_type, {}) or None)


def standing(item: PublishedItem) -> None:
    """Says so when the item cannot be applied for now."""
    if item.state is ItemState.SUSPENDED:
        st.warning("本事项目前暂停办理，暂不接受新的申请；已受理的办件照常办理。何时恢复请拨打咨询电话。")
    elif item.state is ItemState.ABOLISHED:
        st.error("本事项已经取消，不再接受申请；以下内容仅供查阅。")


def checklist(materials: Sequence[Material]) -> None:
    """The materials as a list to tick off at home."""
    if not materials:
        st.info("不需要提交材料，带好本人有效身份证件即可。")
        return
    for necessity, heading in NECESSITIES.items():
        chosen = [(number, row) for number, row in enumerate(materials) if row.necessity is necessity]
        if chosen:
            st.markdown(f"**{heading}**（{len(chosen)}）")
        for number, material in chosen:
            with st.container(gap=None):
                st.checkbox(f"**{plain(material.name)}** {_copies(material)}", key=f"material-{number}")
                st.caption(_about(material))


def _copies(material: Material) -> str:
    counts = [(material.originals, "原件"), (material.copies, "复印件")]
    said = "，".join(f"{kind} {number} 份" for number, kind in counts if number)
    return f":gray[{said}]" if said else ""


def _about(material: Material) -> str:
    said = [f"适用情形：{material.condition}" if material.condition else "", _source(material), material.note]
    return "；".join(plain(part.rstrip("。；")) for part in said if part)


def _source(material: Material) -> str:
    if material.source_channel is SourceChannel.GOVERNMENT:
        return f"由{material.issuer or '政府部门'}核发，能共享核验的可免交"
    return f"由{material.issuer}出具" if material.issuer else ""


def places(rows: Sequence[WindowPlace]) -> None:
    for row in rows:
        lines = [f"**{plain(row.place)}** {plain(row.windows)}".rstrip()]
        lines += [f"办理时间：{plain(row.hours)}"] if row.hours else []
        lines += [f"交通：{plain(row.traffic)}"] if row.traffic else []
        st.markdown("  \n".join(lines))


def steps(rows: Sequence[Step]) -> None:
    lines = [
        f"{number}. **{plain(row.name)}**"
        + (f"　{plain(row.department)}" if row.department else "")
        + (f"　:gray[{limit_in_words(row.limit, row.unit)}]" if row.limit is not None else "")
        for number, row in enumerate(rows, start=1)
    ]
    st.markdown("\n".join(lines))


def _text(heading: str, *texts: str) -> None:
    """A heading with what is filled in; nothing when nothing is."""
    filled = [text for text in texts if text]
    if filled:
        st.subheader(heading, anchor=False)
        for text in filled:
            st.markdown(plain(text).replace("\n", "  \n"))


def fees(guide: Guide) -> None:
    if not guide.is_fee:
        return
    st.subheader("交多少钱", anchor=False)
    if guide.fee_items:
        parts("收费项目", guide.fee_items)
    st.caption(plain(f"收费依据：{guide.fee_basis}" if guide.fee_basis else ""))


def for_citizens(guide: Guide) -> None:
    """The whole guide in the order in which a person needs it."""
    facts(guide)
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.subheader("要带什么", anchor=False)
        checklist(guide.materials)
        _text("什么情况能办", guide.accept_condition, guide.scope_of_application)
        _text("什么情况不能办", guide.prohibited)
        _text("有没有数量限制", guide.limit_explain)
    with right:
        st.subheader("去哪里办", anchor=False)
        places(guide.places)
        if guide.online_handle_url:
            st.link_button("网上办理", guide.online_handle_url)
        _phones(guide)
    if guide.handle_flow:
        st.subheader("怎么办", anchor=False)
        steps(guide.handle_flow)
    fees(guide)
    _text("办好了给您什么", guide.result_name)
    _questions(guide)
    _basis(guide)


def _phones(guide: Guide) -> None:
    lines = [
        ("不清楚打这里", guide.consult_phone, guide.link_way),
        ("要投诉打这里", guide.complain_phone, guide.supervise_way),
    ]
    for label, phone, way in lines:
        if phone:
            st.markdown(f"**{label}**　{plain(phone)}")
        if way and way != phone:
            st.caption(plain(way))


def _questions(guide: Guide) -> None:
    if guide.faq:
        st.subheader("大家常问", anchor=False)
    for row in guide.faq:
        with st.expander(plain(row.question)):
            st.markdown(plain(row.answer) or words.UNFILLED)


def _basis(guide: Guide) -> None:
    st.subheader("办事依据和您的权利", anchor=False)
    with st.expander(f"设定依据（{len(guide.by_law)}）"):
        for law in guide.by_law:
            st.markdown(f"**{plain(law.law_name)}** {plain(law.doc_no)} {plain(law.article)}  \n{plain(law.text)}")
    with st.expander("时限、类型和编码"):
        st.table(_official(guide), border="horizontal", alt="时限、类型和编码")
    rights = [guide.applicant_rights, guide.review_dept, guide.litigation_dept]
    if any(rights):
        with st.expander("申请人权利、行政复议和诉讼"):
            for text in filter(None, rights):
                st.markdown(plain(text))


def _official(guide: Guide) -> dict[str, str]:
    elements = ("task_type", "project_type", "use_level", "serve_type", "handle_type", "catalog_code", "task_code")
    found = {title_of(element): in_words(element, getattr(guide, element), {}) for element in elements}
    found["法定办结时限"] = limit_in_words(guide.anticipate_day, guide.anticipate_type)
    found["承诺办结时限"] = promise(guide)
    return {title: plain(text) for title, text in found.items() if text}
