"""A foreign system's history: its event log becomes cases, events and sums, as one batch that can be undone.

The log's own deadlines are kept. What happened there is noted, not judged by our steps beyond receipt and end.
"""

import dataclasses
import datetime as dt
import gzip
import io
from collections.abc import Sequence

import yaml
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

import settings
from models.cases import Case
from models.enums import ImportKind, Permission
from services.actors import Actor
from services.cases import imported
from services.errors import Invalid
from services.exchange import batches, sheets
from services.exchange.batches import ImportReport
from services.exchange.sheets import RowError
from services.rules import event_logs
from services.rules.event_logs import LoggedCase, LogMapping

PREVIEW = 20
MEGABYTE = 1024 * 1024
CHUNK = 500


def mapping_of(content: str) -> LogMapping:
    """The mapping file (YAML). Raises Invalid saying what is wrong with it."""
    try:
        return LogMapping.model_validate(yaml.safe_load(content))
    except (yaml.YAMLError, ValidationError) as error:
        raise Invalid(f"映射文件无法读取：{error}") from None


def _unpacked(content: bytes, file_name: str) -> tuple[bytes, str]:
    """A gzip file's content, never more than the import limit."""
    if not file_name.endswith(".gz"):
        return content, file_name
    limit = settings.current().import_limit_mb * MEGABYTE
    try:
        with gzip.open(io.BytesIO(content)) as source:
            plain = source.read(limit + 1)
    except (OSError, EOFError):
        raise Invalid("压缩文件已损坏，请重新下载或导出") from None
    if len(plain) > limit:
        raise Invalid(f"解压后超过 {settings.current().import_limit_mb} MB，请分批导入")
    return plain, file_name.removesuffix(".gz")


def import_cases(
    session: Session,
    content: bytes,
    file_name: str,
    mapping: LogMapping,
    *,
    actor: Actor,
    now: dt.datetime,
    dry_run: bool = False,
    on_error: str = "reject",
) -> ImportReport:
    """Take an event log in. Raises Invalid for a file that is no such log; bad rows are told in the report."""
    actor.must(Permission.CASES_IMPORT)
    batches.check_on_error(on_error)
    if before := batches.already(session, actor.district_id, ImportKind.CASES, content):
        return before
    sheet = sheets.read(*_unpacked(content, file_name))[0]
    if missing := mapping.missing(sheet.headings):
        raise Invalid(f"文件缺少映射所需的列：{'、'.join(missing)}")
    found, problems = event_logs.read(((row.number, row.cells) for row in sheet.rows), mapping, settings.current().zone)
    errors = [RowError(p.row, p.column, p.value, p.reason) for p in problems]
    errors += _known_numbers(session, found, mapping, actor)
    report = _report(sheet, found, errors)
    bad_rows = {error.row for error in errors}
    good = [case for case in found if not bad_rows & {case.row, *(event.row for event in case.events)}]
    if dry_run or (errors and on_error == "reject"):
        return report
    report = dataclasses.replace(report, created=len(good))
    batch = batches.open_batch(session, report, content, file_name, actor=actor, now=now)
    ids = imported.store(session, batch, good, mapping, actor=actor, now=now)
    targets = {event.row: own for case, own in zip(good, ids, strict=True) for event in case.events}
    batches.keep_rows(session, batch, sheet, targets)
    return dataclasses.replace(report, batch_id=batch.id)


def _known_numbers(session: Session, found: Sequence[LoggedCase], mapping: LogMapping, actor: Actor) -> list[RowError]:
    """Numbers that another case already has."""
    rows = {case.number: case.row for case in found}
    numbers = list(rows)
    taken: list[str] = []
    for start in range(0, len(numbers), CHUNK):
        part = numbers[start : start + CHUNK]
        taken += session.scalars(
            select(Case.number).where(Case.district_id == actor.district_id, Case.number.in_(part))
        ).all()
    return [RowError(rows[n], mapping.heading("case"), n, "这个编号的办件已经存在") for n in taken]


def _report(sheet: sheets.Sheet, found: Sequence[LoggedCase], errors: list[RowError]) -> ImportReport:
    preview = [
        {
            "办件编号": case.number,
            "部门": case.department,
            "收件": case.submitted_at.isoformat(timespec="minutes"),
            "到期": case.due_at.isoformat(timespec="minutes"),
            "办结": case.ended_at.isoformat(timespec="minutes") if case.ended_at else "在办",
            "环节数": str(len(case.events)),
        }
        for case in found[:PREVIEW]
    ]
    return ImportReport(
        kind=ImportKind.CASES,
        rows=len(sheet.rows),
        created=len(found),
        changed=0,
        unchanged=0,
        rejected=len({error.row for error in errors}),
        errors=errors,
        preview=preview,
        rejected_sheet=sheets.errors_workbook([sheet], errors) if errors else None,
    )
