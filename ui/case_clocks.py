"""The clocks of a case on screen: stopping, lengthening and forwarding it; and why its end is on that day."""

import datetime as dt
from collections.abc import Sequence

import streamlit as st

from models.cases import Case
from models.clocks import CaseExtension, CaseSuspension
from models.enums import CaseAction, ExtensionState, Permission, ProcedureKind
from services import calendars
from services.actors import Actor
from services.cases import explaining, extending, forwarding, review, suspending
from services.cases.details import CaseDetail
from services.cases.explaining import CaseClock, LedgerDay
from services.cases.suspending import Procedure
from services.rules.guide import Guide
from services.rules.working_time import WorkCalendar, describe_remaining, remaining
from ui import charts, forms, page, tables, words
from ui.charts import Meaning
from ui.tables import Column

CLOCK = "pages/cases/clock.py"
OFFERED = {
    CaseAction.SUSPEND: "进入特别程序",
    CaseAction.RESUME: "特别程序结束",
    CaseAction.EXTEND: "提请延期",
    CaseAction.FORWARD_UP: "转报上级",
    CaseAction.SUPERIOR_REPLY: "录入上级答复",
}
DAYS = (
    Column("日期", lambda row: words.day(row.date), width=140),
    Column("计入", lambda row: "计入" if row.number else "不计", width=60),
    Column("第几日", lambda row: row.number or None, "number", width=70),
    Column("分钟", lambda row: row.minutes or None, "number", width=70),
    Column("规则", "rule", width=90),
    Column("说明", "note", width="large"),
)
PROCEDURES = (
    Column("特别程序", lambda row: row.procedure.label, width=110),
    Column("开始", lambda row: words.moment(row.started_at), width=160),
    Column(
        "结束", lambda row: words.moment(row.ended_at) if row.ended_at else f"预计 {row.expected_end_on}", width=160
    ),
    Column("理由", "reason", width="large"),
    Column("依据", "legal_basis", width=200),
    Column("结果", lambda row: row.outcome or words.NOTHING, width=200),
)


def link(number: str) -> None:
    st.page_link(CLOCK, label="为什么是这一天", query_params={"number": number})


def act(found: CaseDetail, actor: Actor) -> None:
    """What may be done to the clocks now; the head of the body judges a proposed extension."""
    with page.transaction() as session:
        extension = extending.of_case(session, found.case)
    if extension is not None and extension.state == ExtensionState.PROPOSED:
        _proposed(found, extension, actor)
    steps = review.possible(found, actor)
    if extension is not None and extension.state != ExtensionState.REFUSED:
        steps = steps - {CaseAction.EXTEND}
    offered = {step: label for step, label in OFFERED.items() if step in steps}
    if not offered:
        return
    with st.expander("停表、延期、转报", key=f"clock-acts-{found.case.number}", expanded=CaseAction.RESUME in offered):
        chosen = st.segmented_control(
            "要做什么",
            list(offered),
            default=next(iter(offered)),
            format_func=offered.get,
            key=f"clock-act-{found.case.number}",
            required=True,
        )
        FORMS[chosen or next(iter(offered))](found, forms.Fields(f"{chosen}-{found.case.number}"), actor)


def _suspend(found: CaseDetail, fields: forms.Fields, actor: Actor) -> None:
    guide = Guide.model_validate(found.version.guide)
    kinds = {kind: kind.label for kind in suspending.allowed(guide)}
    with st.form(f"suspend-{found.case.number}", border=False):
        kind = fields.choice("kind", "特别程序", kinds, next(iter(kinds)))
        end = fields.day("expected_end_on", "预计结束日", None)
        basis = fields.text("legal_basis", "法律依据", suspending.ART_45, max_chars=200)
        reason = fields.long_text("reason", "理由（写入书面告知）", max_chars=review.OPINION_LENGTH)
        st.caption("所需时间不计入办理期限，并书面告知申请人；到预计结束日未结束的，自动恢复计时。")
        pressed = st.form_submit_button("进入特别程序", type="primary")
    if pressed:
        procedure = Procedure(ProcedureKind(kind), reason, end or dt.date.min, basis)
        fields.perform(
            lambda session: suspending.suspend(
                session, found.case.number, procedure, actor=actor, now=page.now(), expected_version=found.case.version
            ),
            done="已进入特别程序，办理期限停止计算",
        )


def _resume(found: CaseDetail, fields: forms.Fields, actor: Actor) -> None:
    with st.form(f"resume-{found.case.number}", border=False):
        outcome = fields.long_text("outcome", "特别程序的结果", max_chars=review.OPINION_LENGTH)
        pressed = st.form_submit_button("特别程序结束", type="primary")
    if pressed:
        fields.perform(
            lambda session: suspending.resume(
                session, found.case.number, outcome, actor=actor, now=page.now(), expected_version=found.case.version
            ),
            done="特别程序已结束，自下一工作日继续计算",
        )


def _propose(found: CaseDetail, fields: forms.Fields, actor: Actor) -> None:
    highest = extending.most(Guide.model_validate(found.version.guide))
    with st.form(f"extend-{found.case.number}", border=False):
        workdays = fields.number("workdays", f"延长几个工作日（最多 {highest}，只能一次）", highest, min_value=1)
        reason = fields.long_text("reason", "理由（批准后告知申请人）", max_chars=review.OPINION_LENGTH)
        pressed = st.form_submit_button("提请批准", type="primary")
    if pressed:
        fields.perform(
            lambda session: extending.propose(
                session, found.case.number, int(workdays or 0), reason, actor=actor, now=page.now()
            ),
            done="已提请本机关负责人批准延期",
        )


