"""Every figure of one database in one run, as a table, as JSON, and as ratios (docs/benchmarks.md).

python -m benchmarks.run --database sqlite:///var/yichuang.db
"""

import dataclasses
import datetime as dt
import gc
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

import settings
from benchmarks import (
    catalogue,
    databases,
    district,
    django_admin,
    filing,
    life,
    listing,
    machine,
    papers,
    parallel,
    screens,
    sums,
)
from benchmarks.district import District
from benchmarks.timing import Figure

RESULTS = Path(__file__).resolve().parent / "results"
SLOW_RUNS = 30
DEEP = ("list", "page {deep}, position known")
# what, the slower, the faster: how many times faster we are
RATIOS = (
    ("page 1: Django's query over ours", ("django", "query of page 1"), ("list", "page 1")),
    ("count: Django's over our capped one", ("django", "count, exact"), ("list", "count, capped at 10,000")),
    ("page 1 with its counts", ("django", "page 1 and both counts"), ("list", "page 1 and capped count")),
    ("page 1 with one count", ("django", "page 1 and one count"), ("list", "page 1 and capped count")),
    (
        "deep page: Django's query over ours",
        ("django", "query of page {deep}"),
        ("list", "page {deep}, position known"),
    ),
    ("whole page 1: Django's request over our rerun", ("django", "request, page 1"), ("page", "cases, page 1")),
    ("whole page 1: over our first run", ("django", "request, page 1"), ("page", "cases, page 1, opened")),
    ("whole page 1: lean request over our rerun", ("django", "request, page 1, lean"), ("page", "cases, page 1")),
    ("whole deep page: over our rerun", ("django", "request, page {deep}"), ("page", "cases, page {deep}")),
    ("our deep page over our first", DEEP, ("list", "page 1")),
    ("a year from the cases over stored sums", ("sums", "year from the cases"), ("sums", "year from stored sums")),
    (
        "received by month, from the cases over stored sums",
        ("sums", "received by month from the cases"),
        ("sums", "received by month from stored sums"),
    ),
    ("an instant case over a bare commit", ("filing", "instant case"), ("filing", "bare commit")),
)


def figures(found: District, url: str, folder: Path, runs: int, *, peers: bool) -> Iterator[Figure]:
    """Reading first, so that nothing that is written changes what is read."""
    slow = min(runs, SLOW_RUNS)
    yield from listing.filtered(found, runs)
    yield from listing.words(found, runs)
    yield from listing.case(found, runs)
    yield from sums.day(found, runs)
    yield from sums.year(found, runs)
    yield from sums.received(found, runs)
    yield from life.steps(found, runs)
    yield from screens.pages(found, slow)
    if peers and django_admin.is_ready():
        yield from django_admin.changelist(found, slow, url)
    yield from filing.instant(found, runs, folder)
    yield from parallel.bundle(found, runs)
    yield from papers.steps(found, runs)
    yield from catalogue.imported(found)


def ratios(taken: list[Figure], deep: int) -> dict[str, dict[str, float]]:
    """By the medians, and by the least of each: the second is what is left when others' load is taken away."""
    known = {(each.group, each.name): each for each in taken}
    found = {}
    for name, *pair in RATIOS:
        above, below = (known.get((group, what.format(deep=f"{deep:,}"))) for group, what in pair)
        if above and below:
            found[name] = {"p50": round(above.p50 / below.p50, 2), "least": round(above.least / below.least, 2)}
    return found


def main(
    database: Annotated[str, typer.Option(help="the database to measure; a copy of it is made and removed")],
    runs: Annotated[int, typer.Option(help="times that each thing is measured")] = 100,
    peers: Annotated[bool, typer.Option(help="measure Django admin too, where its environment is there")] = True,
    folder: Annotated[Path | None, typer.Option(help="where the copy lies: on the disk that is to be measured")] = None,
    name: Annotated[str, typer.Option(help="name of the result file; default: the kind of database")] = "",
) -> None:
    described = machine.described()
    with tempfile.TemporaryDirectory(dir=folder) as place, databases.working_copy(database, Path(place)) as url:
        found = district.read()
        described |= databases.described() | {"cases": f"{found.cases:,}"}
        for what, value in described.items():
            typer.echo(f"{what:>14}  {value}")
        typer.echo(f"{'':54} {'p50':>10} {'p95':>10} {'least':>10}")
        gc.freeze()
        taken = []
        for each in figures(found, url, Path(place), runs, peers=peers):
            taken.append(each)
            typer.echo(line(each))
    compared = ratios(taken, found.deep)
    for what, ratio in compared.items():
        typer.echo(f"{ratio['p50']:12,.2f} × {ratio['least']:12,.2f} ×  {what}")
    keep(name or described["database"].split()[0].lower(), described, taken, compared)


def line(each: Figure) -> str:
    figures = "".join(f" {value:10,.2f}" for value in (each.p50, each.p95, each.least))
    return f"{each.group:8} {each.name:45}{figures} {each.unit:7} {each.note}"


def keep(name: str, described: dict[str, str], taken: list[Figure], compared: dict[str, dict[str, float]]) -> None:
    RESULTS.mkdir(exist_ok=True)
    content = {
        "at": dt.datetime.now(settings.current().zone).isoformat(timespec="seconds"),
        "machine": described,
        "figures": [dataclasses.asdict(each) for each in taken],
        "ratios": compared,
    }
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    typer.echo(f"{path}")


if __name__ == "__main__":
    typer.run(main)
