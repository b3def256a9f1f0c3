"""The demonstration's registers, taken in as departments would deliver them, and compared."""

import csv
import datetime as dt
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path

from models.enums import ImportKind, Regime
from services import database
from services.actors import Actor
from services.demo.registers.deals import deals
from services.demo.registers.deriving import Row, business_rows, derive
from services.demo.registers.parties import Party, parties
from services.registers import examining, loading
from services.tax import rules, runs, seeding, settling

PARTIES = 3_000
HOUSES, LAND = 800, 60
ENDED = 0.04
STILL_PAYING = 0.3  # of those ended, how many the tax office still has alive
CERTIFIED = 0.97
ONLY_NATIONAL = 0.8  # the local tax office was merged: its register is what is left of it
SOURCES = {
    ImportKind.BUSINESS_REGISTRATION: "区市场监管局",
    ImportKind.ORG_CODE_CERTIFICATE: "区质监局",
    ImportKind.TAX_REGISTRATION_NATIONAL: "区税务局",
    ImportKind.TAX_REGISTRATION_LOCAL: "区地税局（历史）",
    ImportKind.HOUSE_TRANSACTION: "区房管局",
    ImportKind.LAND_TRANSACTION: "区国土局",
    ImportKind.TAX_PAYMENT: "区税务局",
}


def sheets(count: int, *, until: dt.date, seed: int = 1) -> dict[ImportKind, list[Row]]:
    """The seven sheets of `count` businesses, as of `until`."""
    rng = random.Random(f"district {seed}")
    people = parties(count, seed=seed, until=until)
    business = list(business_rows(people))
    national = derive(people, seed=seed)
    elsewhere = {party.uscc for party in people if rng.random() < ONLY_NATIONAL}
    local = derive(people, seed=seed + 1, missing=national.missing | elsewhere)
    _end_some(people, business, national.rows, rng, until)
    sold = deals(people, HOUSES * count // PARTIES, LAND * count // PARTIES, until=until, seed=seed)
    return {
        ImportKind.BUSINESS_REGISTRATION: business,
        ImportKind.ORG_CODE_CERTIFICATE: _certificates(people, rng, until),
        ImportKind.TAX_REGISTRATION_NATIONAL: national.rows,
        ImportKind.TAX_REGISTRATION_LOCAL: local.rows,
        ImportKind.HOUSE_TRANSACTION: sold.houses,
        ImportKind.LAND_TRANSACTION: sold.land,
        ImportKind.TAX_PAYMENT: sold.payments,
    }


def _end_some(
    people: Sequence[Party], business: list[Row], national: list[Row], rng: random.Random, until: dt.date
) -> None:
    """Some businesses end; the tax office has ended most of them too."""
    of_code = {row["纳税人识别号"]: row for row in national}
    for party, row in zip(people, business, strict=True):
        if rng.random() >= ENDED or (until - party.established).days < 200:
            continue
        day = until - dt.timedelta(days=rng.randrange(20, 180))
        row["状态"], row["状态日期"] = rng.choice(("注销", "吊销")), day.isoformat()
        taxed = of_code.get(party.uscc)
        if taxed is not None and rng.random() >= STILL_PAYING:
            taxed["状态"], taxed["状态日期"] = "注销", day.isoformat()


def _certificates(people: Sequence[Party], rng: random.Random, until: dt.date) -> list[Row]:
    return [
        {
            "组织机构代码": f"{party.org_code[:8]}-{party.org_code[8]}",
            "机构名称": party.name,
            "机构类型": party.kind,
            "住所": party.address,
            "发证日期": party.established.isoformat(),
            "有效期至": (until + dt.timedelta(days=rng.randrange(-90, 1400))).isoformat(),
        }
        for party in people
        if rng.random() < CERTIFIED
    ]


def load(actor: Actor, *, until: dt.date, now: dt.datetime, seed: int = 1, count: int = PARTIES) -> int:
    """Take the sheets in and compare as of two days; returns how many rows came in."""
    with database.writing() as session:
        seeding.seed(session, actor.district_id, now=now)
    total = 0
    with tempfile.TemporaryDirectory(prefix="yichuang-demo-") as folder:
        for kind, rows in sheets(count, until=until, seed=seed).items():
            path = Path(folder, f"{kind.value}.csv")
            write(path, rows)
            examined = examining.examine(path, f"{kind.label}-{until:%Y%m}.csv", kind, today=now.date())
            report = loading.load(
                examined, actor=actor, now=now, source_name=SOURCES[kind], is_full=True, on_error="skip"
            )
            total += report.created
    for day in (until - dt.timedelta(days=30), until):
        _compare(actor, day, now)
    return total


def write(path: Path, rows: Sequence[Row]) -> None:
    """A sheet as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _compare(actor: Actor, day: dt.date, now: dt.datetime) -> None:
    with database.reading() as session:
        chosen = rules.in_use(session, actor.district_id, regime=Regime.CURRENT)
    for rule in chosen:
        runs.run(
            rule, as_of=day, regime=Regime.CURRENT, actor=actor, now=now,
            after=lambda session, made: settling.follow(session, made, actor=actor, now=now),
        )  # fmt: skip
