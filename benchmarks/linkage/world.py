"""Sheets of the departments with the truth of every rule: which rows of which register are findings.

Businesses are real ones (a public register) or fictional; what the other departments hold is derived (services/demo/registers).
"""

import csv
import datetime as dt
import gzip
import random
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from models.enums import ImportKind
from services.demo.registers import Derived, Party, deals, derive, dirt, parties
from services.demo.registers.deriving import NONE, Row, business_rows
from services.demo.registers.parties import TRADE
from services.rules.matching import keys, names

K = ImportKind
TAX = (K.TAX_REGISTRATION_NATIONAL, K.TAX_REGISTRATION_LOCAL)
AS_OF = dt.date(2008, 3, 31)
GRACE, ENDED_GRACE = 30, 15  # days that must have passed, as the rules have them
ENDED, STILL_ALIVE = 0.04, 0.3
MOVED, RENAMED = 0.01, 0.005
CERTIFIED, EXPIRED = 0.97, 0.03
HOUSES, LAND = 0.25, 0.02  # deals for each business
FIRST_ROW = 2  # as the spreadsheet shows it, below the headings
WRITTEN_OTHERWISE = (0, 1, 2, 3, 4, 6)  # of dirt.varied_name: the same name all the same
MISREAD = str.maketrans("IOSZ", "1052")
Place = tuple[ImportKind, int]


@dataclass
class World:
    """`truth` holds, by rule, the places (register, row) of its findings; `pairs` the tax row of each business row."""

    sheets: dict[ImportKind, list[Row]]
    truth: dict[str, set[Place]] = field(default_factory=dict)
    pairs: dict[int, int] = field(default_factory=dict)

    def add(self, rule: str, kind: ImportKind, place: int) -> None:
        self.truth.setdefault(rule, set()).add((kind, place + FIRST_ROW))


def real(path: Path, most: int = 0) -> list[Party]:
    """The published register of enterprises; it names no owners and no registration numbers.

    One row holds the old registration number for a code; such rows are left out.
    """
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row["名称"] and row["成立日期"] and len(row["统一社会信用代码"]) == 18
        ]
    return [
        Party(
            uscc=row["统一社会信用代码"],
            registration_no="",
            name=row["名称"],
            kind=row["类型"],
            owner_id="",
            established=dt.date.fromisoformat(row["成立日期"]),
            address=row["住所"],
        )
        for row in rows[: most or None]
    ]


def fictional(count: int) -> list[Party]:
    return parties(count, until=AS_OF)


def build(people: Sequence[Party], *, whole: bool = True, seed: int = 1) -> World:
    """The sheets; without `whole` only the business and the national tax register, as TX-1 needs them."""
    rng = random.Random(f"world {seed}")
    business, national = list(business_rows(people)), derive(people, seed=seed)
    made = World({K.BUSINESS_REGISTRATION: business, TAX[0]: national.rows})
    row_of = {code: place for place, code in enumerate(national.party_of_row) if code is not None}
    made.pairs = {place: row_of[party.uscc] for place, party in enumerate(people) if party.uscc in row_of}
    ended: set[str] = set()
    if whole:
        local = derive(people, seed=seed + 1)
        made.sheets[TAX[1]] = local.rows
        ended = _end_some(made, people, (national, local), rng)
        _change_some(made, people, national, ended, rng)
        _certify(made, people, (national, local), rng)
        _one_side_only(made, people, national, local)
        _deals(made, people, seed)
    for place, party in enumerate(people):
        if party.uscc in national.missing and party.uscc not in ended and is_past(party.established):
            made.add("TX-1", K.BUSINESS_REGISTRATION, place)
    return made


def is_past(day: dt.date, grace: int = GRACE) -> bool:
    return day + dt.timedelta(days=grace) < AS_OF


def _end_some(made: World, people: Sequence[Party], taxed: Sequence[Derived], rng: random.Random) -> set[str]:
    """Some businesses end; the tax office has ended most of them too, the others are what TX-6 looks for."""
    ended, alive = {}, set()
    for place, party in enumerate(people):
        if rng.random() >= ENDED or (AS_OF - party.established).days < 200:
            continue
        day = AS_OF - dt.timedelta(days=rng.randrange(ENDED_GRACE + 5, 180))
        made.sheets[K.BUSINESS_REGISTRATION][place] |= {"状态": rng.choice(("注销", "吊销")), "状态日期": f"{day}"}
        ended[party.uscc] = day
        if rng.random() < STILL_ALIVE:
            alive.add(party.uscc)
            if place in made.pairs:
                made.add("TX-6", K.BUSINESS_REGISTRATION, place)
    for derived in taxed:
        for row, code in zip(derived.rows, derived.party_of_row, strict=True):
            if code in ended and code not in alive:
                row |= {"状态": "注销", "状态日期": f"{ended[code]}"}
    return set(ended)


