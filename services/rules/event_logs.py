"""Reading another system's event log by a mapping: rows in, cases with their events out (exchange.md, cases)."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, Field

from models.enums import ApplicationChannel

REQUIRED = ("case", "activity", "time", "due")


class ItemMapping(BaseModel):
    model_config = ConfigDict(extra="forbid")

    code: str
    name: str


class LogMapping(BaseModel):
    """The small file that says which heading holds what, and our words for theirs."""

    model_config = ConfigDict(extra="forbid")

    columns: dict[str, str]
    item: ItemMapping
    centre: str
    departments: dict[str, str] = Field(default_factory=dict)
    channels: dict[str, ApplicationChannel] = Field(default_factory=dict)

    def heading(self, word: str) -> str:
        return self.columns.get(word, "")

    def missing(self, headings: Iterable[str]) -> list[str]:
        """The headings that the mapping needs and the sheet lacks."""
        present = set(headings)
        wanted = [self.heading(word) or f"（映射缺少 {word}）" for word in REQUIRED]
        wanted += [heading for word, heading in self.columns.items() if word not in REQUIRED]
        return [heading for heading in wanted if heading not in present]


@dataclass(frozen=True)
class Problem:
    row: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True)
class LoggedEvent:
    row: int
    at: dt.datetime
    activity: str
    person: str


@dataclass
class LoggedCase:
    """One case of the log; `row` is the first row that names it."""

    number: str
    row: int
    department: str
    channel: ApplicationChannel
    submitted_at: dt.datetime
    due_at: dt.datetime
    ended_at: dt.datetime | None
    events: list[LoggedEvent] = field(default_factory=list)


def _moment(text: str, zone: dt.tzinfo) -> dt.datetime:
    """An ISO 8601 time; one without a zone is taken in the centre's. Raises ValueError."""
    at = dt.datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=zone)


@dataclass
class _Reader:
    mapping: LogMapping
    zone: dt.tzinfo
    cases: dict[str, LoggedCase] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def _time(self, row: int, cells: Mapping[str, str], word: str, *, required: bool) -> dt.datetime | None:
        heading = self.mapping.heading(word)
        text = cells.get(heading, "").strip()
        if not text:
            if required:
                self.problems.append(Problem(row, heading, text, "时间为空"))
            return None
        try:
            return _moment(text, self.zone)
        except ValueError:
            self.problems.append(Problem(row, heading, text, "时间格式不对，应为 2026-03-16T10:30:00+08:00"))
            return None

    def read(self, row: int, cells: Mapping[str, str]) -> None:
        number = cells.get(self.mapping.heading("case"), "").strip()
        activity = cells.get(self.mapping.heading("activity"), "").strip()
        before = len(self.problems)
        for word, text in (("case", number), ("activity", activity)):
            if not text:
                self.problems.append(Problem(row, self.mapping.heading(word), "", "不能为空"))
        at = self._time(row, cells, "time", required=True)
        due = self._time(row, cells, "due", required=True)
        start = self._time(row, cells, "start", required=False)
        end = self._time(row, cells, "end", required=False)
        if len(self.problems) > before or at is None or due is None:
            return
        case = self.cases.get(number) or self._new(row, number, cells, start or at, due, end)
        case.submitted_at = min(case.submitted_at, at)
        person = cells.get(self.mapping.heading("person"), "").strip()
        case.events.append(LoggedEvent(row, at, activity, person))

    def _new(
        self,
        row: int,
        number: str,
        cells: Mapping[str, str],
        start: dt.datetime,
        due: dt.datetime,
        end: dt.datetime | None,
    ) -> LoggedCase:
        department = cells.get(self.mapping.heading("department"), "").strip()
        channel = cells.get(self.mapping.heading("channel"), "").strip()
        if channel and channel not in self.mapping.channels:
            heading = self.mapping.heading("channel")
            self.problems.append(Problem(row, heading, channel, "映射文件的 channels 里没有这个渠道"))
        made = LoggedCase(
            number,
            row,
            self.mapping.departments.get(department, department),
            self.mapping.channels.get(channel, ApplicationChannel.OTHER),
            start,
            due,
            end,
        )
        self.cases[number] = made
        return made


def read(
    rows: Iterable[tuple[int, Mapping[str, str]]], mapping: LogMapping, zone: dt.tzinfo
) -> tuple[list[LoggedCase], list[Problem]]:
    """The log's cases in order of appearance, events in order of time, and every bad cell by row and column."""
    reader = _Reader(mapping, zone)
    for row, cells in rows:
        reader.read(row, cells)
    for case in reader.cases.values():
        case.events.sort(key=lambda event: (event.at, event.row))
    return list(reader.cases.values()), reader.problems
