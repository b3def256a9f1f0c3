"""What is measured of ours, each as a process: python -m benchmarks.linkage.steps STEP FOLDER …; prints JSON.

A folder holds one pair of registers: yichuang.db, truth.json, and what a step leaves for the next.
"""

import contextlib
import csv
import datetime as dt
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import settings
from benchmarks.linkage import store, world
from models.enums import FindingList, ImportKind
from models.registers import RegisterRecord
from models.taxes import TaxFinding, TaxRule, TaxRun
from services import database, districts
from services.registers.sheets import SHEETS
from services.rules import tax_rules
from services.rules.matching import engine, keys, learning
from services.rules.matching.model import Model, probability, score
from services.rules.matching.parties import COLUMNS, PARTIES
from services.rules.tax_rules import Definition
from services.tax import comparing, residual, rules, sides
from services.tax.outcomes import Task
from services.tax.residual import Record

LABELS, UNSURE = 200, 0.02
K = ImportKind
REGISTERS = (K.BUSINESS_REGISTRATION, K.TAX_REGISTRATION_NATIONAL)


@contextlib.contextmanager
def timed(told: dict[str, Any], name: str) -> Iterator[None]:
    begun, cpu = time.perf_counter(), time.process_time()
    yield
    told[name] = round(time.perf_counter() - begun, 4)
    told[f"{name}_cpu"] = round(time.process_time() - cpu, 4)


def definition() -> Definition:
    """TX-1 as shipped, held against the national register alone."""
    shipped = yaml.safe_load(rules.SHIPPED.read_text(encoding="utf-8"))
    kept = next(each for each in shipped if each["code"] == "TX-1")
    kept["right"]["registers"] = [K.TAX_REGISTRATION_NATIONAL.value]
    return tax_rules.parse({name: value for name, value in kept.items() if name != "code"})


def task(session: Session, rule: Definition) -> Task:
    return Task(session, districts.current_id(session), rule, rule.sections[0], world.AS_OF)


# synthetic registers


def synthetic(folder: Path, count: str) -> dict[str, Any]:
    """Fictional businesses and the tax register derived from them, normalised."""
    told: dict[str, Any] = {}
    district_id = store.prepare()
    with timed(told, "generating"):
        made = world.build(world.fictional(int(count)), whole=False)
    with timed(told, "storing"):
        told["rows"] = store.fill(store.normalised(made.sheets, district_id))
    _keep_truth(folder, made)
    return told


def bare(folder: Path, count: str) -> dict[str, Any]:
    told: dict[str, Any] = {}
    registers, planted = store.bare(int(count), store.prepare())
    with timed(told, "storing"):
        told["rows"] = store.fill(registers)
    (folder / "planted.json").write_text(json.dumps(planted), encoding="utf-8")
    return told | planted


def _keep_truth(folder: Path, made: world.World) -> None:
    """By row numbers as the spreadsheet shows them."""
    first = world.FIRST_ROW
    kept = {
        "truth": {rule: sorted([kind.value, row] for kind, row in places) for rule, places in made.truth.items()},
        "pairs": [[left + first, right + first] for left, right in made.pairs.items()],
    }
    (folder / "truth.json").write_text(json.dumps(kept), encoding="utf-8")
    business, tax = made.sheets[K.BUSINESS_REGISTRATION], made.sheets[K.TAX_REGISTRATION_NATIONAL]
    codes = {
        "business": [[row + first, cells["统一社会信用代码"]] for row, cells in enumerate(business) if _counts(cells)],
        "tax": [cells["纳税人识别号"] for cells in tax],
    }
    (folder / "codes.json").write_text(json.dumps(codes), encoding="utf-8")


def _counts(cells: dict[str, str]) -> bool:
    """Alive, and past its grace."""
    return cells["状态"] == "存续" and world.is_past(dt.date.fromisoformat(cells["成立日期"]))


# plain keys


def exact(folder: Path) -> dict[str, Any]:
    """TX-1 by plain keys in SQL: counted on both sides, and who is left over."""
    rule = definition().model_copy(update={"uses_repair": False, "uses_fuzzy": False})
    told: dict[str, Any] = {}
    with database.reading() as session:
        work = task(session, rule)
        with timed(told, "exact"):
            told["compared"] = sides.count_left(work)
            told["against"] = sides.count_right(work)
            told["unmatched"] = len(session.scalars(sides.unmatched_left(work)).all())
    return told


