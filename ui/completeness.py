"""收件审查 on screen: document by document, then accepted, told once what is missing, or turned away."""

import datetime as dt
from collections.abc import Mapping, Sequence

import streamlit as st

from models.enums import CaseAction, CaseStatus, DocumentVerdict, Necessity, Permission
from models.reviews import MaterialVerdict
from services import attachments, calendars
from services.actors import Actor
from services.attachments import ACCEPTED, Upload
from services.cases import correcting, details, received
from services.cases.details import CaseDetail
from services.cases.received import Asked, ReceivedCase
from services.rules import working_time
from services.rules.completeness import Before, Document, Judged
from ui import case_forms, case_sheets, cases, forms, page, tables, words
from ui.forms import Fields
from ui.tables import Column

V = DocumentVerdict
PREVIEWED = ("image/png", "image/jpeg")
ROUNDS = (
    Column("轮次", lambda row: f"第 {row.round} 轮", width=70),
    Column("材料", "name", width=220),
    Column("结论", lambda row: row.verdict.label, width=110),
    Column("说明", lambda row: row.note or words.NOTHING, width="large"),
    Column("审查人", "judged_by", width=90),
    Column("时间", lambda row: words.brief(row.judged_at), width=128),
)


def pick(actor: Actor, rows: Sequence[ReceivedCase], now: dt.datetime) -> ReceivedCase | None:
    """The queue with what is left of the five working days."""
    with page.transaction() as session:
        calendar_of = {
            centre: calendars.work_calendar(session, actor.district_id, centre)
            for centre in {r.centre_id for r in rows}
        }

    def left(row: ReceivedCase) -> str:
        if row.status is CaseStatus.CORRECTION_REQUESTED:
            return "等申请人补正"
        due = working_time.completeness_deadline(
            row.submitted_at.astimezone(now.tzinfo), calendar_of[row.centre_id]
        ).due
        text = case_sheets.remaining(now, due, calendar_of[row.centre_id])
        return f"⚠ {text}" if due < now else text

    columns = (
        Column("告知时限", left, width=230),
        Column("事项名称", "item_name", width=190),
        Column("申请人", "applicant_name", width=120),
        Column("来源", "channel", width=64),
        Column("状态", "status", width=76),
        Column("收件时间", lambda row: words.brief(row.submitted_at), width=128),
        Column("办件编号", "number", width=172),
    )
    return tables.pick(rows, columns, key="received", alt="待审查的收件，最早的在前")


def desk(number: str, actor: Actor) -> None:
    """The chosen case: its documents with their files, and the conclusion."""
    with page.transaction() as session:
        found = details.detail(session, number, actor)
        documents = received.documents(session, found.case)
        before = received.earlier(session, found.case)
        asked, until = received.asked(session, found.case)
        case_sheets.head(session, found, page.now())
    with st.expander("申请人与申请表单", expanded=found.case.status is CaseStatus.SUBMITTED):
        case_sheets.applicant(found, actor)
        case_forms.answers(found, actor)
        st.page_link(cases.CASE, label="打开完整办件", query_params={"number": number})
    if found.case.status is CaseStatus.CORRECTION_REQUESTED:
        _correction(found, asked, until, actor)
        return
    if found.case.status is not CaseStatus.SUBMITTED:
        st.info(f"这个办件现在是「{found.case.status.label}」，不在收件审查。")
        return
    fields = Fields(f"review-{number}-{found.case.version}")
    judged = _documents(found, documents, before, fields, actor)
    _conclude(found, documents, judged, fields, actor)


def _documents(
    found: CaseDetail, documents: Sequence[Document], before: Mapping[str, Before], fields: Fields, actor: Actor
) -> list[Judged]:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f"**申请材料 {len(documents)} 份**：逐份判定是否齐全、可用", width="content")
        st.button(
            "其余全部合格",
            key=fields.key("all"),
            shortcut="F4",
            on_click=_pass_rest,
            args=(documents, fields.key("verdict")),
        )
    judged = []
    for document in documents:
        with st.container(border=True, gap="xsmall"):
            if (said := _document(found, document, before.get(document.key), fields, actor)) is not None:
                judged.append(said)
    return judged


@page.callback(Permission.CASES_INTAKE)
def _pass_rest(documents: Sequence[Document], prefix: str) -> None:
    """Whatever is not judged yet is usable."""
    for document in documents:
        if st.session_state.get(f"{prefix}-{document.key}") is None:
            st.session_state[f"{prefix}-{document.key}"] = V.USABLE


def _document(
    found: CaseDetail, document: Document, before: Before | None, fields: Fields, actor: Actor
) -> Judged | None:
    title, choice = st.columns([5, 4], vertical_alignment="center")
    necessity = "" if document.necessity is Necessity.REQUIRED else f"　:gray[:small[{document.necessity.label}]]"
    title.markdown(page.plain(document.name) + necessity)
    key = f"{fields.key('verdict')}-{document.key}"
    options = [each for each in V if each is not V.NOT_NEEDED or document.necessity is not Necessity.REQUIRED]
    with choice:
        verdict = st.selectbox(
            f"{document.name}的结论",
            options,
            index=None,
            format_func=lambda each: each.label,
            key=key,
            placeholder="请判定",
            label_visibility="collapsed",
        )
    if before is not None:
        same = "，此后没有改动" if before.content == document.content else "，已重新提交"
        when = words.brief(before.judged_at)
        st.caption(page.plain(f"第 {before.round} 轮 {when} {before.judged_by}：{before.verdict.label}{same}"))
    _files(found, document, actor)
    note = ""
    if verdict not in (None, V.USABLE, V.NOT_NEEDED):
        note = st.text_input(
            f"{document.name}的说明",
            key=f"{fields.key('note')}-{document.key}",
            placeholder="哪里不符、怎样补正（写入告知书）",
            label_visibility="collapsed",
        )
    fields.place(document.key)
    return Judged(document.key, verdict, note or "") if verdict is not None else None


