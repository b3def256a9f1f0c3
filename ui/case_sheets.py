"""One case as its page shows it: head, clock and ledger, history, materials, files, applicant."""

import datetime as dt
from collections.abc import Sequence

import streamlit as st

import settings
from models.cases import Attachment, CaseEvent, CaseMaterial
from models.enums import ApplicantKind, CaseAction, CaseStatus, CaseType, Permission
from services import attachments, calendars
from services.actors import Actor
from services.cases import deeming, details
from services.cases.details import CaseDetail
from services.database import Session
from services.rules import identifiers, working_time
from services.rules.working_time import WorkCalendar
from ui import case_clocks, charts, forms, page, tables, words
from ui.charts import Meaning
from ui.tables import Column

MATERIALS = (
    Column("材料名称", "name", width=230),
    Column("情况", lambda row: row.state.label, width=80),
    Column("必要性", lambda row: row.necessity.label, width=112),
    Column("份数", lambda row: f"原 {row.originals} 复 {row.copies}", width=84),
    Column("可信", lambda row: row.trust_level.value, width=56),
    Column("有效期至", lambda row: words.day(row.valid_until) if row.valid_until else words.NOTHING, width=120),
    Column("备注", lambda row: _note(row), width=200),
)
HANDLING = frozenset({Permission.CASES_INTAKE, Permission.CASES_REVIEW, Permission.CASES_DELIVER})


def head(session: Session, found: CaseDetail, now: dt.datetime) -> None:
    """What it is, how it stands, who holds it, and by when."""
    case = found.case
    st.subheader(page.plain(found.item_name), anchor=False)
    badges = [charts.badge(_standing(found), charts.OF_CASE[case.status])]
    if is_late(found, now):
        badges.append(charts.badge("⚠ 超期", Meaning.RED))
    badges += [charts.badge(f"⚠ {mark.kind.label}", Meaning.RED) for mark in deeming.marks(session, case)]
    st.markdown(" ".join(badges) + "　" + _held(found))
    parts = (case.number, case.case_type.label, found.department, found.centre, found.window)
    st.caption(page.plain("　".join(filter(None, (*parts, f"{words.moment(case.submitted_at)} 收件")))))
    _clock(session, found, now)


def _held(found: CaseDetail) -> str:
    """Who has to do something now."""
    holder = page.plain(found.holder_name)
    if found.case.status == CaseStatus.DECIDED:
        return f"结果在 **{holder}** 等待领取"
    return f"现由 **{holder}** 办理" if holder else ""


def _standing(found: CaseDetail) -> str:
    case = found.case
    if case.result is None or case.status == CaseStatus.CLOSED:
        return case.result.label if case.result else case.status.label
    return f"{case.status.label}·{case.result.label}"


def is_late(found: CaseDetail, now: dt.datetime) -> bool:
    """Decided after its due instant, or not yet decided and past it."""
    due = found.case.due_at
    return due is not None and (found.case.decided_at or now) > due


def remaining(now: dt.datetime, due: dt.datetime | None, calendar: WorkCalendar) -> str:
    """剩 2 个工作日 3 小时（03-25 17:00 前）."""
    if due is None:
        return "未设承诺期限"
    zone = settings.current().zone
    left = working_time.remaining(now.astimezone(zone), due.astimezone(zone), calendar)
    local = due.astimezone(zone)
    day = local.strftime("%m-%d" if local.year == now.astimezone(zone).year else "%Y-%m-%d")
    return f"{working_time.describe_remaining(left)}（{day} {local:%H:%M} 前）"


def _clock(session: Session, found: CaseDetail, now: dt.datetime) -> None:
    """The clock, with the way to the page that explains it."""
    case = found.case
    if case.case_type == CaseType.IMMEDIATE:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        provisional = "　:orange-badge[暂定]" if case.is_provisional else ""
        st.markdown(f"期限：{page.plain(_clock_words(session, found, now))}{provisional}", width="content")
        if case.batch_id is None:
            case_clocks.link(case.number)


def _note(row: CaseMaterial) -> str:
    checked = f"{row.checked_by} 已核原件" if row.checked_by else ""
    reused = "复用" if row.source_case_id else ""
    return "　".join(filter(None, (reused, checked, row.note))) or words.NOTHING


