"""为什么是这一天: each clock of a case with its ledger, day by day and rule by rule, and whose time it was."""

import dataclasses
import datetime as dt
from collections.abc import Sequence

from sqlalchemy.orm import Session

import settings
from models.cases import Case, CaseEvent
from models.catalogue import ItemVersion
from models.enums import CaseAction, CaseResult, CaseType, ClockKind, LimitUnit
from services import calendars
from services.calendars import interruptions, term
from services.calendars.interruptions import Interruptions
from services.cases import deeming, details
from services.rules import working_time
from services.rules.working_time import DELIVERY_WORKDAYS, LedgerLine, WorkCalendar

LAW = {
    ClockKind.COMPLETENESS: "《行政许可法》第三十二条：五日内一次告知，逾期不告知的自收到之日起即为受理",
    ClockKind.CORRECTION: "一次性告知书写明的补正期限；申请人的时间，不计入办理期限",
    ClockKind.PROMISE: "本事项办事指南的承诺时限，自受理起算",
    ClockKind.STATUTORY: "《行政许可法》第四十二条、第四十五条、第八十二条，或本事项所依据的法律",
    ClockKind.DELIVERY: "《行政许可法》第四十四条：作出决定之日起十日内颁发、送达",
}
TOLD = frozenset(
    {
        CaseAction.REQUEST_CORRECTION,
        CaseAction.ACCEPT,
        CaseAction.DEEM_ACCEPTED,
        CaseAction.REFUSE_ACCEPTANCE,
        CaseAction.DECLARE_NOT_REQUIRED,
        CaseAction.WITHDRAW,
        CaseAction.VOID,
    }
)
CORRECTED = frozenset({CaseAction.RESUBMIT, CaseAction.EXPIRE_CORRECTION, CaseAction.WITHDRAW})


@dataclasses.dataclass(frozen=True)
class CaseClock:
    """One clock: when it began, when it ends, when what it waits for happened (None while it runs)."""

    kind: ClockKind
    limit: str
    start: dt.datetime
    due: dt.datetime
    stopped: dt.datetime | None
    is_provisional: bool
    ledger: Sequence[LedgerLine]

    @property
    def law(self) -> str:
        return LAW[self.kind]

    def is_late(self, now: dt.datetime) -> bool:
        return (self.stopped or now) > self.due


def of_case(session: Session, case: Case) -> list[CaseClock]:
    """The case's clocks in the order in which they ran; none for another system's case, whose deadlines are its own."""
    if case.batch_id is not None or case.case_type == CaseType.IMMEDIATE:
        return []
    calendar = calendars.work_calendar(session, case.district_id, case.centre_id)
    version = session.get_one(ItemVersion, (case.district_id, case.item_version_id))
    events = details.events(session, case)
    stopped = interruptions.of_case(session, case.district_id, case.id)
    return [
        *_before_acceptance(events, calendar),
        *_after_acceptance(case, version, calendar, stopped),
        *_delivery(case, calendar),
    ]


def _zoned(at: dt.datetime) -> dt.datetime:
    return at.astimezone(settings.current().zone)


def _before_acceptance(events: Sequence[CaseEvent], calendar: WorkCalendar) -> list[CaseClock]:
    """For each receipt the five days in which to tell, for each request the time in which to correct."""
    found = []
    for place, event in enumerate(events):
        later = events[place + 1 :]
        if event.action in (CaseAction.RECEIVE, CaseAction.RESUBMIT):
            end = working_time.completeness_deadline(_zoned(event.at), calendar)
            told = next((each.at for each in later if each.action in TOLD), None)
            limit = f"{working_time.COMPLETENESS_WORKDAYS} 个工作日"
            at = _zoned(event.at)
            found.append(CaseClock(ClockKind.COMPLETENESS, limit, at, end.due, told, end.provisional, end.ledger))
        if event.action == CaseAction.REQUEST_CORRECTION and (until := deeming.correction_end(event)) is not None:
            due = dt.datetime.combine(until, working_time.MIDNIGHT, settings.current().zone)
            came = next((each.at for each in later if each.action in CORRECTED), None)
            found.append(CaseClock(ClockKind.CORRECTION, "", _zoned(event.at), due, came, False, ()))
    return found


def _after_acceptance(
    case: Case, version: ItemVersion, calendar: WorkCalendar, stopped: Interruptions
) -> list[CaseClock]:
    if case.accepted_at is None:
        return []
    limits = (
        (ClockKind.PROMISE, version.promise_amount, version.promise_unit),
        (ClockKind.STATUTORY, version.statutory_amount, version.statutory_unit),
    )
    found = []
    for kind, amount, unit in limits:
        end = term(case.accepted_at, amount, unit, calendar, stopped)
        if end is not None:
            limit = f"{amount} {unit.label}" + (f"，延长 {stopped.extension} 个工作日" if stopped.extension else "")
            start = _zoned(case.accepted_at)
            found.append(CaseClock(kind, limit, start, end.due, case.decided_at, end.provisional, end.ledger))
    return found


def _delivery(case: Case, calendar: WorkCalendar) -> list[CaseClock]:
    if case.decided_at is None or case.result not in (CaseResult.GRANTED, CaseResult.DENIED):
        return []
    end = term(case.decided_at, DELIVERY_WORKDAYS, LimitUnit.WORKDAY, calendar)
    if end is None:
        return []
    limit, start = f"{DELIVERY_WORKDAYS} 个工作日", _zoned(case.decided_at)
    return [CaseClock(ClockKind.DELIVERY, limit, start, end.due, case.delivered_at, end.provisional, end.ledger)]


@dataclasses.dataclass(frozen=True)
class LedgerDay:
    """A line of the ledger as it is read: the running number of a counted day, 0 for one that does not count."""

    date: dt.date
    number: int
    minutes: int
    rule: str
    note: str


def days(ledger: Sequence[LedgerLine]) -> list[LedgerDay]:
    """The ledger with the counted days numbered."""
    number, found = 0, []
    for line in ledger:
        number += line.counted
        found.append(LedgerDay(line.date, number if line.counted else 0, line.minutes, line.rule, line.note))
    return found
