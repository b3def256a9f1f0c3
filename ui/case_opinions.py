"""A case of several departments: what each said, what each permits, and saying one's own (domain §2.9)."""

import datetime as dt

import pandas as pd
import streamlit as st

from models.enums import CaseResult, ConsultationMode, Opinion, Permission, ScopeKind, TaskState
from services.actors import Actor
from services.cases import answers, circulation
from services.cases.answers import AnswerRow, Standing
from services.cases.circulation import Minutes
from services.cases.details import CaseDetail
from services.cases.opinions import LONGEST
from services.database import Session
from ui import charts, forms, page, tables, words
from ui.charts import Meaning
from ui.tables import Column

MARKS = {Opinion.AGREE: "✓", Opinion.DISAGREE: "✕", Opinion.FORWARD: "↑", Opinion.ABSENT: "⚑"}
WORDS = {Opinion.AGREE: "同意", Opinion.DISAGREE: "不同意", Opinion.FORWARD: "同意但需转报上级"}
PLACEHOLDERS = {
    Opinion.AGREE: "不填即为「同意」",
    Opinion.DISAGREE: "写明不同意的理由和依据（必填，至少 4 个字）",
    Opinion.FORWARD: "写明需要上级决定的事项；请在 3 个工作日内转报",
}
MEMBERS = (
    Column("事项", "name", width=220),
    Column("部门", "department", width=140),
    Column("结果", lambda row: _outcome(row.outcome), width=90),
    Column("何时", lambda row: words.brief(row.decided_at), width=130),
    Column("意见", lambda row: row.reasons or words.NOTHING, width=180),
)


def _outcome(outcome: CaseResult | None) -> str:
    return {None: "… 在办", CaseResult.GRANTED: "✓ 准予", CaseResult.DENIED: "✕ 不予"}.get(outcome, "")


def show(found: CaseDetail) -> None:
    """The departments' answers and the items' results; nothing for a case of one department."""
    if not answers.is_joint(found):
        return
    with page.transaction() as session:
        standing = answers.of(session, found)
    st.markdown("#### 各部门意见")
    for row in standing.absent:
        st.markdown(charts.badge(f"⚑ 红色标记　{row.department}超时未答复，按规定视为同意", Meaning.RED))
    frame = pd.DataFrame([_line(row) for row in standing.rows])
    st.dataframe(
        frame, hide_index=True, key=f"opinions-{found.case.number}", alt="各部门意见，按阶段", height="content"
    )
    for meeting in standing.meetings:
        with st.expander(f"第 {meeting.stage} 阶段联审会议纪要　{words.day(meeting.held_on)}"):
            st.caption(page.plain(f"{meeting.place}　{meeting.recorded_by}录入　{words.moment(meeting.recorded_at)}"))
            st.text(meeting.minutes)
    if standing.members:
        st.markdown("#### 所含事项")
        tables.show(standing.members, MEMBERS, key=f"covered-{found.case.number}", alt="本办件所含事项的办理结果")


def _line(row: AnswerRow) -> dict[str, str]:
    return {
        "阶段": f"第 {row.stage} 阶段",
        "部门": row.department,
        "任务": row.name or row.kind.label,
        "意见": _said(row),
        "期限或答复": _when(row),
        "催办": f"{row.reminders} 次" if row.reminders else words.NOTHING,
    }


def _when(row: AnswerRow) -> str:
    if row.state == TaskState.PENDING:
        return f"{words.brief(row.due_at)} 前"
    return f"{words.brief(row.given_at)} {row.given_by}" if row.given_at else words.NOTHING


def _said(row: AnswerRow) -> str:
    if row.state is None:
        return "尚未轮到"
    if row.state == TaskState.CANCELLED:
        return "不需要了"
    if row.reply is not None:
        return f"{MARKS[row.reply]} 上级{row.reply.label}"
    if row.opinion is None:
        return "… 等待答复"
    return f"{MARKS[row.opinion]} {row.opinion.label}"


def act(found: CaseDetail, actor: Actor) -> bool:
    """The department's own answer; whether it is its turn to give one."""
    turn = actor.department_id if actor.scope == ScopeKind.DEPARTMENT else None
    mine = [t for t in found.tasks if t.state == TaskState.PENDING and turn in (None, t.department_id)]
    asked = [task for task in mine if answers.asked(found, task)]
    if not actor.may(Permission.CASES_REVIEW) or not asked:
        return False
    with page.transaction() as session:
        standing = answers.of(session, found)
    row = next(each for each in standing.rows if each.id == asked[0].id)
    st.markdown(f"**{page.plain(row.department)}　第 {row.stage} 阶段　{page.plain(row.name or row.kind.label)}**")
    if row.mode is ConsultationMode.MEETING:
        _meeting(found, standing, row.stage, actor)
    elif row.opinion is Opinion.FORWARD:
        _superior(found, row, actor)
    else:
        _answer(found, row, actor)
    return True


