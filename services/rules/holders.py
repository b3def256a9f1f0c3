"""Whose time it was: every working minute of a case has exactly one holder, and the parts sum to the whole (design §4)."""

import dataclasses
import datetime as dt
import itertools
from collections.abc import Sequence

from models.enums import CaseStatus, HolderKind
from services.rules import lifecycle, working_time
from services.rules.working_time import WorkCalendar

Span = tuple[dt.datetime, dt.datetime]


@dataclasses.dataclass(frozen=True)
class Held:
    """A stretch of time with its one holder."""

    holder: HolderKind
    start: dt.datetime
    end: dt.datetime
    minutes: int  # working minutes


def ledger(
    steps: Sequence[tuple[dt.datetime, CaseStatus]],
    intermediaries: Sequence[Span],
    calendar: WorkCalendar,
    now: dt.datetime,
) -> list[Held]:
    """From the first step to the end of the case, or to `now`. While an intermediary works, the time is theirs."""
    ends = [at for at, _ in steps[1:]] + [now]
    found: list[Held] = []
    for (start, status), end in zip(steps, ends, strict=True):
        holder = lifecycle.HOLDER_OF[status]
        if holder is HolderKind.NOBODY or end <= start:
            continue
        for holds, first, last in _parted(holder, start, end, intermediaries):
            _add(found, Held(holds, first, last, working_time.working_minutes(first, last, calendar)))
    return found


def _parted(
    holder: HolderKind, start: dt.datetime, end: dt.datetime, theirs: Sequence[Span]
) -> list[tuple[HolderKind, dt.datetime, dt.datetime]]:
    """The stretch cut where an intermediary's time begins and ends."""
    marks = sorted({start, end, *(mark for span in theirs for mark in span if start < mark < end)})
    return [
        (HolderKind.INTERMEDIARY if any(a <= first < b for a, b in theirs) else holder, first, last)
        for first, last in itertools.pairwise(marks)
    ]


def _add(found: list[Held], each: Held) -> None:
    """Join to the stretch before when it is the same holder's."""
    if found and found[-1].holder is each.holder and found[-1].end == each.start:
        before = found.pop()
        each = Held(each.holder, before.start, each.end, before.minutes + each.minutes)
    found.append(each)


def totals(held: Sequence[Held]) -> dict[HolderKind, int]:
    """Working minutes by holder, in the order in which they first held it."""
    found: dict[HolderKind, int] = {}
    for each in held:
        found[each.holder] = found.get(each.holder, 0) + each.minutes
    return found