# the table by stage


def stages(folder: Path) -> dict[str, Any]:
    """What each stage leaves as an alarm, and how many alarms are right."""
    truth = _truth(folder, "TX-1")
    shipped = definition()
    by_code = shipped.model_copy(deep=True)
    by_code.sections[0].keys = by_code.sections[0].keys[:1]
    plain = {"uses_repair": False, "uses_fuzzy": False}
    told = []
    with database.reading() as session:
        for name, alarms in _without_sql(folder):
            told.append(_stage(name, truth, alarms, 0, {}))
        for name, rule in (
            ("organisation code in the tax number", by_code.model_copy(update=plain)),
            ("registration number; name with owner", shipped.model_copy(update=plain)),
            ("codes repaired by their check digits", shipped.model_copy(update={"uses_fuzzy": False})),
            ("names and addresses weighed", shipped),
        ):
            cost: dict[str, Any] = {}
            with timed(cost, "seconds"):
                made = comparing.compare(session, districts.current_id(session), rule, as_of=world.AS_OF)
            alarms = {each.left.row_number for each in made.found if each.listed == FindingList.CONFIRMED}
            told.append(_stage(name, truth, alarms, made.suspected, cost) | {"compared": made.compared_left})
    return {"true": len(truth), "stages": told}


def _without_sql(folder: Path) -> Iterator[tuple[str, set[int]]]:
    """The delivered codes compared as they stand, then cleaned (width, case, marks, I O Z S)."""
    codes = json.loads((folder / "codes.json").read_text(encoding="utf-8"))
    for name, read in (("raw code", str), ("cleaned code", lambda code: keys.clean(code).translate(world.MISREAD))):
        known = {read(code) for code in codes["tax"]}
        yield name, {row for row, code in codes["business"] if read(code) not in known}


def _stage(name: str, truth: set[int], alarms: set[int], suspected: int, cost: dict[str, Any]) -> dict[str, Any]:
    right = len(alarms & truth)
    return {
        "stage": name, "alarms": len(alarms), "right": right, "precision": round(right / max(len(alarms), 1), 4),
        "recall": round(right / max(len(truth), 1), 4), "suspected": suspected, **cost,
    }  # fmt: skip


def _truth(folder: Path, rule: str) -> set[int]:
    kept = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    return {row for _, row in kept["truth"][rule]}


# what plain keys and repair leave over: ours, and as columns for the peers


def left_over(folder: Path) -> dict[str, Any]:
    """The records that reach the weighing of evidence."""
    with database.reading() as session:
        work = task(session, definition())
        ids = (session.scalars(wanted).all() for wanted in (sides.unmatched_left(work), sides.unmatched_right(work)))
        left, right = (residual.read(session, work.district_id, each) for each in ids)
    links = residual.repaired(left, right, ())
    done = {link.left.id for link in links}, {link.right.id for link in links}
    left, right = ([each for each in side if each.id not in ids] for side, ids in zip((left, right), done, strict=True))
    return _keep_sides(folder, folder, left, right)


def without_codes(folder: Path) -> dict[str, Any]:
    """Both registers whole, and nothing but names and addresses to know them by."""
    with database.reading() as session:
        wanted = select(RegisterRecord.id).order_by(RegisterRecord.id)
        ids = (session.scalars(wanted.where(RegisterRecord.register == kind)).all() for kind in REGISTERS)
        left, right = (residual.read(session, districts.current_id(session), each) for each in ids)
    within = folder / "without_codes"
    within.mkdir(exist_ok=True)
    return _keep_sides(folder, within, left, right, blank=("code", "person"))


