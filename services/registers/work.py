"""Taking a delivery in as a job of its own process."""

import contextlib
import datetime as dt
import hashlib
import secrets
import time
from pathlib import Path
from typing import Any

import settings
from models.enums import ImportKind
from services.actors import Actor
from services.jobs import Progress
from services.registers import examining, loading

TRIAL_SECONDS = 3600.0


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
    for each in folder.glob("*.trial"):
        if now - each.stat().st_mtime > TRIAL_SECONDS:
            each.unlink(missing_ok=True)
    path = folder / f"{hashlib.sha256(mark.encode()).hexdigest()[:32]}.trial"
    if not path.exists():
        path.write_bytes(content)
    return path


def take_in(actor: Actor, parameters: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`parameters`: path, file_name, kind, mapped, source_name, is_full, on_error."""
    path = Path(parameters["path"])
    now = dt.datetime.now(settings.current().zone)
    try:
        examined = examining.examine(
            path,
            parameters["file_name"],
            ImportKind(parameters["kind"]),
            mapped=parameters.get("mapped"),
            today=now.date(),
            progress=progress,
        )
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
    told = made.as_json()
    told["errors"] = told["errors"][:500]
    refused = made.errors and parameters.get("on_error", "reject") == "reject"
    head = f"共 {made.rows:,} 行：新增 {made.created:,}，变更 {made.changed:,}，无变化 {made.unchanged:,}，错误 {made.rejected:,}"
    told["message"] = (
        f"有错误行，整批没有导入。{head}" if refused else f"{head}{'；' + made.message if made.message else ''}"
    )
    return told
