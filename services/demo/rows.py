"""From what was drawn and told to the rows of the tables."""

import dataclasses
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from models.enums import CaseResult, CaseStatus, HolderKind
from models.identity import EPOCH, SHIFT
from services.cases import words
from services.cases.numbers import LAST_SERIAL
from services.demo.bulk import CHUNK, Stamps
from services.demo.drawing import CHANNELS, CODE, ENDINGS, ONLINE, ORDINARY, Drawn
from services.demo.moments import Period
from services.demo.people import People
from services.demo.places import Places
from services.demo.stories import Filed, Story, Teller, task_id
from services.errors import DomainError

CASES = (
    *("district_id", "id", "number", "item_id", "item_version_id", "case_type", "status", "result", "department_id"),
    *("centre_id", "window_id", "clerk_id", "channel", "applicant_id", "applicant_name", "agent_name", "submitted_at"),
    *("accepted_at", "due_at", "statutory_due_at", "decided_at", "delivered_at", "calendar_version", "is_provisional"),
    *("holder", "version"),
)
EVENTS = (
    *("district_id", "case_id", "sequence", "action", "status", "at", "actor_id", "actor_name", "place_id", "opinion"),
    "evidence",
)
TASKS = (
    *("district_id", "id", "case_id", "stage", "department_id", "state", "limit_amount", "limit_unit", "started_at"),
    *("due_at", "finished_at", "finished_by"),
)
MATERIALS = (
    *("district_id", "case_id", "material_key", "name", "necessity", "state", "originals", "copies", "trust_level"),
    "note",
)
COUNTERS = ("district_id", "day", "last")
Row = tuple[Any, ...]


