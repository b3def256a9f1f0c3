"""Fictional applicants: names combined at random, ids with fitting check digits that nobody was given (domain §6.4)."""

import datetime as dt
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from models.enums import ApplicantKind, IdType
from services import confidential
from services.cases import applicants
from services.demo import bulk
from services.demo.distributions import Distributions, Names
from services.rules import identifiers

FIRST_BIRTH = dt.date(1890, 1, 1)
BIRTH_DAYS = 3652  # to 1899-12-31: nobody alive
SEQUENCES = 999
STEP = 7_368_787  # a prime: walking a space in such steps meets every number once before any comes again
USCC_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
DEM_PLACES = 5
FICTIONAL_PHONES = 10_000  # 028-0000 and four digits: no local number begins with 0
COLUMNS = ("district_id", "id", "kind", "name", "id_type", "id_key", "id_cipher", "phone_key", "phone_cipher")


def person_names(count: int, names: Names, dice: random.Random) -> list[str]:
    """Common surnames first: they come up more often."""
    weights = [1 / (rank + 8) for rank in range(len(names.surnames))]
    surnames = dice.choices(names.surnames, weights, k=count)
    firsts, seconds = dice.choices(names.given, k=count), dice.choices(names.given, k=count)
    longs = [dice.random() < names.two_characters for _ in range(count)]
    return [a + b + (c if long else "") for a, b, c, long in zip(surnames, firsts, seconds, longs, strict=True)]


def organisation_names(sole: list[bool], names: Names, dice: random.Random) -> list[str]:
    count = len(sole)
    firsts, seconds = dice.choices(names.trade, k=count), dice.choices(names.trade, k=count)
    trades, shops = dice.choices(names.industries, k=count), dice.choices(names.shops, k=count)
    return [
        f"高新区{a}{b}{shop}" if small else f"成都{a}{b}{trade}有限公司"
        for small, a, b, trade, shop in zip(sole, firsts, seconds, trades, shops, strict=True)
    ]


def _walk(count: int, size: int, seed: int) -> np.ndarray:
    """`count` different numbers below `size`, scattered."""
    return (np.arange(count, dtype=np.int64) * STEP + seed * 104_729) % size


def citizen_ids(count: int, names: Names, seed: int) -> list[str]:
    place, rest = np.divmod(_walk(count, len(names.regions) * BIRTH_DAYS * SEQUENCES, seed), BIRTH_DAYS * SEQUENCES)
    day, sequence = np.divmod(rest, SEQUENCES)
    births = [(FIRST_BIRTH + dt.timedelta(days=i)).strftime("%Y%m%d") for i in range(BIRTH_DAYS)]
    bodies = (
        f"{names.regions[p]}{births[d]}{s + 1:03d}"
        for p, d, s in zip(place.tolist(), day.tolist(), sequence.tolist(), strict=True)
    )
    return [body + identifiers.citizen_id_check(body) for body in bodies]


def usccs(sole: list[bool], names: Names, seed: int) -> list[str]:
    """Unified codes whose organisation code begins with DEM: valid in both digits, issued to nobody."""
    base = len(USCC_LETTERS)
    found = []
    for number, is_sole in zip(_walk(len(sole), base**DEM_PLACES, seed).tolist(), sole, strict=True):
        tail = "".join(USCC_LETTERS[number // base**place % base] for place in reversed(range(DEM_PLACES)))
        organisation = "DEM" + tail
        region = names.regions[number % len(names.regions)]
        body = ("92" if is_sole else "91") + region + organisation + identifiers.org_code_check(organisation)
        found.append(body + identifiers.uscc_check(body))
    return found


class People:
    """The district's applicants: persons first, organisations after them."""

    def __init__(self, persons: int, organisations: int, declared: Distributions, seed: int) -> None:
        dice = random.Random(f"{seed} people")
        shares, names = declared.applicants, declared.names
        sole = [dice.random() < shares.sole_traders for _ in range(organisations)]
        self.persons, self.organisations = persons, organisations
        self.names = person_names(persons, names, dice) + organisation_names(sole, names, dice)
        self._numbers = citizen_ids(persons, names, seed) + usccs(sole, names, seed)
        self._phones = [
            dice.randrange(FICTIONAL_PHONES) if dice.random() < shares.with_phone else None for _ in self.names
        ]
        self.agents = person_names(500, names, dice)

    def draw(self, rng: np.random.Generator, is_person: np.ndarray, skew: float) -> np.ndarray:
        """An applicant for each case: everybody once, then some far more often than others."""
        found = np.empty(len(is_person), dtype=np.int64)
        for wanted, offset, size in ((True, 0, self.persons), (False, self.persons, self.organisations)):
            cases = rng.permutation(np.flatnonzero(is_person == wanted))
            found[cases[:size]] = offset + np.arange(min(size, len(cases)))
            rest = cases[size:]
            found[rest] = offset + (size * rng.random(len(rest)) ** skew).astype(np.int64)
        return found

    def store(self, session: Session, district_id: int, first_id: int) -> int:
        return bulk.insert(session, "applicants", COLUMNS, self._rows(district_id, first_id))

    def _rows(self, district_id: int, first_id: int) -> Iterator[tuple[Any, ...]]:
        phones = [_sealed(f"0280000{i:04d}") for i in range(FICTIONAL_PHONES)]
        for i, (name, number, phone) in enumerate(zip(self.names, self._numbers, self._phones, strict=True)):
            is_person = i < self.persons
            kind = ApplicantKind.PERSON if is_person else ApplicantKind.ORGANISATION
            id_type = IdType.CITIZEN_ID if is_person else IdType.USCC
            key = applicants.key_of(id_type, number)
            known = phones[phone] if phone is not None else (None, None)
            yield (district_id, first_id + i, kind.value, name, id_type.value, key, _cipher(number, key), *known)


def _cipher(text: str, key: str) -> str:
    return confidential.encrypt(text, nonce=bytes.fromhex(key)[: confidential.NONCE_BYTES])


def _sealed(phone: str) -> tuple[str, str]:
    key = confidential.blind(phone)
    return key, _cipher(phone, key)
