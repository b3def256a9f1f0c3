"""Weights learnt from officers' verdicts: in the shadow first, with what they would change, adopted by a person only."""

import datetime as dt

import pytest
from sqlalchemy import select

from models.enums import FindingList, ImportKind, MatchStage, ModelState, PairVerdictKind, Regime, Role
from models.taxes import TaxFinding
from services import database
from services.demo.registers import Shares, derive, parties
from services.demo.registers.deriving import business_rows
from services.errors import NotAllowed, WrongState
from services.tax import learning, runs, verdicts
from tests import builders, registers
from tests.registers import deliver, officer

pytestmark = pytest.mark.usefixtures("fresh_database")
DAY = dt.date(2008, 6, 30)


@pytest.fixture
def compared(now):
    """A comparison in which half of the taxpayers have no code: their counterparts are found by likeness."""
    registers.shipped(now)
    people = parties(240)
    tax = derive(people, shares=Shares(code_absent=0.5, missing=0.05))
    deliver(ImportKind.BUSINESS_REGISTRATION, business_rows(people), now=now)
    deliver(ImportKind.TAX_REGISTRATION_NATIONAL, tax.rows, now=now)
    return run(now)


def run(now):
    return runs.run(registers.rule("TX-1"), as_of=DAY, regime=Regime.CURRENT, actor=officer(), now=now)


def judge(made, count, now):
    """Verdicts on the likeliest pairs: all the same, but every tenth."""
    with database.reading() as session:
        found = session.scalars(
            select(TaxFinding.id)
            .where(TaxFinding.run_id == made.id, TaxFinding.stage == MatchStage.FUZZY)
            .order_by(TaxFinding.probability.desc(), TaxFinding.id)
            .limit(count)
        ).all()
    assert len(found) == count
    for place, each in enumerate(found):
        kind = PairVerdictKind.DIFFERENT if place % 10 == 9 else PairVerdictKind.SAME
        with database.writing() as session:
            verdicts.give(session, each, kind, "电话核实过", actor=officer(), now=now)


def test_with_too_few_verdicts_nothing_is_learnt(compared, now):
    judge(compared, 5, now)
    with pytest.raises(WrongState, match="不足 20 对"), database.writing() as session:
        learning.estimate(session, actor=officer(), now=now)


def test_a_new_model_stays_in_the_shadow_until_somebody_adopts_it(compared, now):
    judge(compared, 40, now)
    before = run(now)
    with database.writing() as session:
        made = learning.estimate(session, actor=officer(), now=now)
        assert made.state == ModelState.SHADOW
        assert made.metrics["after"]["labels"] == learning.count_labels(session, officer()) == 40
        assert {"precision", "recall", "calibration_error"} <= made.metrics["before"].keys()
        assert made.metrics["changes"]["rule"] == "TX-1"
    assert run(now).result_hash == before.result_hash, "a shadow changes nothing"
    with database.writing() as session:
        learning.adopt(session, made.id, actor=officer(), now=now)
    after = run(now)
    assert (before.model_id, after.model_id) == (None, made.id)
    assert after.input_hash != before.input_hash


def test_what_the_preview_says_is_what_adopting_does(compared, now):
    judge(compared, 40, now)
    before = lists(run(now))
    with database.writing() as session:
        made = learning.estimate(session, actor=officer(), now=now)
        learning.adopt(session, made.id, actor=officer(), now=now)
    after = lists(run(now))
    moved = {key for key in before.keys() & after.keys() if before[key] != after[key]}
    assert {move["subject"] for move in made.metrics["changes"]["moves"]} == moved


def lists(made):
    with database.reading() as session:
        rows = session.scalars(select(TaxFinding).where(TaxFinding.run_id == made.id))
        return {row.subject_key: row.listed for row in rows if row.listed in set(FindingList)}


def test_the_next_model_retires_the_one_before(compared, now):
    judge(compared, 30, now)
    with database.writing() as session:
        first, second = (learning.estimate(session, actor=officer(), now=now) for _ in range(2))
        learning.adopt(session, first.id, actor=officer(), now=now)
        learning.adopt(session, second.id, actor=officer(), now=now)
        assert [model.state for model in learning.listed(session, officer())] == [ModelState.ACTIVE, ModelState.RETIRED]
        with pytest.raises(WrongState, match="不能采用"):
            learning.adopt(session, first.id, actor=officer(), now=now)
        learning.retire(session, second.id, actor=officer(), now=now)
        assert runs.active_model(session, builders.DISTRICT) is None


def test_learning_is_for_the_supervisor(compared, now):
    with database.reading() as session:
        plain = builders.actor(session, Role.TAX_OFFICER.value)
    with pytest.raises(NotAllowed), database.writing() as session:
        learning.estimate(session, actor=plain, now=now)