def _proposed(found: CaseDetail, extension: CaseExtension, actor: Actor) -> None:
    told = f"{extension.proposed_by} 提请延长 {extension.workdays} 个工作日：{extension.reason}"
    st.info(page.plain(told))
    if not actor.may(Permission.CASES_EXTEND):
        st.caption("等待本机关负责人批准。")
        return
    fields = forms.Fields(f"judge-{found.case.number}")
    with st.form(f"judge-{found.case.number}", border=False):
        judgement = fields.text("judgement", "批准意见（不批准须写理由）", max_chars=500)
        with st.container(horizontal=True):
            yes = st.form_submit_button("批准延期", type="primary")
            no = st.form_submit_button("不批准")
    if yes or no:
        fields.perform(
            lambda session: extending.judge(
                session, found.case.number, approves=yes, judgement=judgement, actor=actor, now=page.now()
            ),
            done="已批准延期，到期时间已重算" if yes else "已退回延期提请",
        )


def _forward(found: CaseDetail, fields: forms.Fields, actor: Actor) -> None:
    with st.form(f"forward-{found.case.number}", border=False):
        superior = fields.text("superior", "上级机关", max_chars=forwarding.NAME_LENGTH)
        reason = fields.long_text("reason", "初审意见", max_chars=review.OPINION_LENGTH)
        st.caption("转报期间办理期限照常计算，用时记在上级机关名下。")
        pressed = st.form_submit_button("转报上级", type="primary")
    if pressed:
        fields.perform(
            lambda session: forwarding.forward_up(
                session, found.case.number, superior, reason,
                actor=actor, now=page.now(), expected_version=found.case.version,
            ),
            done=f"已转报{superior.strip()}",
        )  # fmt: skip


def _reply(found: CaseDetail, fields: forms.Fields, actor: Actor) -> None:
    with st.form(f"reply-{found.case.number}", border=False):
        above = fields.choice("decided_above", "由谁决定", {False: "退回本部门决定", True: "上级机关直接办结"}, False)
        answer = fields.long_text("answer", "上级答复", max_chars=review.OPINION_LENGTH)
        pressed = st.form_submit_button("保存上级答复", type="primary")
    if pressed:
        fields.perform(
            lambda session: forwarding.reply(
                session, found.case.number, answer, decided_above=bool(above),
                actor=actor, now=page.now(), expected_version=found.case.version,
            ),
            done="上级答复已录入",
        )  # fmt: skip


FORMS = {
    CaseAction.SUSPEND: _suspend,
    CaseAction.RESUME: _resume,
    CaseAction.EXTEND: _propose,
    CaseAction.FORWARD_UP: _forward,
    CaseAction.SUPERIOR_REPLY: _reply,
}


def clocks(case: Case, now: dt.datetime) -> None:
    """Every clock with its ledger; then what stopped them."""
    with page.transaction() as session:
        running = explaining.of_case(session, case)
        stopped = suspending.of_case(session, case)
        calendar = calendars.work_calendar(session, case.district_id, case.centre_id)
    if not running:
        tables.empty("这个办件没有需要说明的期限", "即办件当场办结；由外部系统导入的办件，期限以原系统为准")
        return
    for place, clock in enumerate(running):
        _clock(clock, calendar, now, f"{case.number}-{place}", is_last=place == len(running) - 1)
    if stopped:
        _procedures(stopped)


def _clock(clock: CaseClock, calendar: WorkCalendar, now: dt.datetime, key: str, *, is_last: bool) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{clock.kind.label}**　{_state(clock, calendar, now)}")
        parts = [clock.limit, f"{words.moment(clock.start)} 起", f"{words.moment(clock.due)} 前"]
        st.markdown(
            page.plain("　".join(filter(None, parts))) + ("　:orange-badge[暂定]" if clock.is_provisional else "")
        )
        st.caption(page.plain(clock.law))
        if clock.is_provisional:
            st.caption("途中有年份尚未公布节假日安排，按周末和法定节假日暂定；公布并导入后自动重算，并告知经办部门。")
        if clock.ledger:
            rows: Sequence[LedgerDay] = explaining.days(clock.ledger)
            counted = sum(1 for row in rows if row.number)
            with st.expander(f"逐日计算：{len(rows)} 天里计入 {counted} 天", expanded=is_last and len(rows) <= 15):
                tables.show(rows, DAYS, key=f"ledger-{key}", alt=f"{clock.kind.label}期限的逐日计算")


def _state(clock: CaseClock, calendar: WorkCalendar, now: dt.datetime) -> str:
    if clock.stopped is not None:
        late = clock.is_late(now)
        said = f"{words.moment(clock.stopped)} {'⚠ 超期' if late else '✓ 按期'}"
        return charts.badge(said, Meaning.RED if late else Meaning.CLOSED)
    left = describe_remaining(remaining(now, clock.due, calendar))
    return charts.badge(left, Meaning.RED if now > clock.due else Meaning.OPEN)


def _procedures(rows: Sequence[CaseSuspension]) -> None:
    st.markdown("**特别程序**")
    tables.show(rows, PROCEDURES, key="procedures", alt="特别程序的起止")