def _change_some(made: World, people: Sequence[Party], national: Derived, ended: set[str], rng: random.Random) -> None:
    """Businesses that moved or took another name and never told the tax office; a name that it wrote wrong counts too."""
    business = made.sheets[K.BUSINESS_REGISTRATION]
    for place, party in enumerate(people):
        drawn, other = rng.random(), rng.randrange(len(people))
        if party.uscc in ended or place not in made.pairs:
            continue
        changed = drawn < MOVED + RENAMED
        if drawn < MOVED:
            changed = people[other].address != party.address
            business[place]["住所"] = people[other].address
        elif changed:
            business[place]["名称"] = another_name(rng)
        wrong = not is_same_name(party.name, national.rows[made.pairs[place]]["纳税人名称"])
        if (changed or wrong) and is_past(party.established):
            made.add("TX-7", K.BUSINESS_REGISTRATION, place)


def another_name(rng: random.Random) -> str:
    return f"成都{''.join(rng.choice(TRADE) for _ in range(4))}商贸有限公司"


class _Chosen:
    """A draw that always falls on one of the ways in which a name is varied."""

    def __init__(self, way: int) -> None:
        self.way = way

    def randrange(self, *_: int) -> int:
        return self.way


def is_same_name(name: str, written: str) -> bool:
    """Whether the tax office wrote the party's own name, in another writing perhaps: trade and line of business are whole; a
    place in front and the legal form are no part of it."""
    ways = {dirt.varied_name(name, _Chosen(way)) for way in WRITTEN_OTHERWISE}  # type: ignore[arg-type]
    return written == name or written in ways or names.split(name).core in names.simplify(written)


def _certify(made: World, people: Sequence[Party], taxed: Sequence[Derived], rng: random.Random) -> None:
    """Certificates, some expired, some under another name; TX-5 holds each tax row against them."""
    rows, faulty, certified = [], set(), {}
    for party in people:
        drawn, renamed = rng.random(), rng.random() < RENAMED
        if drawn >= CERTIFIED or not keys.is_org_code(party.org_code):
            continue
        certified[party.uscc] = another_name(rng) if renamed else party.name
        expired = drawn < EXPIRED
        if renamed or expired:
            faulty.add(party.uscc)
        until = AS_OF + dt.timedelta(days=rng.randrange(1, 1400) * (-1 if expired else 1))
        rows.append(_certificate(party, certified[party.uscc], until))
    made.sheets[K.ORG_CODE_CERTIFICATE] = rows
    known = {party.uscc: party for party in people}
    for kind, derived in zip(TAX, taxed, strict=True):
        for place, (row, code) in enumerate(zip(derived.rows, derived.party_of_row, strict=True)):
            if row["状态"] != "正常" or not is_past(dt.date.fromisoformat(row["登记日期"]), 0):
                continue
            party = known.get(code or "")
            wrong = (
                party is not None and code in certified and not is_same_name(certified[party.uscc], row["纳税人名称"])
            )
            if not _is_sound(row, party) or wrong or code in faulty:
                made.add("TX-5", kind, place)


def _certificate(party: Party, name: str, until: dt.date) -> Row:
    return {
        "组织机构代码": f"{party.org_code[:8]}-{party.org_code[8]}",
        "机构名称": name,
        "机构类型": party.kind,
        "住所": party.address,
        "发证日期": party.established.isoformat(),
        "有效期至": until.isoformat(),
    }


def _is_sound(row: Row, party: Party | None) -> bool:
    """Whether the delivered code is there and, however it is written, the party's own and sound."""
    cell = row["纳税人识别号"]
    if cell == NONE:
        return False
    if party is None:
        return keys.is_org_code(cell[6:])
    plain = "".join(char for char in unicodedata.normalize("NFKC", cell).upper() if char.isalnum())
    if plain == party.old_tax_id:
        return keys.is_org_code(party.org_code)
    return plain.translate(MISREAD) == party.uscc and keys.is_uscc(party.uscc)


def _one_side_only(made: World, people: Sequence[Party], national: Derived, local: Derived) -> None:
    """TX-4: taxpayers of one office whom the other does not know; strangers are known to one each."""
    for kind, near, far in ((TAX[0], national, local), (TAX[1], local, national)):
        for place, (row, code) in enumerate(zip(near.rows, near.party_of_row, strict=True)):
            alone = code is None or code in far.missing
            if alone and row["状态"] == "正常" and is_past(dt.date.fromisoformat(row["登记日期"])):
                made.add("TX-4", kind, place)


def _deals(made: World, people: Sequence[Party], seed: int) -> None:
    sold = deals(people, round(len(people) * HOUSES), round(len(people) * LAND), until=AS_OF, seed=seed)
    made.sheets |= {K.HOUSE_TRANSACTION: sold.houses, K.LAND_TRANSACTION: sold.land, K.TAX_PAYMENT: sold.payments}
    for rule, kind, title in (("TX-2", K.HOUSE_TRANSACTION, "合同备案号"), ("TX-3", K.LAND_TRANSACTION, "合同编号")):
        for place, row in enumerate(made.sheets[kind]):
            if row[title] in sold.unpaid and is_past(dt.date.fromisoformat(row["签约日期"])):
                made.add(rule, kind, place)
