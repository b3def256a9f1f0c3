"""A deadline and why: the day-by-day ledger of the working calendar."""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Annotated

import typer

import settings
from commands.answers import Answer, AsJson, command, now, reading
from models.enums import LimitUnit
from services import calendars, codes, intermediaries
from services.cases import details, explaining
from services.cases.explaining import CaseClock
from services.errors import Invalid
from services.rules import holders, working_time
from services.rules.working_time import Deadline, LedgerLine, Limit, Suspension

NUMBER = r"\d{20}"
PROVISIONAL = "（暂定：途经尚未公布放假安排的年份）"


@command
def deadline(
    start: Annotated[str, typer.Argument(help="受理时间：2026-02-13 或 2026-02-13T10:30；或办件编号")],
    limit: Annotated[int | None, typer.Argument(help="时限；给出办件编号时不填", min=0)] = None,
    unit: Annotated[LimitUnit, typer.Option(help="单位")] = LimitUnit.WORKDAY,
    suspend: Annotated[list[str] | None, typer.Option(help="特别程序 起..止（含两端），可多次")] = None,
    hall: Annotated[str, typer.Option(help="大厅编码：按该大厅的作息和特殊开闭厅计算")] = "",
    as_json: AsJson = False,
) -> Answer:
    """计算到期时间，并逐日说明计入与否和依据的规则；给出办件编号时，说明该办件的每个期限。"""
    if limit is None:
        if not re.fullmatch(NUMBER, start):
            raise typer.BadParameter("请填写时限，或给出 20 位办件编号")
        return _of_case(start)
    with reading() as (session, actor):
        centre = codes.organisation_id(session, actor.district_id, hall) if hall else None
        calendar = calendars.work_calendar(session, actor.district_id, centre)
    suspensions = [_suspension(text) for text in suspend or ()]
    found = working_time.deadline(_moment(start, calendar), Limit(limit, unit), calendar, suspensions=suspensions)
    return Answer(_data(found), _lines(found))


def _of_case(number: str) -> Answer:
    """The clocks of a case as its page shows them."""
    with reading() as (session, actor):
        case = details.get(session, number, actor)
        found = explaining.of_case(session, case)
        held = holders.totals(intermediaries.ledger(session, case, now=now()))
    data = {
        "number": case.number,
        "clocks": [_clock(each) for each in found],
        "holders": {holder.value: minutes for holder, minutes in held.items()},
    }
    lines = [line for each in found for line in _clock_lines(each)]
    shares = "，".join(f"{holder.label} {minutes} 分钟" for holder, minutes in held.items())
    return Answer(data, [*lines, f"时间在谁手里：{shares}"])


def _clock(found: CaseClock) -> dict[str, object]:
    return {
        "kind": found.kind.value,
        "start": found.start.isoformat(),
        "due": found.due.isoformat(),
        "stopped": found.stopped.isoformat() if found.stopped else None,
        "provisional": found.is_provisional,
        "ledger": _ledger(found.ledger),
    }


def _clock_lines(found: CaseClock) -> list[str]:
    head = f"{found.kind.label}：{found.start:%Y-%m-%d %H:%M} 起，{found.due:%Y-%m-%d %H:%M} 前"
    return [head + PROVISIONAL * found.is_provisional, *_days(found.ledger)]


def _ledger(lines: Sequence[LedgerLine]) -> list[dict[str, object]]:
    return [
        {"date": line.date.isoformat(), "counted": line.counted, "rule": line.rule, "note": line.note} for line in lines
    ]


def _days(lines: Sequence[LedgerLine]) -> list[str]:
    return [f"{line.date}  {'计入' if line.counted else '不计'}  {line.rule}  {line.note}" for line in lines]


def _moment(text: str, calendar: working_time.WorkCalendar) -> dt.datetime:
    """A date alone means that day's opening."""
    zone = settings.current().zone
    try:
        if len(text) <= len("2026-02-13"):
            return dt.datetime.combine(dt.date.fromisoformat(text), calendar.schedule.periods[0][0], zone)
        at = dt.datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"“{text}”不是日期或时间，应如 2026-02-13 或 2026-02-13T10:30") from None
    return at.astimezone(zone) if at.tzinfo else at.replace(tzinfo=zone)


def _suspension(text: str) -> Suspension:
    first, dots, last = text.partition("..")
    try:
        days = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    except ValueError:
        raise typer.BadParameter(f"“{text}”应写作 起..止，如 2026-03-02..2026-03-06") from None
    if not dots:
        raise Invalid("特别程序须写明起止日期")
    return Suspension(*days, reason="特别程序")


def _data(found: Deadline) -> dict[str, object]:
    return {
        "due": found.due.isoformat(),
        "unit": found.limit.unit.value,
        "limit": found.limit.amount,
        "provisional": found.provisional,
        "ledger": _ledger(found.ledger),
    }


def _lines(found: Deadline) -> list[str]:
    return [f"到期：{found.due:%Y-%m-%d %H:%M}" + PROVISIONAL * found.provisional, *_days(found.ledger)]