def _keep_sides(
    source: Path, folder: Path, left: Sequence[Record], right: Sequence[Record], blank: Sequence[str] = ()
) -> dict[str, Any]:
    """The columns that are compared, for us and for the peers alike, and the true pairs among them."""
    for name, side in (("left", left), ("right", right)):
        columns = residual.sides(side) | {each: [""] * len(side) for each in blank}
        frame = pd.DataFrame({"unique_id": [f"{name[0].upper()}{each.row_number}" for each in side]})
        for column, values in columns.items():
            frame[column] = pd.array([value or None for value in values], dtype="string")
        frame.to_parquet(folder / f"{name}.parquet", index=False)
    kept = json.loads((source / "truth.json").read_text(encoding="utf-8"))
    rows = {each.row_number for each in left}, {each.row_number for each in right}
    pairs = [pair for pair in kept["pairs"] if pair[0] in rows[0] and pair[1] in rows[1]]
    (folder / "pairs.json").write_text(json.dumps(pairs), encoding="utf-8")
    return {"left": len(left), "right": len(right), "pairs": len(pairs)}


def _columns(folder: Path, side: str) -> tuple[list[int], dict[str, list[str]]]:
    frame = pd.read_parquet(folder / f"{side}.parquet")
    rows = [int(each[1:]) for each in frame["unique_id"]]
    return rows, {name: frame[name].fillna("").tolist() for name in COLUMNS}


def weighed(folder: Path) -> dict[str, Any]:
    """Fitted and applied cold, then applied warm with the fitted weights; the waterfall of each link summed."""
    told: dict[str, Any] = {}
    with timed(told, "cold"):
        (lefts, left), (rights, right) = _columns(folder, "left"), _columns(folder, "right")
        comparison = engine.compare(PARTIES, left, right)
        model = engine.fit(PARTIES, comparison, left, right)
        found = engine.assign(PARTIES, comparison, engine.weigh(PARTIES, model, comparison))
    kept = json.dumps(model.as_json())
    with timed(told, "warm"):
        model = Model.from_json(json.loads(kept))
        again = engine.compare(PARTIES, left, right)
        repeated = engine.assign(PARTIES, again, engine.weigh(PARTIES, model, again))
    gaps = [
        abs(sum(step.bits for step in engine.explain(PARTIES, model, comparison, each.place)) - _log_odds(each))
        for each in found
        if each.probability < 1 - 1e-9
    ]
    pairs = [[lefts[each.left], rights[each.right], each.probability] for each in found]
    (folder / "our-pairs.json").write_text(json.dumps(pairs), encoding="utf-8")
    (folder / "model.json").write_text(kept, encoding="utf-8")
    return told | {
        "pairs": len(found), "compared": len(comparison), "same": found == repeated,
        "waterfall_gap": float(np.max(gaps, initial=0.0)), "linked": sum(each.is_link for each in found),
    }  # fmt: skip


def _log_odds(match: engine.Match) -> float:
    return float(np.log2(match.probability / (1 - match.probability)))


def calibration(folder: Path) -> dict[str, Any]:
    """The gap between what is said and what is so, on the nearest candidate of each record: as fitted, and with 200 verdicts
    as officers give them (half of unsure pairs, half of any), measured on the others."""
    (lefts, left), (rights, right) = _columns(folder, "left"), _columns(folder, "right")
    model = Model.from_json(json.loads((folder / "model.json").read_text(encoding="utf-8")))
    comparison = engine.compare(PARTIES, left, right)
    chances = engine.weigh(PARTIES, model, comparison)
    places = np.array(sorted(engine.nearest(comparison, chances, range(len(lefts))).values()))
    true = {tuple(pair) for pair in json.loads((folder / "pairs.json").read_text(encoding="utf-8"))}
    pairs = zip(comparison.left[places].tolist(), comparison.right[places].tolist(), strict=True)
    same = np.array([(lefts[a], rights[b]) in true for a, b in pairs], bool)
    levels = {name: each[places] for name, each in comparison.levels.items()}
    rare = {name: each[places] for name, each in engine.frequency_bits(PARTIES, model, comparison).items()}
    seen = _judged(chances[places])
    held = np.setdiff1d(np.arange(len(places)), seen)
    learnt = learning.relearn(model, PARTIES.fields, _of(levels, seen), _of(rare, seen), same[seen])
    said = probability(score(learnt, PARTIES.fields, _of(levels, held), _of(rare, held)))
    return {
        "labels": len(seen), "measured_on": len(held),
        "before": round(learning.calibration_error(chances[places][held], same[held]), 5),
        "after": round(learning.calibration_error(said, same[held]), 5),
    }  # fmt: skip


