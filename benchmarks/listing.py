"""The case list: the inspector's filter, deep pages, counts, words, names, and one case by its number."""

import functools
import itertools
from collections.abc import Callable, Iterator

from benchmarks.district import District
from benchmarks.timing import Figure, measure
from services import database
from services.cases import details, search
from services.cases.search import CaseFilter

NUMBERS = 200
SEARCHES = (
    ("two characters", CaseFilter(words="卫生")),
    ("four characters", CaseFilter(words="社保参保")),
    ("a name", CaseFilter(words="李文")),
    ("words that nothing has", CaseFilter(words="鲲鹏")),
    ("a name, from its beginning", CaseFilter(person="欧阳")),
)


def position(session: database.Session, district: District, page: int) -> search.Position:
    """Where a page begins: the last key of the page before it."""
    size = search.PER_PAGE
    before = search.page(session, district.filter, district.actor, now=district.now, skip=(page - 1) * size - 1, size=1)
    assert before.last is not None
    return before.last


def _asking(session: database.Session, district: District) -> tuple[Callable[..., object], ...]:
    """page, count and total as functions of the filter."""
    return tuple(
        functools.partial(function, session, actor=district.actor, now=district.now)
        for function in (search.page, search.count, search.total)
    )


def filtered(district: District, runs: int) -> Iterator[Figure]:
    """The inspector's filter: department, period and status, newest first."""
    with database.reading() as session:
        page, count, total = _asking(session, district)
        wanted, deep = district.filter, district.deep
        start = position(session, district, deep)
        skip = (deep - 1) * search.PER_PAGE
        if page(wanted, after=start).rows != page(wanted, skip=skip).rows:
            raise SystemExit(f"page {deep} is not the same by position and by skipping")
        note = f"{district.matching:,} cases match"
        yield measure("list", "page 1", lambda: page(wanted), runs=runs, note=note)
        yield measure("list", f"page {deep:,}, position known", lambda: page(wanted, after=start), runs=runs)
        yield measure("list", f"page {deep:,}, by skipping", lambda: page(wanted, skip=skip), runs=runs)
        yield measure("list", "count, capped at 10,000", lambda: count(wanted), runs=runs)
        yield measure("list", "count, exact", lambda: total(wanted), runs=runs)
        yield measure("list", "page 1 and capped count", lambda: (page(wanted), count(wanted)), runs=runs)
        yield measure("list", "page 1, no filter", lambda: page(CaseFilter()), runs=runs)
        yield measure("list", "count, no filter, capped", lambda: count(CaseFilter()), runs=runs)


def words(district: District, runs: int) -> Iterator[Figure]:
    """First page and capped count of searches by words and by name."""
    with database.reading() as session:
        page, count, _ = _asking(session, district)
        for name, wanted in SEARCHES:
            found = search.count(session, wanted, district.actor, now=district.now)
            asked = wanted.words or wanted.person
            note = f"{asked}: {'more than ' if found.capped else ''}{found.value:,} found"
            yield measure("words", f"{name}: page 1", functools.partial(page, wanted), runs=runs, note=note)
            yield measure("words", f"{name}: capped count", functools.partial(count, wanted), runs=runs)


def case(district: District, runs: int) -> Iterator[Figure]:
    """One case by its number, with all that its page draws; another case each time."""
    with database.reading() as session:
        numbers = itertools.cycle(_numbers(session, district))
        yield measure(
            "case",
            "by number, with events, tasks, materials",
            lambda: details.detail(session, next(numbers), district.actor),
            runs=min(runs, NUMBERS),
            warm=0,
            note="each run another case",
        )


def _numbers(session: database.Session, district: District) -> list[str]:
    """Numbers from all over the year."""
    step = max(district.cases // NUMBERS, 1)
    return [
        row.number
        for skip in range(0, district.cases, step)
        for row in search.page(session, CaseFilter(), district.actor, now=district.now, skip=skip, size=1).rows
    ]