def _answer(found: CaseDetail, row: AnswerRow, actor: Actor) -> None:
    number = found.case.number
    opinion = st.segmented_control(
        "意见",
        list(WORDS),
        default=Opinion.AGREE,
        format_func=WORDS.__getitem__,
        key=f"opinion-{row.id}",
        required=True,
    )
    fields = forms.Fields(f"opinion-{row.id}-{opinion}")
    with st.form(f"opinion-form-{row.id}", border=False):
        text = fields.long_text("reasons", "理由或说明", placeholder=PLACEHOLDERS[opinion], max_chars=LONGEST)
        pressed = st.form_submit_button("提交意见", type="primary", shortcut="F9")
    if pressed:
        fields.perform(
            lambda session: circulation.give(session, number, Opinion(opinion), text, actor=actor, now=page.now()),
            done=f"{number} 已提交意见「{WORDS[opinion]}」",
        )


def _superior(found: CaseDetail, row: AnswerRow, actor: Actor) -> None:
    number = found.case.number
    if row.sent_up_at is None:
        st.caption(f"已填写「同意但需转报上级」，请在 {words.moment(row.due_at)} 前转报。")
        if st.button("登记已转报上级", type="primary", key=f"send-up-{row.id}"):
            page.perform(
                lambda session: circulation.send_up(session, number, actor=actor, now=page.now()),
                done=f"{number} 已登记转报，等待上级答复",
            )
        return
    st.caption(f"{words.moment(row.sent_up_at)} 已转报上级；收到答复后 2 个工作日内答复申请人。")
    fields = forms.Fields(f"reply-{row.id}")
    with st.form(f"reply-form-{row.id}", border=False):
        reply = fields.choice("reply", "上级答复", {each: WORDS[each] for each in (Opinion.AGREE, Opinion.DISAGREE)})
        day = fields.day("replied_at", "答复日期", page.now().date(), max_value=page.now().date())
        text = fields.long_text("reasons", "答复内容", max_chars=LONGEST)
        pressed = st.form_submit_button("录入上级答复", type="primary", shortcut="F9")
    if pressed and reply is None:
        fields.mark({"reply": "请选择上级的答复"})
    elif pressed:
        fields.perform(
            lambda session: circulation.superior_replied(
                session, number, Opinion(reply), text, replied_at=_on(day, row), actor=actor, now=page.now()
            ),
            done=f"{number} 已录入上级答复",
        )


def _on(day: dt.date | None, row: AnswerRow) -> dt.datetime:
    """The end of the day, as far as it has come; never before the matter was sent up on that day."""
    now = page.now()
    end = dt.datetime.combine(day or now.date(), dt.time(23, 59), now.tzinfo)
    return min(end, now)


def _meeting(found: CaseDetail, standing: Standing, stage: int, actor: Actor) -> None:
    """The minutes, written by the leading department."""
    number = found.case.number
    if actor.department_id not in (None, found.case.department_id):
        st.info(f"本阶段为联审会议，由主办部门{found.department}召集并录入纪要，您不需要单独填写意见。")
        return
    waiting = [row for row in standing.rows if row.stage == stage and row.state == TaskState.PENDING]
    fields = forms.Fields(f"meeting-{number}-{stage}")
    with st.form(f"meeting-form-{number}-{stage}", border=False):
        day = fields.day("held_on", "会议日期", page.now().date(), max_value=page.now().date())
        place = fields.text("place", "会议地点", max_chars=100)
        text = fields.long_text("text", "会议纪要", placeholder="讨论了什么、结论如何，至少 10 个字", max_chars=LONGEST)
        said = {row.department_id: _voice(row, fields) for row in waiting}
        fields.place("said")
        fields.place("reasons")
        pressed = st.form_submit_button("录入会议纪要", type="primary", shortcut="F9")
    if pressed:

        def hold(session: Session) -> object:
            minutes = Minutes(day or page.now().date(), place, text, said)
            return circulation.hold_meeting(session, number, minutes, actor=actor, now=page.now())

        fields.perform(hold, done=f"{number} 联审会议纪要已录入，对各部门有约束力")


def _voice(row: AnswerRow, fields: forms.Fields) -> tuple[Opinion, str]:
    opinion, reasons = st.columns([1, 2])
    with opinion:
        chosen = st.selectbox(
            f"{row.department}意见",
            (Opinion.AGREE, Opinion.DISAGREE),
            format_func=WORDS.__getitem__,
            key=fields.key(f"opinion-{row.id}"),
        )
    with reasons:
        text = st.text_input(f"{row.department}理由", key=fields.key(f"text-{row.id}"), max_chars=500)
    return Opinion(chosen), text