def _files(found: CaseDetail, document: Document, actor: Actor) -> None:
    mine = [each for each in found.attachments if each.material_key == document.key]
    if not mine:
        return
    with st.expander(f"附件 {len(mine)} 个"):
        for each in mine:
            if each.content_type in PREVIEWED:
                with page.transaction() as session:
                    kept = details.attachment(session, found.case.number, each.id, actor)
                    st.image(attachments.read(kept), caption=each.file_name)
        case_sheets.files_of(found, mine, actor)


def _conclude(
    found: CaseDetail, documents: Sequence[Document], judged: Sequence[Judged], fields: Fields, actor: Actor
) -> None:
    left = len(documents) - len(judged)
    wrong = [each for each in judged if each.verdict not in (V.USABLE, V.NOT_NEEDED)]
    number, seen = found.case.number, found.case.version
    if left:
        st.caption(f"还有 {left} 份没有判定；全部判定后才能受理或告知补正。")
    elif not wrong:
        if st.button("受理", key=fields.key("accept"), type="primary", shortcut="F9"):
            fields.perform(
                lambda session: correcting.accept(
                    session, number, judged, actor=actor, now=page.now(), expected_version=seen
                ),
                done=f"{number} 已受理，开始计算办理期限",
            )
    else:
        _request(found, judged, len(wrong), fields, actor)
    _turn_away(found, fields, actor)


def _request(found: CaseDetail, judged: Sequence[Judged], wrong: int, fields: Fields, actor: Actor) -> None:
    number, seen = found.case.number, found.case.version
    usual = page.now().date() + dt.timedelta(days=correcting.USUAL_DAYS)
    st.markdown(f"将 **一次性告知** {wrong} 份材料需要补正；以后不得再对未改动的材料提出新的要求。")
    until = fields.day("until", "补正期限", usual)
    if st.button("一次性告知补正", key=fields.key("request"), type="primary", shortcut="F9"):
        fields.perform(
            lambda session: correcting.request(
                session, number, judged, until or usual, actor=actor, now=page.now(), expected_version=seen
            ),
            done=f"{number} 已一次性告知补正，并短信通知申请人",
        )


def _turn_away(found: CaseDetail, fields: Fields, actor: Actor) -> None:
    number, seen = found.case.number, found.case.version
    with st.expander("不予受理、不受理"):
        kinds = {
            CaseAction.REFUSE_ACCEPTANCE: "不予受理：不属于本机关职权，告知应向哪个机关申请",
            CaseAction.DECLARE_NOT_REQUIRED: "不受理：依法不需要取得许可",
        }
        action = fields.choice("kind", "结论", kinds, CaseAction.REFUSE_ACCEPTANCE)
        with st.form(f"turn-away-{number}", border=False):
            body = fields.text("right_body", "应当申请的机关（不予受理时必填）", max_chars=correcting.BODY_LENGTH)
            reasons = fields.long_text("reasons", "理由", max_chars=500)
            pressed = st.form_submit_button("确认")
        if pressed:
            fields.perform(
                lambda session: correcting.turn_away(
                    session, number, action, reasons, body, actor=actor, now=page.now(), expected_version=seen
                ),
                done=f"{number} 已{CaseAction(action).label}",
            )


def _correction(found: CaseDetail, asked: Sequence[Asked], until: dt.date | None, actor: Actor) -> None:
    """What was asked for, and the correction as it is handed in at the window."""
    number = found.case.number
    event = next(each for each in reversed(found.events) if each.action is CaseAction.REQUEST_CORRECTION)
    st.markdown(f"**已一次性告知补正**　{words.moment(event.at)}　期限 {words.day(until) if until else words.NOTHING}")
    for each in asked:
        st.markdown(f"- {page.plain('　'.join(filter(None, (each.name, each.reason))))}")
    fields = Fields(f"resubmit-{number}")
    names = {each.material_key: each.name for each in found.materials}
    wanted = [each.key for each in asked if each.key in names]
    handed = fields.choices("handed", "补交了哪些材料", names, wanted)
    uploads = []
    for key in handed:
        chosen = st.file_uploader(
            f"{names[key]}的附件（可不传，纸质收下即可）",
            ACCEPTED,
            accept_multiple_files=True,
            key=f"resubmit-{number}-{key}",
        )
        uploads += [Upload(each.name, each.getvalue(), key) for each in chosen]
    if st.button("收到补正材料", type="primary", shortcut="F9", key=f"resubmit-{number}-go"):
        fields.perform(
            lambda session: correcting.resubmit(session, number, handed, uploads, actor=actor, now=page.now()),
            done=f"{number} 的补正材料已收到，重新计算五个工作日",
        )


def rounds(rows: Sequence[MaterialVerdict], number: str) -> None:
    """Who said what of each document, both rounds."""
    if rows:
        tables.show(rows, ROUNDS, key=f"rounds-{number}", alt="收件审查各轮的结论")


def late_request(found: CaseDetail, actor: Actor) -> None:
    """A supervised exception, asked twice."""
    reason = forms.confirm(
        "受理后要求补充材料",
        will_do="受理后不得再要求补正。确有需要的，记为监督事项，督查人员可见；不停止计时，也不退回申请人。",
        key=f"late-{found.case.number}",
        needs="要求补充什么、为什么受理时没有提出",
    )
    if reason is not None:
        page.perform(
            lambda session: correcting.late_request(session, found.case.number, reason, actor=actor, now=page.now()),
            done="已记为监督事项",
        )
