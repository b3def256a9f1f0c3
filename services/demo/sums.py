"""The stored sums of the cases as they are made: what services.counts would count, without scanning the table again."""

from collections.abc import Mapping

import numpy as np
from sqlalchemy.orm import Session

from models.cases import Case
from models.counts import COUNTED
from models.enums import CaseType
from services import counts
from services.counts import Grain
from services.demo import bulk
from services.demo.rows import Row, Year
from services.demo.stories import Story

VISIT = {  # what an ordinary case adds at each of its moments
    "submitted": ("received",),
    "accepted": ("accepted",),
    "decided": ("closed", "closed_on_time", "closed_on_site", "granted"),
    "delivered": ("delivered",),
}


class Sums:
    """Sums by day, counter and item: from them follow all that is stored."""

    def __init__(self, year: Year, stories: Mapping[int, Story]) -> None:
        self._year = year
        self._shape = (len(year.period.days), len(year.places.counters), len(year.places.items))
        added = [self._ordinary(moment, columns) for moment, columns in VISIT.items()] + [self._told(stories)]
        keys, self._sums = _grouped(*(np.concatenate(parts) for parts in zip(*added, strict=True)))
        self._days, self._counters, self._items = np.unravel_index(keys, self._shape)

    def _ordinary(self, moment: str, columns: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
        year, chosen = self._year, np.flatnonzero(self._year.is_ordinary())
        days = year.period.day_of(getattr(year.drawn, moment)[chosen])
        places = (days, year.drawn.counter[chosen], year.drawn.item[chosen])
        keys, cases = np.unique(np.ravel_multi_index(places, self._shape), return_counts=True)
        return keys, np.outer(cases, [name in columns for name in COUNTED])

    def _told(self, stories: Mapping[int, Story]) -> tuple[np.ndarray, np.ndarray]:
        """By the rules of services.counts itself."""
        year, first = self._year, self._year.period.days[0]
        keys, sums = [], []
        for i, story in stories.items():
            for day, added in counts.sums_by_day(_as_case(story)).items():
                keys.append(((day - first).days, int(year.drawn.counter[i]), int(year.drawn.item[i])))
                sums.append([added.get(name, 0) for name in COUNTED])
        places = np.array(keys, dtype=np.int64).reshape(-1, 3).T
        found = np.asarray(np.ravel_multi_index(tuple(places), self._shape))
        return found, np.array(sums, dtype=np.int64).reshape(-1, len(COUNTED))

    def store(self, session: Session) -> int:
        return sum(self._store(session, grain) for grain in counts.GRAINS)

    def _store(self, session: Session, grain: Grain) -> int:
        columns = [self._periods(grain), *(self._column(name) for name in grain.columns)]
        names = [list(dict.fromkeys(column)) for column in columns]
        codes = [_codes(column, known) for column, known in zip(columns, names, strict=True)]
        shape = tuple(len(known) for known in names)
        keys, sums = _grouped(np.ravel_multi_index(tuple(codes), shape), self._sums)
        places = [index.tolist() for index in np.unravel_index(keys, shape)]
        heads = zip(*([known[p] for p in place] for known, place in zip(names, places, strict=True)), strict=True)
        rows: list[Row] = [
            (self._year.district_id, *head, *values) for head, values in zip(heads, sums.tolist(), strict=True)
        ]
        return bulk.insert(session, grain.table.name, ("district_id", grain.period, *grain.columns, *COUNTED), rows)

    def _periods(self, grain: Grain) -> list[object]:
        days = [(day.replace(day=1) if grain.is_monthly else day).isoformat() for day in self._year.period.days]
        return [days[i] for i in self._days.tolist()]

    def _column(self, name: str) -> list[object]:
        places = self._year.places
        if name in ("centre_id", "window_id"):
            return [getattr(places.counters[i], name) for i in self._counters.tolist()]
        of_item = {"department_id": "department_id", "item_id": "id", "case_type": "case_type"}[name]
        found = [getattr(places.items[i], of_item) for i in self._items.tolist()]
        return [each.value if isinstance(each, CaseType) else each for each in found]


def _as_case(story: Story) -> Case:
    """The story's moments and result, to be counted; never stored."""
    moments = {
        "submitted_at": story.filed.submitted,
        "accepted_at": story.accepted,
        "due_at": story.due,
        "decided_at": story.decided,
        "delivered_at": story.delivered,
    }
    instants = {name: None if at is None else bulk.instant(at) for name, at in moments.items()}
    return Case(case_type=story.filed.item.case_type, result=story.result, **instants)


def _codes(column: list[object], known: list[object]) -> np.ndarray:
    place = {value: code for code, value in enumerate(known)}
    return np.array([place[value] for value in column], dtype=np.int64)


def _grouped(keys: np.ndarray, sums: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each key once, with the sum of its rows."""
    known, place = np.unique(keys, return_inverse=True)
    total = np.zeros((len(known), sums.shape[1]), dtype=np.int64)
    np.add.at(total, place, sums)
    return known, total