@dataclasses.dataclass
class Year:
    """Everything drawn, with identities and numbers given in the order of submission."""

    district_id: int
    region: str
    calendar_version: int
    drawn: Drawn
    places: Places
    period: Period
    people: People
    applicants: np.ndarray
    first_applicant: int
    agents: np.ndarray  # position in people.agents, or -1

    @cached_property
    def ids(self) -> np.ndarray:
        """Ordered by time; cases of one second follow one another."""
        moments = self.drawn.submitted
        return ((moments - int(EPOCH.timestamp())) * 1000 << SHIFT) + _rank(moments)

    @cached_property
    def days(self) -> np.ndarray:
        return self.period.day_of(self.drawn.submitted)

    @cached_property
    def serials(self) -> np.ndarray:
        """Raises DomainError when a day has more cases than numbers."""
        found = _rank(self.days) + 1
        if found.max(initial=0) > LAST_SERIAL:
            raise DomainError(f"办件太多：单日超过 {LAST_SERIAL} 件，流水号不够用，请减少 --cases")
        return found

    @cached_property
    def numbers(self) -> list[str]:
        """As services.cases.numbers gives them; check digits for all at once (ISO 7064 MOD 11,10)."""
        prefixes = [f"{self.region}{day:%Y%m%d}" for day in self.period.days]
        heads = np.array([[int(digit) for digit in prefix] for prefix in prefixes], dtype=np.int16)[self.days]
        tails = np.stack([self.serials // 10**place % 10 for place in (4, 3, 2, 1, 0)], axis=1)
        product = np.full(len(self.days), 10)
        for digit in np.concatenate([heads, tails], axis=1).T:
            total = (product + digit) % 10
            product = np.where(total == 0, 10, total) * 2 % 11
        parts = zip(self.days.tolist(), self.serials.tolist(), ((11 - product) % 10).tolist(), strict=True)
        return [f"{prefixes[day]}{serial:05d}{check}" for day, serial, check in parts]

    def counters(self) -> list[Row]:
        """The last serial number of each day."""
        days, counts = np.unique(self.days, return_counts=True)
        return [
            (self.district_id, self.period.days[d].isoformat(), c)
            for d, c in zip(days.tolist(), counts.tolist(), strict=True)
        ]

    def is_ordinary(self) -> np.ndarray:
        return self.drawn.ending == CODE[ORDINARY]

    def tell(self, teller: Teller) -> dict[int, Story]:
        """The stories of all cases that were more than one visit, by position."""
        return {i: teller.tell(self.filed(i)) for i in np.flatnonzero(~self.is_ordinary()).tolist()}

    def filed(self, i: int) -> Filed:
        drawn = self.drawn
        return Filed(
            int(self.ids[i]),
            self.places.items[drawn.item[i]],
            self.places.counters[drawn.counter[i]],
            int(drawn.channel[i]) in ONLINE,
            int(drawn.submitted[i]),
            int(drawn.accepted[i]),
            ENDINGS[drawn.ending[i]],
        )


def _rank(keys: np.ndarray) -> np.ndarray:
    """The place of each within its run of equal keys; keys come sorted."""
    starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    lengths = np.diff(np.append(starts, len(keys)))
    return np.arange(len(keys)) - np.repeat(starts, lengths)


def cases(year: Year, stories: Mapping[int, Story], stamps: Stamps) -> Iterator[Row]:
    """In the order of submission."""
    told = np.array(sorted(stories), dtype=np.int64)
    for first in range(0, len(year.ids), CHUNK):
        part = slice(first, first + CHUNK)
        columns = _columns(year, part, stamps)
        for i in told[np.searchsorted(told, first) : np.searchsorted(told, first + CHUNK)].tolist():
            for name, value in _told(stories[i], stamps).items():
                columns[name][i - first] = value
        yield from zip(*(columns[name] for name in CASES), strict=True)


def _columns(year: Year, part: slice, stamps: Stamps) -> dict[str, list[Any]]:
    """As though all of them had been granted and delivered in one visit."""
    drawn, people = year.drawn, year.people
    items = [year.places.items[i] for i in drawn.item[part].tolist()]
    counters = [year.places.counters[i] for i in drawn.counter[part].tolist()]
    applicants = year.applicants[part].tolist()
    size = len(items)
    return {
        "district_id": [year.district_id] * size,
        "id": year.ids[part].tolist(),
        "number": year.numbers[part],
        "item_id": [item.id for item in items],
        "item_version_id": [item.version_id for item in items],
        "case_type": [item.case_type.value for item in items],
        "status": [CaseStatus.DELIVERED.value] * size,
        "result": [CaseResult.GRANTED.value] * size,
        "department_id": [item.department_id for item in items],
        "centre_id": [counter.centre_id for counter in counters],
        "window_id": [counter.window_id for counter in counters],
        "clerk_id": [counter.clerk_id for counter in counters],
        "channel": [CHANNELS[i].value for i in drawn.channel[part].tolist()],
        "applicant_id": [year.first_applicant + i for i in applicants],
        "applicant_name": [people.names[i] for i in applicants],
        "agent_name": [people.agents[i] if i >= 0 else None for i in year.agents[part].tolist()],
        "submitted_at": stamps.many(drawn.submitted[part]),
        "accepted_at": stamps.many(drawn.accepted[part]),
        "due_at": [None] * size,
        "statutory_due_at": [None] * size,
        "decided_at": stamps.many(drawn.decided[part]),
        "delivered_at": stamps.many(drawn.delivered[part]),
        "calendar_version": [year.calendar_version] * size,
        "is_provisional": [False] * size,
        "holder": [HolderKind.NOBODY.value] * size,
        "version": [1] * size,
    }


def _told(story: Story, stamps: Stamps) -> dict[str, Any]:
    return {
        "status": story.status.value,
        "result": story.result.value if story.result else None,
        "accepted_at": stamps.one(story.accepted),
        "due_at": stamps.one(story.due),
        "statutory_due_at": stamps.one(story.statutory_due),
        "decided_at": stamps.one(story.decided),
        "delivered_at": stamps.one(story.delivered),
        "is_provisional": story.is_provisional,
        "holder": story.holder.value,
    }


def events(year: Year, stories: Mapping[int, Story], stamps: Stamps) -> Iterator[Row]:
    for story in stories.values():
        for sequence, action, status, at, *rest in story.events:
            yield (year.district_id, story.filed.id, sequence, action, status, stamps.one(at), *rest)


def tasks(year: Year, stories: Mapping[int, Story], stamps: Stamps) -> Iterator[Row]:
    for story in stories.values():
        for position, task in enumerate(story.tasks):
            flow = task.flow
            yield (
                *(year.district_id, task_id(story, position), story.filed.id, flow.stage, flow.department_id),
                *(task.state.value, flow.limit, flow.unit.value, stamps.one(task.started), stamps.one(task.due)),
                *(stamps.one(task.finished), task.finished_by),
            )


def materials(year: Year, stories: Mapping[int, Story], teller: Teller, days: int) -> Iterator[Row]:
    """Of all promised cases, and of the instant ones of the last so many working days."""
    recent = int(year.period.starts[year.period.workday_before(np.array(days - 1))])
    newest = int(np.searchsorted(year.drawn.submitted, recent))
    slow = {i for i, story in stories.items() if not story.filed.item.is_immediate}
    for i in sorted(slow | set(range(newest, len(year.ids)))):
        story = stories.get(i)
        filed = story.filed if story else year.filed(i)
        is_open = story is not None and story.decided is None
        for material, key, state in teller.materials(filed, is_open=is_open):
            counts = (material.originals, material.copies, material.trust_level.value, "")
            name, necessity = material.name, material.necessity.value
            yield (year.district_id, filed.id, key, name, necessity, state.value, *counts)


def search(year: Year, *, as_array: bool) -> Iterator[Row]:
    """The words that find each case, as services.cases.intake indexes them."""
    of_items = [words.tokens(item.name) for item in year.places.items]
    of_people: dict[int, list[str]] = {}
    parts = zip(year.ids.tolist(), year.drawn.item.tolist(), year.applicants.tolist(), strict=True)
    for case_id, item, applicant in parts:
        mine = of_people.get(applicant)
        if mine is None:
            mine = of_people[applicant] = words.tokens(year.people.names[applicant])
        found = list(dict.fromkeys(of_items[item] + mine))
        yield (year.district_id, case_id, found) if as_array else (case_id, " ".join(found))
