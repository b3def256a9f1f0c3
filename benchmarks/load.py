"""How fast a district fills: rows a second of the demonstration's load, phase by phase.

python -m benchmarks.load --cases 1328355 [--database URL of an empty database]
"""

import dataclasses
import datetime as dt
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer

import settings
from benchmarks import machine
from benchmarks.timing import Figure, figure
from services import database, demo, migrations
from services.demo import Built

RESULTS = Path(__file__).resolve().parent / "results"
UNTIL = dt.date(2026, 11, 20)


def main(
    cases: Annotated[int, typer.Option(help="cases to load")] = 100_000,
    url: Annotated[str, typer.Option("--database", help="an empty database; default: a file that is removed")] = "",
    seed: Annotated[int, typer.Option(help="as of cli.py demo")] = 1,
    name: Annotated[str, typer.Option(help="keep the figures under this name")] = "",
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = url or f"sqlite:///{folder}/load.db"
        settings.current.cache_clear()
        database.dispose()
        built, seconds = load(cases, seed)
        database.dispose()
    taken = figures(built, seconds)
    for each in taken:
        typer.echo(f"{each.name:40} {each.p50:14,.1f} {each.unit}")
    if name:
        content = {"machine": machine.described(), "figures": [dataclasses.asdict(each) for each in taken]}
        (RESULTS / f"{name}.json").write_text(
            json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )


def load(cases: int, seed: int) -> tuple[Built, float]:
    """The rows and the seconds from the first draw to the commit."""
    migrations.upgrade()
    with database.writing() as session:
        district = demo.seed_district(session, now=dt.datetime.now(settings.current().zone))
    begun = time.perf_counter()
    with database.writing() as session:
        built = demo.build(session, district_id=district.id, cases=cases, seed=seed, until=UNTIL)
    return built, time.perf_counter() - begun


def figures(built: Built, seconds: float) -> list[Figure]:
    rows = built.applicants + 2 * built.cases + built.events + built.tasks + built.materials + built.sums
    found = [
        figure("load", f"{built.cases:,} cases, to the commit", [seconds], unit="s"),
        figure("load", "cases", [built.cases / seconds], unit="rows/s"),
        figure("load", "all rows, words included", [rows / seconds], unit="rows/s"),
    ]
    phases = built.phases | {"提交": seconds - built.seconds}
    return found + [figure("load", f"phase {phase}", [spent], unit="s") for phase, spent in phases.items()]


if __name__ == "__main__":
    typer.run(main)
