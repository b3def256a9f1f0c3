"""中介服务 inside a case or a project: who is engaged, by when, with what result, and how both sides judge it."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from models.enums import EngagementAction, EngagementState, Permission, RatingSide
from services import intermediaries
from services.actors import Actor
from services.cases import transitions
from services.cases.details import CaseDetail
from services.intermediaries import EngagementRow, NewEngagement
from services.projects import Board
from services.rules import engagements, holders
from services.rules.engagements import STARS
from ui import charts, forms, page, tables, words
from ui.charts import Meaning

A, S = EngagementAction, EngagementState
MEANING = {
    S.ENGAGED: Meaning.OPEN,
    S.REPORTED: Meaning.WARNING,
    S.RETURNED: Meaning.PAUSED,
    S.ACCEPTED: Meaning.CLOSED,
    S.CANCELLED: Meaning.NEUTRAL,
}
ASKS = {
    A.REPORT: ("报告名称或编号", "登记机构提交的报告，等待验收。"),
    A.ACCEPT: ("验收意见（可不填）", "报告合格，委托结束；双方可以评价。"),
    A.RETURN: ("退回的原因", "报告不合格，退回修改；时间重新计在机构名下。"),
    A.CANCEL: ("解除的原因", "合同解除，委托结束，不能恢复。"),
}


def may_act(actor: Actor) -> bool:
    return actor.may(Permission.CASES_INTAKE) or actor.may(Permission.CASES_REVIEW)


def of_case(found: CaseDetail, actor: Actor) -> None:
    """The case's engagements, and whose time it has been so far."""
    with page.transaction() as session:
        rows = intermediaries.of_case(session, found.case, now=page.now())
        held = intermediaries.ledger(session, found.case, now=page.now())
    number = found.case.number
    _list(rows, actor)
    if may_act(actor) and transitions.is_open(found.case):
        _engage(actor, f"case-{number}", case_number=number)
    if held:
        st.markdown("**时间在谁手里**")
        held_by(held)


def of_project(board: Board, actor: Actor) -> None:
    """The project's engagements and those of its permits' cases."""
    with page.transaction() as session:
        rows = intermediaries.of_project(session, board.project, now=page.now())
    _list(rows, actor)
    if may_act(actor):
        _engage(actor, f"project-{board.project.number}", project_number=board.project.number)


def held_by(held: Sequence[holders.Held]) -> None:
    """Working time by holder; the parts sum to the whole."""
    total = sum(each.minutes for each in held)
    rows = [
        {"持有人": holder.label, "工作时间": _hours(minutes), "占比": words.rate(minutes, total)}
        for holder, minutes in holders.totals(held).items()
    ]
    st.table(
        pd.DataFrame([*rows, {"持有人": "合计", "工作时间": _hours(total), "占比": words.rate(total, total)}]),
        border="horizontal",
        hide_index=True,
        alt="办件的工作时间各在谁手里",
    )


def _hours(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return f"{hours:,} 小时 {rest} 分钟" if hours else f"{rest} 分钟"


def _list(rows: Sequence[EngagementRow], actor: Actor) -> None:
    if not rows:
        tables.empty("没有委托中介", "需要测绘、检测、评估等服务时，可在下方委托在册机构")
    for row in rows:
        with st.container(border=True):
            _one(row, actor)


def _one(row: EngagementRow, actor: Actor) -> None:
    late = f"　{charts.badge('⚠ 逾期', Meaning.RED)}" if row.is_late else ""
    badge = charts.badge(row.state.label, MEANING[row.state])
    st.markdown(f"{badge}{late}　**{page.plain(row.intermediary)}**　{page.plain(row.service)}")
    parts = [f"合同 {row.contract_number}", f"期限 {words.day(row.due_on)}", f"机构已用 {row.used:.1f} 个工作日"]
    parts += [f"报告 {row.report}"] * bool(row.report) + [f"办件 {row.case_number}"] * bool(row.case_number)
    st.caption(page.plain("　".join(parts)))
    ratings = (
        (RatingSide.CLIENT, row.client_rating, row.client_comment),
        (RatingSide.INTERMEDIARY, row.intermediary_rating, row.intermediary_comment),
    )
    for side, stars, comment in ratings:
        if stars is not None:
            st.caption(page.plain(f"{side.label}：{stars} 分　{comment}"))
    if may_act(actor):
        with st.container(horizontal=True):
            _steps(row, actor)
            if row.state in engagements.OVER:
                for side, stars, _ in ratings:
                    if stars is None:
                        _rate(row, side, actor)
    with st.expander("经过"):
        for at, what, who, text in row.remarks:
            st.markdown(f"{words.moment(at)}　{what}　{page.plain(who)}　{page.plain(text)}")


def _steps(row: EngagementRow, actor: Actor) -> None:
    for action in engagements.possible(row.state):
        label, will_do = ASKS[action]
        needs = action is not A.ACCEPT
        text = forms.confirm(
            action.label,
            will_do=will_do,
            key=f"engagement-{row.id}-{row.version}-{action.value}",
            needs=label if needs else "",
            hint="" if needs else label,
        )
        if text is not None:
            page.perform(
                lambda session, action=action, text=text: intermediaries.act(
                    session, row.id, action, text, expected_version=row.version, actor=actor, now=page.now()
                ),
                done=f"{row.intermediary}：已{action.label}",
            )


def _rate(row: EngagementRow, side: RatingSide, actor: Actor) -> None:
    fields = forms.Fields(f"rate-{row.id}-{side.value}")
    name = f"{row.id}-{side.value}"
    with st.popover(side.label, key=f"rate-open-{name}"), st.form(f"rate-form-{name}", border=False):
        stars = fields.choice("stars", "评分", {each: f"{each} 分" for each in reversed(STARS)}, 5)
        comment = fields.text(
            "comment", f"评语（{engagements.LOW} 分及以下必填）", max_chars=engagements.LONGEST_COMMENT
        )
        pressed = st.form_submit_button("提交评价", type="primary")
    if pressed:
        fields.perform(
            lambda session: intermediaries.rate(session, row.id, side, stars, comment, actor=actor, now=page.now()),
            done="评价已提交",
        )


def _engage(actor: Actor, name: str, *, case_number: str = "", project_number: str = "") -> None:
    with page.transaction() as session:
        known = {row.id: row for row in intermediaries.intermediaries(session, actor.district_id)}
    labels = {
        row.id: f"{row.name}　{f'{row.rating} 分（{row.rated} 次）' if row.rating is not None else '暂无评分'}"
        for row in known.values()
    }
    serial = f"_engaged-{name}"
    fields = forms.Fields(f"engage-{name}-{st.session_state.get(serial, 0)}")
    with st.expander("委托中介"), st.form(fields.key("form"), border=False):
        chosen = fields.choice("intermediary", "中介服务机构", labels)
        service = fields.text("service", "服务内容", placeholder="如 日照分析、消防检测", max_chars=200)
        contract = fields.text("contract", "合同编号", max_chars=200)
        due = fields.day("due_on", "交付期限", page.now().date(), min_value=page.now().date())
        pressed = st.form_submit_button("委托", type="primary")
    if pressed:
        new = NewEngagement(chosen or 0, service, contract, due or page.now().date(), case_number, project_number)
        fields.perform(
            lambda session: intermediaries.engage(session, new, actor=actor, now=page.now()),
            done="已委托，时间自现在起计在机构名下",
            then=lambda _: st.session_state.update({serial: st.session_state.get(serial, 0) + 1}),
        )
