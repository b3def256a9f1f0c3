"""Long work in a process of its own: it goes on when the page is left, and tells how far it is.

The row is written by whoever starts the work; `launch` starts `cli.py job ID`, which calls `run`. A process whose heartbeat
stops is taken for dead: its job is marked broken, and the work's own recovery clears up at its next start.
"""

import datetime as dt
import importlib
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

import settings
from models.enums import JobKind, JobState, Permission
from models.identity import new_id
from models.registers import Job
from services import database, sign_in_sessions
from services.actors import Actor, system
from services.errors import DomainError, NotFound, WrongState

RUNNERS = {  # named, not imported: they stand above this module
    JobKind.REGISTER_CHECK: "services.registers.work:look_through",
    JobKind.REGISTER_IMPORT: "services.registers.work:take_in",
    JobKind.RECONCILIATION: "services.tax.work:reconcile",
    JobKind.MODEL_ESTIMATE: "services.tax.learning:estimate_job",
}
RIGHTS = {
    JobKind.REGISTER_CHECK: Permission.TAX_IMPORT,
    JobKind.REGISTER_IMPORT: Permission.TAX_IMPORT,
    JobKind.RECONCILIATION: Permission.TAX_COMPARE,
    JobKind.MODEL_ESTIMATE: Permission.TAX_MODELS,
}
OPEN = (JobState.WAITING, JobState.RUNNING)
BEAT_SECONDS = 1.0
SILENT_AFTER = dt.timedelta(seconds=60)


class Stopped(DomainError):
    """The work was asked to stop."""


class Progress:
    """How the work tells where it is: at most once a second, in a transaction of its own."""

    def __init__(self, district_id: int, job_id: int | None) -> None:
        self._key = (district_id, job_id)
        self._told = 0.0

    def at(self, done: int, total: int, message: str = "", *, always: bool = False) -> None:
        """Raises Stopped when somebody asked the job to stop."""
        if self._key[1] is None:
            return
        now = dt.datetime.now(settings.current().zone)
        if not always and now.timestamp() - self._told < BEAT_SECONDS:
            return
        self._told = now.timestamp()
        with database.writing() as session:
            job = session.get_one(Job, self._key)
            if job.state == JobState.STOPPED:
                raise Stopped("已按要求停止，尚未生效的内容已清除")
            job.done, job.total, job.message, job.seen_at = done, total, message, now


def silent() -> Progress:
    """For work that runs in the foreground."""
    return Progress(0, None)


Runner = Callable[[Actor, dict[str, Any], Progress], dict[str, Any]]


def start(
    session: Session, kind: JobKind, title: str, parameters: dict[str, Any], *, actor: Actor, now: dt.datetime
) -> Job:
    """Write the job down; `launch` it once that is committed. Raises WrongState while another of its kind goes on."""
    actor.must(RIGHTS[kind])
    close_silent(session, actor.district_id, now=now)
    mine = (Job.district_id == actor.district_id, Job.kind == kind, Job.state.in_(OPEN))
    if (running := session.scalars(select(Job).where(*mine)).first()) is not None:
        raise WrongState(f"「{running.title}」还在进行（{running.started_by}发起），请等它结束或先停止它")
    job = Job(
        district_id=actor.district_id,
        id=new_id(now),
        kind=kind,
        state=JobState.WAITING,
        title=title[:200],
        parameters=parameters,
        done=0,
        total=0,
        message="",
        user_id=actor.user_id,
        started_by=actor.name,
        created_at=now,
        seen_at=now,
    )
    session.add(job)
    session.flush()
    return job


def launch(job_id: int) -> None:
    """Start the job's process, detached: it outlives the page and the server."""
    environment = os.environ | {"DATABASE_URL": settings.current().database_url}
    subprocess.Popen(
        [sys.executable, str(settings.ROOT / "cli.py"), "job", str(job_id)],
        cwd=settings.ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def run(district_id: int, job_id: int, *, now: Callable[[], dt.datetime]) -> Job:
    """Do the job's work in this process and write down how it ended."""
    with database.writing() as session:
        job = session.get(Job, (district_id, job_id))
        if job is None:
            raise NotFound("没有这项任务")
        if job.state != JobState.WAITING:
            raise WrongState(f"任务「{job.title}」{job.state.label}，不能再次执行")
        job.state, job.started_at, job.seen_at = JobState.RUNNING, now(), now()
        actor = _actor(session, job)
    module, name = RUNNERS[job.kind].split(":")
    runner: Runner = getattr(importlib.import_module(module), name)
    try:
        result = runner(actor, job.parameters, Progress(district_id, job_id))
    except Stopped as stopped:
        return _ended(job, JobState.STOPPED, str(stopped), None, now())
    except DomainError as refusal:
        return _ended(job, JobState.REFUSED, refusal.message, None, now())
    except BaseException:
        _ended(job, JobState.BROKEN, "处理中出现意外错误，未生效的内容会在下次开始时清除", None, now())
        raise
    return _ended(job, JobState.DONE, str(result.pop("message", "")), result, now())


def _actor(session: Session, job: Job) -> Actor:
    if job.user_id is None:
        return system(job.district_id, source="后台任务")
    actor = sign_in_sessions.person(session, job.user_id, source="后台任务")
    actor.must(RIGHTS[job.kind])
    return actor


def _ended(job: Job, state: JobState, message: str, result: dict[str, Any] | None, now: dt.datetime) -> Job:
    with database.writing() as session:
        kept = session.get_one(Job, (job.district_id, job.id))
        kept.state, kept.message, kept.result, kept.ended_at = state, message, result, now
        if state == JobState.DONE:
            kept.done = kept.total
    return kept


def stop(session: Session, job_id: int, *, actor: Actor, now: dt.datetime) -> None:
    """Ask the job to stop at its next step."""
    job = get(session, job_id, actor)
    if job.state not in OPEN:
        raise WrongState(f"任务已{job.state.label}")
    job.state, job.ended_at, job.message = JobState.STOPPED, now, f"由{actor.name}停止"


def get(session: Session, job_id: int, actor: Actor) -> Job:
    """Raises NotFound for another district's, or of a kind that the actor may not do."""
    job = session.get(Job, (actor.district_id, job_id))
    if job is None or not actor.may(RIGHTS[job.kind]):
        raise NotFound("没有这项任务")
    return job


def latest(session: Session, kind: JobKind, actor: Actor) -> Job | None:
    """The newest job of the kind, for the page that shows it."""
    actor.must(RIGHTS[kind])
    wanted = select(Job).where(Job.district_id == actor.district_id, Job.kind == kind)
    return session.scalars(wanted.order_by(Job.id.desc()).limit(1)).first()


def is_silent(job: Job, now: dt.datetime) -> bool:
    """Whether the job's process has given no sign of life for long."""
    return job.state in OPEN and job.seen_at is not None and now - job.seen_at > SILENT_AFTER


def close_silent(session: Session, district_id: int, *, now: dt.datetime) -> int:
    """Mark the jobs broken whose process died; returns how many."""
    dead = (Job.district_id == district_id, Job.state.in_(OPEN), Job.seen_at < now - SILENT_AFTER)
    told = {"state": JobState.BROKEN, "ended_at": now, "message": "处理进程已中断，请重新发起；未生效的内容会自动清除"}
    return int(session.execute(update(Job).where(*dead).values(**told)).rowcount)  # type: ignore[attr-defined]
