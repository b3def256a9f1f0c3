"""A case's progress as a citizen reads it: plain words first, what comes next, and where to turn."""

from collections.abc import Callable

import streamlit as st

import settings
from models.enums import CaseResult, CaseStatus
from services import applications, database, documents, throttle
from services.attachments import ACCEPTED, Upload
from services.cases import durations, tracking
from services.cases.tracking import Progress, Todo, Usual
from services.rules import working_time
from ui import case_clocks, case_papers, charts, page, visitor, words

S = CaseStatus
PLAIN: dict[CaseStatus, str] = {
    S.SUBMITTED: "材料已收到，正在核对是否齐全",
    S.CORRECTION_REQUESTED: "需要您补充材料",
    S.ACCEPTED: "已经受理，等待审查",
    S.EXAMINING: "正在审查",
    S.SUSPENDED: "正在进行检验、听证等特别程序，所需时间不计入办理期限",
    S.WAITING_SUPERIOR: "已报上级机关审查，等待答复",
    S.DECIDED: "已经办好，请领取结果",
    S.WITHHELD: "核对原件时发现不一致，暂缓发证，部门正在重新决定",
    S.DELIVERED: "已经办好，结果已送达",
    S.CLOSED: "已经结束",
}
NEXT: dict[CaseStatus, str] = {
    S.SUBMITTED: "材料齐全即受理；需要补正的，会一次告诉您全部内容。",
    S.CORRECTION_REQUESTED: "请按下面列出的把材料一次补齐：可以在网上补正，也可以交到原收件窗口。",
    S.ACCEPTED: "部门审查后作出决定，您暂时不用做什么。",
    S.EXAMINING: "部门将在期限前作出决定，您暂时不用做什么。",
    S.SUSPENDED: "特别程序结束后继续计算期限，您暂时不用做什么。",
    S.WAITING_SUPERIOR: "上级机关答复后会告诉您，您暂时不用做什么。",
    S.WITHHELD: "部门重新决定后会告诉您；请备好原件。",
    S.DECIDED: "请带有效证件和收件凭证，到收件地点领取结果。",
    S.DELIVERED: "办理已完成。欢迎到「评一评」告诉我们办得怎么样。",
    S.CLOSED: "如有疑问，请拨打咨询电话，或到原收件地点询问。",
}
CALLED = "有需要您做的，请看下面。"
WIDTH = 720
STAGES = ("收件", "受理", "审查", "决定", "领取")
REACHED: dict[CaseStatus, int] = {
    S.SUBMITTED: 0,
    S.CORRECTION_REQUESTED: 0,
    S.ACCEPTED: 1,
    S.EXAMINING: 2,
    S.SUSPENDED: 2,
    S.WAITING_SUPERIOR: 2,
    S.DECIDED: 3,
    S.WITHHELD: 3,
    S.DELIVERED: 4,
}
REFUSALS = (CaseResult.DENIED, CaseResult.ACCEPTANCE_REFUSED)


def question(number: str) -> tuple[str, str]:
    """(number, code) when they were sent off, else empty."""
    with st.form("track", border=True, width=WIDTH):
        asked = st.text_input(
            "办件编号", number, max_chars=40, autocomplete="off", placeholder="20 位数字，印在收件凭证上方"
        )
        code = st.text_input(
            "查询码", max_chars=40, autocomplete="off", placeholder="如 XXXX-XXXX-XXXXX-X，不分大小写，可不输横线"
        )
        pressed = st.form_submit_button("查询", type="primary", width="stretch")
    if pressed and not (asked.strip() and code.strip()):
        st.error("请把办件编号和查询码都填上：两项都印在收件凭证上")
        st.stop()
    return (asked.strip(), code.strip()) if pressed else ("", "")


def invitation() -> None:
    st.caption("凭证丢失？请带有效证件到原收件窗口补打。本页只显示办理状态、日期和隐去部分的姓名。")


