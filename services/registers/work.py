"""Looking a delivery through, and taking it in, as jobs of a process of their own."""

import contextlib
import datetime as dt
import hashlib
import secrets
import time
from pathlib import Path
from typing import Any

import settings
from models.enums import ImportKind
from models.registers import Job
from services import database
from services.actors import Actor
from services.exchange.batches import ImportReport
from services.jobs import Progress
from services.registers import examining, loading
from services.registers.examining import Examined

TRIAL_SECONDS = 3600.0
MOST_TOLD = 500  # bad rows in a job's result; all of them come back as a sheet


def keep_upload(content: bytes) -> Path:
    """The uploaded file under a random name, for the job's process to read; it is removed when the job ends."""
    folder = settings.current().work_folder
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{secrets.token_hex(16)}.upload"
    path.write_bytes(content)
    return path


def kept_for_trial(mark: str, content: bytes) -> Path:
    """An uploaded file while it is being looked at: the same upload is written once; old ones are swept."""
    folder = settings.current().work_folder
    folder.mkdir(parents=True, exist_ok=True)
    now = time.time()
    for each in (*folder.glob("*.trial"), *folder.glob("*.rejected")):
        if now - each.stat().st_mtime > TRIAL_SECONDS:
            each.unlink(missing_ok=True)
    path = folder / f"{hashlib.sha256(mark.encode()).hexdigest()[:32]}.trial"
    if not path.exists():
        path.write_bytes(content)
    return path


def look_through(actor: Actor, parameters: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """What taking the delivery in would do; nothing is written. `parameters`: path, file_name, kind, mapped."""
    now = dt.datetime.now(settings.current().zone)
    examined = _examined(parameters, progress, now)
    progress.at(examined.rows, examined.rows, "正在与现有名册核对", always=True)
    with database.reading() as session:
        made = loading.already(session, examined, actor) or loading.trial(session, examined, actor)
    told = _told(made)
    if made.rejected_sheet is not None:
        path = Path(parameters["path"]).with_suffix(".rejected")
        path.write_bytes(made.rejected_sheet)
        told["rejected_path"] = str(path)
    told["message"] = made.message or f"共 {made.rows:,} 行，{made.rejected:,} 行有错误"
    return told


def report_of(job: Job) -> ImportReport | None:
    """The report of a finished `look_through`, with the bad rows' sheet while it is kept."""
    if job.result is None:
        return None
    kept = Path(job.result.get("rejected_path", ""))
    return ImportReport.from_json(job.result, kept.read_bytes() if kept.is_file() else None)


def _examined(parameters: dict[str, Any], progress: Progress, now: dt.datetime) -> Examined:
    kind, mapped = ImportKind(parameters["kind"]), parameters.get("mapped")
    path, name = Path(parameters["path"]), parameters["file_name"]
    return examining.examine(path, name, kind, mapped=mapped, today=now.date(), progress=progress)


def _told(made: ImportReport) -> dict[str, Any]:
    told = made.as_json()
    told["errors"] = told["errors"][:MOST_TOLD]
    return told


def take_in(actor: Actor, parameters: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`parameters`: path, file_name, kind, mapped, source_name, is_full, on_error."""
    path = Path(parameters["path"])
    now = dt.datetime.now(settings.current().zone)
    try:
        examined = _examined(parameters, progress, now)
        made = loading.load(
            examined,
            actor=actor,
            now=now,
            source_name=parameters.get("source_name", ""),
            is_full=parameters.get("is_full", False),
            on_error=parameters.get("on_error", "reject"),
            progress=progress,
        )
    finally:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
    told = _told(made)
    refused = made.errors and parameters.get("on_error", "reject") == "reject"
    head = f"共 {made.rows:,} 行：新增 {made.created:,}，变更 {made.changed:,}，无变化 {made.unchanged:,}，错误 {made.rejected:,}"
    told["message"] = (
        f"有错误行，整批没有导入。{head}" if refused else f"{head}{'；' + made.message if made.message else ''}"
    )
    return told