def _judged(chances: Any) -> Any:
    rng = np.random.default_rng(1)
    order = rng.permutation(len(chances))
    unsure = [place for place in order if UNSURE < chances[place] < 1 - UNSURE][: LABELS // 2]
    rest = [place for place in order if place not in set(unsure)]
    return np.array([*unsure, *rest[: LABELS - len(unsure)]])


def _of(columns: dict[str, Any], rows: Any) -> dict[str, Any]:
    return {name: each[rows] for name, each in columns.items()}


# the seven rules on sheets that the product took in


def sheets(folder: Path, source: str, most: str = "0") -> dict[str, Any]:
    """The departments' sheets of the real register, as files to be imported; the truth of each rule beside them."""
    people = world.real(Path(source), int(most)) if source.endswith(".gz") else world.fictional(int(source))
    made = world.build(people)
    for kind, rows in made.sheets.items():
        _write(folder / f"{kind.value}.csv", kind, rows)
    _keep_truth(folder, made)
    return {kind.value: len(rows) for kind, rows in made.sheets.items()}


def more(folder: Path, count: str) -> dict[str, Any]:
    """A further delivery: fictional businesses and the tax rows derived from them."""
    made = world.build(world.fictional(int(count)), whole=False)
    for kind, rows in made.sheets.items():
        _write(folder / f"more-{kind.value}.csv", kind, rows)
    return {"new": int(count)}


def _write(path: Path, kind: ImportKind, rows: Sequence[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, SHEETS[kind].titles)
        writer.writeheader()
        writer.writerows(rows)


def scores(folder: Path) -> dict[str, Any]:
    """The newest run of each rule against the truth; confirmed alone, and with what a person is to judge."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["truth"]
    told = {}
    with database.reading() as session:
        for code, run_id in session.execute(
            select(TaxRule.code, func.max(TaxRun.id)).join(TaxRun, TaxRun.rule_id == TaxRule.id).group_by(TaxRule.code)
        ).all():
            rule = rules.base_code(code)
            true = {tuple(place) for place in truth.get(rule, [])}
            told[rule] = _score(session, run_id, true)
    return told


def _score(session: Session, run_id: int, true: set[tuple[str, int]]) -> dict[str, Any]:
    found: dict[FindingList, set[tuple[str, int]]] = {each: set() for each in FindingList}
    for listed, register, row in session.execute(
        select(TaxFinding.listed, RegisterRecord.register, RegisterRecord.row_number)
        .join(RegisterRecord, RegisterRecord.id == TaxFinding.left_record_id)
        .where(TaxFinding.run_id == run_id)
    ):
        found[listed].add((register.value, row))
    confirmed = found[FindingList.CONFIRMED]
    right = len(confirmed & true)
    precision, recall = right / max(len(confirmed), 1), right / max(len(true), 1)
    judged = len((confirmed | found[FindingList.SUSPECTED]) & true)
    made = session.scalars(select(TaxRun).where(TaxRun.id == run_id)).one()
    return {
        "true": len(true), "confirmed": len(confirmed), "right": right, "precision": round(precision, 4),
        "recall": round(recall, 4), "f1": round(2 * precision * recall / max(precision + recall, 1e-9), 4),
        "suspected": made.suspected, "recall_with_suspected": round(judged / max(len(true), 1), 4),
        "linked": made.linked, "undecidable": made.undecidable, "compared": made.compared_left,
    }  # fmt: skip


STEPS: dict[str, Callable[..., dict[str, Any]]] = {
    "synthetic": synthetic,
    "bare": bare,
    "exact": exact,
    "stages": stages,
    "left_over": left_over,
    "without_codes": without_codes,
    "weighed": weighed,
    "calibration": calibration,
    "sheets": sheets,
    "more": more,
    "scores": scores,
}


def main(name: str, folder: str, *arguments: str) -> None:
    database_url = f"sqlite:///{folder}/yichuang.db"
    os.environ["DATABASE_URL"] = database_url
    settings.current.cache_clear()
    print(json.dumps(STEPS[name](Path(folder), *arguments)))


if __name__ == "__main__":
    main(*sys.argv[1:])