def progress(found: Progress) -> None:
    """The whole answer, readable on a phone."""
    with st.container(key="progress", width=WIDTH):
        with st.container(border=True):
            st.badge(_status(found), color=charts.OF_CASE[found.status].badge)
            st.header(page.plain(PLAIN[found.status]), anchor=False)
            is_called = found.visit is not None or found.fee is not None
            st.markdown(page.plain(CALLED if is_called else NEXT[found.status]))
            _called(found)
            if found.todo:
                _todo(found.todo)
                if found.todo.asked:
                    _correct(found, found.todo)
            _stages(found)
        _denial(found)
        _time(found)
        _papers(found)
        _facts(found)
        _steps(found)


def _called(found: Progress) -> None:
    """A visit at which to be there, a fee to pay."""
    if found.visit is not None:
        with st.container(border=True, gap="xsmall", key="visit"):
            st.markdown(f"**请您到场**　:orange-badge[{words.moment(found.visit.at)}]")
            st.markdown(f":gray[现场勘验]　{page.plain(found.visit.place)}")
            st.markdown(f":gray[勘验内容]　{page.plain(found.visit.purpose)}")
    if found.fee is not None:
        with st.container(border=True, gap="xsmall", key="fee"):
            st.markdown(f"**请您缴费 {found.fee.total:,.2f} 元**　:orange-badge[{words.day(found.fee.until)}前]")
            for line in found.fee.lines:
                st.markdown(f"{page.plain(line.item)}　{page.plain(line.name)}　{line.amount:,.2f} 元")
            st.caption("明细和依据见下面的缴费通知书；缴清后凭票据到收件窗口登记。")


def _todo(todo: Todo) -> None:
    """What to do, where, during which hours, until when."""
    with st.container(border=True, gap="xsmall", key="todo"):
        heading = "请您补正" if todo.asked else "请您领取结果"
        until = f"　:orange-badge[{words.day(todo.until)}前]" if todo.until else ""
        st.markdown(f"**{heading}**{until}")
        for number, each in enumerate(todo.asked, start=1):
            reason = f"　:gray[{page.plain(each.reason)}]" if each.reason else ""
            st.markdown(f"{number}. **{page.plain(each.name)}**{reason}")
        facts = {"地点": todo.place, "地址": todo.address, "时间": todo.hours, "电话": todo.phone}
        for label, value in facts.items():
            if value:
                st.markdown(f":gray[{label}]　{page.plain(value)}")


def _correct(found: Progress, todo: Todo) -> None:
    """A file for each document of the notice, handed in at once."""
    if not all(each.key for each in todo.asked):
        st.caption("请到收件窗口补正。")
        return
    limit = settings.current().attachment_limit_mb
    st.markdown("**在网上补正**")
    uploads = []
    for each in todo.asked:
        chosen = st.file_uploader(
            f"{each.name}（{'、'.join(ACCEPTED)}，每个不超过 {limit} MB）",
            ACCEPTED,
            accept_multiple_files=True,
            max_upload_size=limit,
            key=f"correct-{found.number}-{each.key}",
        )
        uploads += [Upload(file.name, file.getvalue(), each.key) for file in chosen]
    st.caption("请一次补齐后提交；提交后窗口重新核对，五个工作日内答复。")
    if st.button("提交补正", type="primary", key=f"correct-{found.number}", width="stretch"):
        page.perform(
            lambda session: applications.correct(
                session, page.district_id(), found.number, found.token, uploads,
                source=visitor.address(), now=page.now(),
            ),
            done="补正材料已提交，窗口将重新核对",
        )  # fmt: skip


def _time(found: Progress) -> None:
    """How much time is left, what comes next, and how long such cases took."""
    if not (found.left or found.upcoming or found.usual or found.due_at):
        return
    with st.container(border=True, gap="xsmall", key="time"):
        if found.left:
            left = working_time.describe_remaining(found.left).replace("剩 ", "还剩 ", 1)
            mark = "⚠ " if found.left.overdue else ""
            st.markdown(f"**{mark}{page.plain(left)}**　:gray[{words.moment(found.due_at)} 前办结]")
        if found.upcoming:
            st.markdown("**接下来**")
            st.markdown("\n".join(f"{number}. {page.plain(step)}" for number, step in enumerate(found.upcoming, 1)))
        if found.usual:
            st.markdown(f":gray[同类办件用时]　{_usual(found.usual)}")
        if found.due_at is not None:
            with st.expander("为什么是这一天", key="why", on_change="rerun") as why:
                if why.open:
                    _explained(found)


