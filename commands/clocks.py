"""A deadline and why: the day-by-day ledger of the working calendar."""

import datetime as dt
from typing import Annotated

import typer

import settings
from commands.answers import Answer, AsJson, command, reading
from models.enums import LimitUnit
from services import calendars, codes
from services.errors import Invalid
from services.rules import working_time
from services.rules.working_time import Deadline, Limit, Suspension


@command
def deadline(
    start: Annotated[str, typer.Argument(help="受理时间：2026-02-13 或 2026-02-13T10:30")],
    limit: Annotated[int, typer.Argument(help="时限", min=0)],
    unit: Annotated[LimitUnit, typer.Option(help="单位")] = LimitUnit.WORKDAY,
    suspend: Annotated[list[str] | None, typer.Option(help="特别程序 起..止（含两端），可多次")] = None,
    hall: Annotated[str, typer.Option(help="大厅编码：按该大厅的作息和特殊开闭厅计算")] = "",
    as_json: AsJson = False,
) -> Answer:
    """计算到期时间，并逐日说明计入与否和依据的规则。"""
    with reading() as (session, actor):
        centre = codes.organisation_id(session, actor.district_id, hall) if hall else None
        calendar = calendars.work_calendar(session, actor.district_id, centre)
    suspensions = [_suspension(text) for text in suspend or ()]
    found = working_time.deadline(_moment(start, calendar), Limit(limit, unit), calendar, suspensions=suspensions)
    return Answer(_data(found), _lines(found))


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
        "ledger": [
            {"date": line.date.isoformat(), "counted": line.counted, "rule": line.rule, "note": line.note}
            for line in found.ledger
        ],
    }


def _lines(found: Deadline) -> list[str]:
    head = f"到期：{found.due:%Y-%m-%d %H:%M}" + ("（暂定：途经尚未公布放假安排的年份）" if found.provisional else "")
    days = (f"{line.date}  {'计入' if line.counted else '不计'}  {line.rule}  {line.note}" for line in found.ledger)
    return [head, *days]