def _clock_words(session: Session, found: CaseDetail, now: dt.datetime) -> str:
    case = found.case
    if case.status == CaseStatus.SUSPENDED:
        return "特别程序期间不计入办理期限"
    if case.accepted_at is None and case.decided_at is None:
        return "受理后开始计算"
    if case.decided_at is not None:
        outcome = "超期办结" if is_late(found, now) else "期限内办结"
        return f"{words.moment(case.decided_at)} {outcome}（承诺 {words.brief(case.due_at)} 前）"
    return remaining(now, case.due_at, calendars.work_calendar(session, case.district_id, case.centre_id))


def history(found: CaseDetail) -> None:
    """Each step: when, what, who, where, what they said."""
    for event in found.events:
        where = found.places.get(event.place_id or 0, "")
        who = page.plain("　".join(filter(None, (event.actor_name, where))))
        st.markdown(f"**{words.moment(event.at)}**　{_action(event)}　:gray[{who}]")
        for line in _said(event):
            st.markdown(f"> {page.plain(line)}")


def _action(event: CaseEvent) -> str:
    return charts.badge(event.action.label, charts.OF_CASE[event.status])


def _said(event: CaseEvent) -> list[str]:
    """What was said in the step, with a denial's remedies and a delivery's receiver."""
    evidence = event.evidence or {}
    lines = [line for line in (event.opinion or "").splitlines() if line.strip()]
    if event.action == CaseAction.DENY and "remedies" in evidence:
        lines.append(f"救济途径：{evidence['remedies']}")
    if "receiver" in evidence:
        lines.append(f"领取人：{identifiers.mask_name(str(evidence['receiver']))}")
    return lines


def materials(found: CaseDetail) -> None:
    """What was handed in, and what is still to come."""
    rows: list[CaseMaterial] = list(found.materials)
    if rows:
        tables.show(rows, MATERIALS, key=f"materials-{found.case.number}", alt="申请材料")
    else:
        tables.empty("没有材料记录", "即办件当场核验，或由外部系统导入")


def files(found: CaseDetail, actor: Actor) -> None:
    """Attachments, each handed over once on request."""
    files_of(found, found.attachments, actor)


def files_of(found: CaseDetail, chosen: Sequence[Attachment], actor: Actor) -> None:
    for each in chosen:
        page.offer_download(
            f"下载 {page.plain(each.file_name)}（{each.size / 1024:,.0f} KB）",
            lambda session, each=each: _read(session, found, each, actor),
            each.file_name,
            each.content_type,
            key=f"file-{each.id}",
            help=f"{each.uploaded_by} {words.moment(each.uploaded_at)} 上传",
        )


def _read(session: Session, found: CaseDetail, each: Attachment, actor: Actor) -> bytes:
    return attachments.read(details.attachment(session, found.case.number, each.id, actor))


def applicant(found: CaseDetail, actor: Actor) -> None:
    """Who applies. Who handles cases reads the name; ids and phones are shown in full only for a written reason."""
    case = found.case
    is_organisation = found.applicant_kind == ApplicantKind.ORGANISATION
    name = (
        found.applicant_name
        if actor.permissions & HANDLING
        else identifiers.mask_name(found.applicant_name, is_organisation=is_organisation)
    )
    shown = st.session_state.pop(_revealed(case.number), None)
    identity, phone = shown or (found.masked_id, found.masked_phone)
    lines = [("申请人", name), (found.id_type, identity), ("联系电话", phone or words.NOTHING)]
    lines += [("代理人", case.agent_name)] if case.agent_name else []
    lines += [("申请内容", case.subject)] if case.subject else []
    for label, value in lines:
        st.markdown(f":gray[{label}]　{page.plain(value)}")
    if shown:
        st.caption("完整信息只显示这一次，查看事由已记入审计。")
    elif actor.may(Permission.CASES_REVEAL):
        _reveal(case.number, actor)


def _revealed(number: str) -> str:
    return f"_revealed-{number}"


def _reveal(number: str, actor: Actor) -> None:
    reason = forms.confirm(
        "查看完整证件号",
        will_do="将显示一次完整的证件号和电话；查看人、时间、事由记入审计。",
        key=f"reveal-{number}",
        needs="查看事由",
    )
    if reason is not None:
        page.perform(
            lambda session: details.reveal(session, number, reason=reason, actor=actor, now=page.now()),
            done="已显示完整证件信息，事由已记入审计",
            then=lambda shown: st.session_state.update({_revealed(number): shown}),
        )