def _explained(found: Progress) -> None:
    """Each clock day by day, with its rule, as the office reads it too."""
    with page.transaction() as session, throttle.guesses(visitor.address(), found.number):
        case = tracking.linked(session, page.district_id(), found.number, found.token)
    case_clocks.clocks(case, page.now())


def _papers(found: Progress) -> None:
    """The written vouchers, to download: only who holds the number and code gets here."""
    if not found.papers:
        return

    def allowed(session: database.Session, make: Callable[[], bytes]) -> bytes:
        with throttle.guesses(visitor.address(), found.number):
            tracking.linked(session, page.district_id(), found.number, found.token)
        return make()

    with st.container(border=True, gap="xsmall", key="papers"):
        st.markdown("**文书**")
        for each in reversed(found.papers):
            case_papers.offers(each, documents.Key.of(each), allowed, with_word=False)


def _usual(usual: Usual) -> str:
    if usual.p50_days is None or usual.p90_days is None:
        return f"近 {durations.DAYS} 天样本不足 {durations.FEWEST} 件，不作估计"
    return (
        f"近 {durations.DAYS} 天 {words.count(usual.cases)} 件：一半在 {_days(usual.p50_days)}内办好，"
        f"九成在 {_days(usual.p90_days)}内办好"
    )


def _days(days: int) -> str:
    return f"{days} 个工作日" if days else "当天"


def _status(found: Progress) -> str:
    result = f"（{found.result.label}）" if found.result and found.status != S.DELIVERED else ""
    return f"{found.status.label}{result}"


def _stages(found: Progress) -> None:
    """One line from receipt to delivery: done, here, to come. A case closed early shows only what happened."""
    if found.status == S.CLOSED:
        return
    reached = REACHED[found.status]
    marks = []
    for place, stage in enumerate(STAGES):
        if place < reached or found.status == S.DELIVERED:
            marks.append(f":green[**✓{stage}**]")
        else:
            marks.append(f":blue[**●{stage}**]" if place == reached else f":gray[○{stage}]")
    st.markdown(" › ".join(marks))


def _denial(found: Progress) -> None:
    if found.result not in REFUSALS or not (found.reasons or found.remedies):
        return
    with st.container(border=True):
        st.markdown("**理由**")
        st.markdown(_lines(found.reasons) or words.NOTHING)
        st.markdown("**不服怎么办**")
        st.markdown(_lines(found.remedies) or "可依法申请行政复议或提起行政诉讼，期限和受理机关见决定书。")


def _lines(text: str) -> str:
    """Text as text, with its line breaks."""
    return page.plain(text.strip()).replace("\n", "  \n")


def _facts(found: Progress) -> None:
    due = words.moment(found.due_at) if found.due_at else "当场办结"
    if found.due_at and found.is_provisional:
        due += "（暂定：节假日安排公布后重新计算）"
    facts = {
        "事项": found.item_name,
        "申请人": found.applicant,
        "办件编号": found.number,
        "现在由谁办": found.holder_name,
        "收件时间": words.moment(found.submitted_at),
        "承诺办结": due,
        "办结时间": words.moment(found.decided_at) if found.decided_at else "",
        "收件地点": found.centre,
        "咨询电话": found.centre_phone,
    }
    with st.container(border=True, gap="xsmall"):
        for label, value in facts.items():
            if value:
                st.markdown(f":gray[{label}]　{page.plain(value)}")


def _steps(found: Progress) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown("**办理经过**")
        for step in reversed(found.steps):
            st.markdown(f":gray[{words.moment(step.at)}]　{page.plain(step.label)}")
