"""Long work on screen: how far it is, what is left, how it ended; the page can be left and come back to."""

import streamlit as st

from models.enums import JobKind, JobState
from models.registers import Job
from services import jobs
from services.actors import Actor
from ui import page, words

EVERY = 2.0  # seconds between two looks
SEEN = "_job_seen"


def launch(job: Job) -> None:
    """For `then` of page.perform: the job is committed, its process may start."""
    jobs.launch(job.id)


def panel(kind: JobKind, actor: Actor, *, mark: str | None = None) -> Job | None:
    """The newest job of the kind: a bar while it runs, its end once it is over. Returns it.

    With a mark, only a job that was started with that mark among its parameters.
    """
    with page.transaction() as session:
        job = jobs.latest(session, kind, actor)
    if job is None or (mark is not None and job.parameters.get("mark") != mark):
        return None
    if job.state in jobs.OPEN and not jobs.is_silent(job, page.now()):
        _running(kind, actor)
    else:
        _ended(job)
    return job


@st.fragment(run_every=EVERY)
def _running(kind: JobKind, actor: Actor) -> None:
    with page.transaction() as session:
        job = jobs.latest(session, kind, actor)
    if job is None or job.state not in jobs.OPEN:
        st.rerun()
        return
    if jobs.is_silent(job, page.now()):
        st.rerun()
        return
    share = min(job.done / job.total, 1.0) if job.total else 0.0
    counts = f"{words.count(job.done)} / {words.count(job.total)}" if job.total else words.count(job.done)
    with st.container(border=True):
        st.progress(share, text=page.plain(f"{job.title}：{job.message or job.state.label}（{counts}）{_left(job)}"))
        st.caption("可以离开本页，处理会继续；回来时在这里看结果。")
        if st.button("停止", key=f"job-stop-{job.id}", type="tertiary"):
            page.perform(
                lambda session: jobs.stop(session, job.id, actor=actor, now=page.now()), done="已要求停止，稍后生效"
            )


def _left(job: Job) -> str:
    """How long it may still take, by the pace so far."""
    if not job.total or not job.done or job.started_at is None:
        return ""
    passed = (page.now() - job.started_at).total_seconds()
    left = passed * (job.total - job.done) / job.done
    return f"，约剩 {left / 60:.0f} 分钟" if left >= 90 else f"，约剩 {left:.0f} 秒"


def _ended(job: Job) -> None:
    told = page.plain(f"{job.title}：{job.message or job.state.label}")
    at = words.brief(job.ended_at or job.seen_at)
    match job.state:
        case JobState.DONE:
            st.success(f"✓ {told}（{at}）")
        case JobState.REFUSED | JobState.STOPPED:
            st.warning(f"{told}（{at}）")
        case _:
            st.error(f"{page.plain(job.title)}：处理进程已中断，请重新发起；未生效的内容会自动清除（{at}）")
