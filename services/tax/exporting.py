"""Findings as files: one CSV a rule for the terminal, a workbook for the page."""

import csv
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from models.enums import FindingList, Permission
from models.registers import RegisterRecord
from models.taxes import TaxFinding, TaxRun
from services import audit
from services.actors import Actor
from services.exchange import workbooks
from services.tax import findings
from services.tax.findings import Filter

COLUMNS = ("list", "subject_key", "name", "confidence", "probability", "stage", "estimate", "source_row")
TITLES = ("名单", "主体编号", "名称", "可信度", "与最近候选为同一户的概率", "比对环节", "估算税额(元)", "来源行号")
TOLD = (FindingList.CONFIRMED, FindingList.SUSPECTED)
_RISKY = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def rows(session: Session, run: TaxRun, *wanted: ColumnElement[bool]) -> Iterator[tuple[TaxFinding, int]]:
    """The run's wanted findings with the row of the left source, in the order of the file."""
    left = (RegisterRecord.district_id == TaxFinding.district_id) & (RegisterRecord.id == TaxFinding.left_record_id)
    found = session.execute(
        select(TaxFinding, RegisterRecord.row_number)
        .join(RegisterRecord, left)
        .where(TaxFinding.district_id == run.district_id, TaxFinding.run_id == run.id, *wanted)
        .order_by(TaxFinding.listed, RegisterRecord.row_number, TaxFinding.id)
    )
    yield from ((finding, row_number) for finding, row_number in found)


def _plain(text: str) -> str:
    """A cell that a spreadsheet takes for a formula is written as text (security 12)."""
    return f"'{text}" if text.startswith(_RISKY) else text


def write_csv(session: Session, run: TaxRun, path: Path, *, actor: Actor, now: dt.datetime) -> int:
    """`list,subject_key,…` of confirmed and suspected; recorded as an export. Returns how many rows."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for found, row_number in rows(session, run, TaxFinding.listed.in_(TOLD)):
            estimate = "" if found.estimate is None else f"{found.estimate:.2f}"
            writer.writerow(
                [
                    found.listed.value, found.subject_key, _plain(found.name), found.confidence.value,
                    f"{found.probability:.6f}", found.stage.value, estimate, row_number,
                ]
            )  # fmt: skip
            count += 1
    note(session, run, count, actor=actor, now=now)
    return count


def workbook(session: Session, run: TaxRun, asked: Filter, actor: Actor) -> tuple[bytes, int]:
    """(the list as filtered, as XLSX in words; how many rows)."""
    actor.must(Permission.TAX_READ)
    table = [
        [
            found.listed.label, found.subject_key, found.name, found.confidence.label, f"{found.probability:.1%}",
            found.stage.label, "" if found.estimate is None else f"{found.estimate:.2f}", str(row_number),
        ]
        for found, row_number in rows(session, run, *findings.conditions(run, asked))
    ]  # fmt: skip
    return workbooks.write([("比对结果", TITLES, table)]), len(table)


def note(session: Session, run: TaxRun, count: int, *, actor: Actor, now: dt.datetime) -> None:
    audit.record(session, "tax.export", ("tax_run", run.id), actor=actor, now=now, after={"rows": count})
