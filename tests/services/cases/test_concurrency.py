"""Many clerks at once, one record; a process killed in the middle."""

import collections
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from sqlalchemy import event, func, select

import settings
from models.bundles import TaskOpinion
from models.cases import Case, CaseEvent, CaseTask
from models.enums import CaseAction, CaseStatus, Opinion, TaskState
from services import audit, counts, database
from services.cases import circulation, intake, review
from services.errors import DomainError
from tests import builders

THREADS = 8
EACH = 12


def in_threads(work, times=THREADS):
    """Run `work(position)` in threads; returns what each gave or the DomainError it met."""
    outcomes = [None] * times

    def run(position):
        try:
            outcomes[position] = work(position)
        except DomainError as error:
            outcomes[position] = error

    threads = [threading.Thread(target=run, args=(position,)) for position in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.fixture
def counter(fresh_database):
    """A committed district with one item, its clerk and its reviewers."""
    with database.writing() as session:
        item = builders.item(session)
        clerk = builders.actor(session, "window_clerk", window="017", user_id=None)
        reviewer = builders.actor(session, "reviewer", department="017")
    return item, clerk, reviewer


def file_one(item, clerk, now, form_key=None):
    with database.writing() as session:
        return intake.file(session, builders.filing(item, form_key=form_key), actor=clerk, now=now)


def test_clerks_filing_at_once_get_numbers_without_gap_or_double(counter, now):
    item, clerk, _ = counter
    outcomes = in_threads(lambda _: [file_one(item, clerk, now).number for _ in range(EACH)])
    numbers = sorted(number for part in outcomes for number in part)
    assert [int(number[14:19]) for number in numbers] == list(range(1, THREADS * EACH + 1))
    with database.reading() as session:
        assert counts.check(session, builders.DISTRICT).equal
        assert audit.verify(session, builders.DISTRICT).intact


def test_a_form_sent_by_many_threads_is_one_case(counter, now):
    item, clerk, _ = counter
    outcomes = in_threads(lambda _: file_one(item, clerk, now, form_key="same form"))
    assert len({filed.number for filed in outcomes}) == 1
    assert sum(not filed.is_repeat for filed in outcomes) == 1


def test_two_reviewers_decide_one_case_once(counter, now):
    item, clerk, reviewer = counter
    filed = file_one(item, clerk, now)
    with database.reading() as session:
        version = session.scalars(select(Case.version)).one()

    def decide(position):
        with database.writing() as session:
            review.grant(session, filed.number, f"意见 {position}", actor=reviewer, now=now, expected_version=version)

    outcomes = in_threads(decide)
    assert sum(outcome is None for outcome in outcomes) == 1
    assert all("已" in str(outcome) for outcome in outcomes if outcome is not None)
    with database.reading() as session:
        assert session.scalars(select(Case.status)).one() == CaseStatus.DECIDED
        assert counts.check(session, builders.DISTRICT).equal


def test_filing_takes_a_bounded_number_of_statements(counter, now):
    item, clerk, _ = counter
    file_one(item, clerk, now)
    seen = []
    event.listen(database.engine(), "before_cursor_execute", lambda *args: seen.append(args[2]))
    file_one(item, clerk, now)
    assert len(seen) <= 36, seen


KILLED = """
import datetime as dt, os, sys
from services import database
from services.cases import intake
from tests import builders
with database.reading() as session:
    clerk = builders.actor(session, "window_clerk", window="017")
now = dt.datetime.fromisoformat(sys.argv[2])
while True:
    with database.writing() as session:
        filed = intake.file(session, builders.filing(int(sys.argv[1])), actor=clerk, now=now)
    print(filed.number, flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is of Unix")
def test_a_killed_process_loses_no_acknowledged_case(counter, now):
    item, _, _ = counter
    acknowledged = []
    for _ in range(3):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(item), now.isoformat()],
            stdout=subprocess.PIPE,
            cwd=settings.ROOT,
            text=True,
        )
        assert process.stdout is not None
        acknowledged.append(process.stdout.readline().strip())
        time.sleep(0.2)
        process.send_signal(signal.SIGKILL)
        acknowledged += [line.strip() for line in process.stdout if len(line.strip()) == 20]
        process.wait()
    with database.reading() as session:
        kept = set(session.scalars(select(Case.number)))
        events = session.scalar(select(func.count()).select_from(CaseEvent))
        assert set(acknowledged) <= kept and len(acknowledged) > 3
        assert events == 2 * len(kept), "no case stands half"
        assert counts.check(session, builders.DISTRICT).equal
        assert audit.verify(session, builders.DISTRICT).intact


def test_a_hundred_departments_answer_at_once_none_is_lost_and_one_closes_the_case(fresh_database, now):
    with database.writing() as session:
        departments = [builders.department(session, f"P{n:03d}", f"第{n}会签单位") for n in range(100)]
        stages = [{"stage": 1, "department": f"第{n}会签单位"} for n in range(100)]
        clerk = builders.actor(session, "window_clerk", window="017")
        filing = builders.filing(builders.item(session, flow=stages))
        number = intake.file(session, filing, actor=clerk, now=now).number
        people = [builders.actor(session, "reviewer", department=f"P{n:03d}") for n in range(100)]
    statuses, waiting = [], collections.deque(people)

    def decide(_):
        while waiting:
            with contextlib.suppress(IndexError):
                person = waiting.popleft()
                with database.writing() as session:
                    statuses.append(circulation.give(session, number, Opinion.AGREE, actor=person, now=now))

    assert in_threads(decide) == [None] * THREADS
    assert len(departments) == len(statuses) == 100
    assert statuses.count(CaseStatus.DECIDED) == 1, "the last one, and no other, closes the case"
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(TaskOpinion)) == 100
        states = session.scalars(select(CaseTask.state)).all()
        assert len(states) == 100 and set(states) == {TaskState.DONE}
        closures = select(func.count()).where(CaseEvent.action == CaseAction.GRANT)
        assert session.scalar(closures) == 1
        assert counts.check(session, builders.DISTRICT).equal
        assert audit.verify(session, builders.DISTRICT).intact
