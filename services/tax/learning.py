"""The weights re-estimated on verdicts: first in the shadow, with what would change, and adopted only by a person."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import settings
from models.enums import ModelState, PairVerdictKind, Permission, RuleKind
from models.taxes import MatchModel, PairVerdict
from services import audit, database
from services.actors import Actor
from services.errors import NotFound, WrongState
from services.jobs import Progress
from services.rules.matching import engine, learning
from services.rules.matching.engine import Comparison
from services.rules.matching.learning import FEWEST, Metrics
from services.rules.matching.model import Model, probability, score
from services.rules.matching.parties import PARTIES
from services.tax import comparing, residual, rules, runs
from services.tax.outcomes import Outcome

MOST_CHANGES = 200


@dataclasses.dataclass(frozen=True)
class Labels:
    """Judged pairs with their comparison; `same` says how each was judged."""

    comparison: Comparison
    same: NDArray[np.bool_]


def labels(session: Session, district_id: int) -> Labels | None:
    """The verdicts in force whose records are still there; None when there are fewer than needed."""
    verdicts = session.scalars(
        select(PairVerdict)
        .where(
            PairVerdict.district_id == district_id,
            PairVerdict.revoked_at.is_(None),
            PairVerdict.verdict != PairVerdictKind.UNSURE,
        )
        .order_by(PairVerdict.id)
    ).all()
    judged = [each for each in verdicts if {"left", "right"} <= each.agreement.keys()]
    if len(judged) < FEWEST:
        return None
    ids = {int(each.agreement[side]) for each in judged for side in ("left", "right")}
    records = {record.id: record for record in residual.read(session, district_id, ids)}
    known = [each for each in judged if {int(each.agreement["left"]), int(each.agreement["right"])} <= records.keys()]
    left, right = (residual.sides([records[int(each.agreement[side])] for each in known]) for side in ("left", "right"))
    same = np.array([each.verdict == PairVerdictKind.SAME for each in known], bool)
    return Labels(engine.compare_rows(PARTIES, left, right), same)


def estimate(session: Session, *, actor: Actor, now: dt.datetime) -> MatchModel:
    """A shadow model from the verdicts, with what it measures and what it would change. Raises WrongState for too few.

    Nothing uses it until somebody adopts it.
    """
    actor.must(Permission.TAX_MODELS)
    known = labels(session, actor.district_id)
    if known is None:
        raise WrongState(f"人工判定不足 {FEWEST} 对，暂不能重估；请先在比对结果里判定疑似的户")
    active = runs.active_model(session, actor.district_id)
    standing = Model.from_json(active.parameters) if active else PARTIES.shipped
    rare = engine.frequency_bits(PARTIES, standing, known.comparison)
    levels = known.comparison.levels
    before = learning.measure(probability(score(standing, PARTIES.fields, levels, rare)), known.same)
    made = learning.relearn(standing, PARTIES.fields, levels, rare, known.same)
    after = learning.across(standing, PARTIES.fields, levels, rare, known.same)
    changes = _changes(session, actor.district_id, active, made, now)
    number = session.scalar(select(func.max(MatchModel.number)).where(MatchModel.district_id == actor.district_id)) or 0
    kept = MatchModel(
        district_id=actor.district_id,
        name=PARTIES.name,
        number=number + 1,
        state=ModelState.SHADOW,
        parameters=made.as_json(),
        metrics={"before": _told(before), "after": _told(after), "changes": changes},
        created_by=actor.name,
        created_at=now,
    )
    session.add(kept)
    session.flush()
    audit.record(session, "match_model.estimate", ("match_model", kept.id), actor=actor, now=now, after=_told(after))
    return kept


def _told(metrics: Metrics) -> dict[str, Any]:
    return {name: round(value, 4) for name, value in dataclasses.asdict(metrics).items()}


def _changes(
    session: Session, district_id: int, active: MatchModel | None, made: Model, now: dt.datetime
) -> dict[str, Any]:
    """Which subjects of the first fuzzy comparison would stand in another list."""
    fuzzy = [each for each in rules.in_use(session, district_id) if each.definition.uses_fuzzy]
    rule = next((each for each in fuzzy if each.definition.kind == RuleKind.MISSING), None)
    if rule is None or comparing.undecidable(rule.definition, runs.inputs(session, district_id, rule, now=now).fresh):
        return {"rule": None, "moves": []}
    verdicts = comparing.judged(session, district_id, rule.id)
    day = now.astimezone(settings.current().zone).date()
    old, new = (
        comparing.compare(session, district_id, rule.definition, as_of=day, verdicts=verdicts, model=model)
        for model in (Model.from_json(active.parameters) if active else None, made)
    )
    return {"rule": rule.code, "moves": _moves(old, new)[:MOST_CHANGES], "count": len(_moves(old, new))}


def _moves(old: Outcome, new: Outcome) -> list[dict[str, str]]:
    before = {each.left.id: each for each in old.found}
    found = []
    for each in new.found:
        was = before.get(each.left.id)
        if was is not None and was.listed != each.listed:
            found.append(
                {"subject": each.subject_key, "name": each.left.name, "from": was.listed.value, "to": each.listed.value}
            )
    return found


def adopt(session: Session, model_id: int, *, actor: Actor, now: dt.datetime) -> None:
    """From now on runs use this model; the one before retires."""
    actor.must(Permission.TAX_MODELS)
    model = _get(session, model_id, actor)
    if model.state != ModelState.SHADOW:
        raise WrongState(f"该权重为「{model.state.label}」，不能采用")
    before = runs.active_model(session, actor.district_id)
    if before is not None:
        before.state = ModelState.RETIRED
    model.state, model.adopted_by, model.adopted_at = ModelState.ACTIVE, actor.name, now
    session.flush()
    after = {"number": model.number, "before": before.number if before else None}
    audit.record(session, "match_model.adopt", ("match_model", model.id), actor=actor, now=now, after=after)


def retire(session: Session, model_id: int, *, actor: Actor, now: dt.datetime) -> None:
    """Discard a shadow model, or put the active one out of use: runs estimate on their own data again."""
    actor.must(Permission.TAX_MODELS)
    model = _get(session, model_id, actor)
    if model.state == ModelState.RETIRED:
        raise WrongState("该权重已经停用")
    model.state = ModelState.RETIRED
    session.flush()
    audit.record(session, "match_model.retire", ("match_model", model.id), actor=actor, now=now)


def _get(session: Session, model_id: int, actor: Actor) -> MatchModel:
    model = session.get(MatchModel, (actor.district_id, model_id))
    if model is None:
        raise NotFound("没有这一版权重")
    return model


def listed(session: Session, actor: Actor) -> Sequence[MatchModel]:
    """All versions, the newest first."""
    actor.must(Permission.TAX_READ)
    wanted = select(MatchModel).where(MatchModel.district_id == actor.district_id)
    return session.scalars(wanted.order_by(MatchModel.number.desc())).all()


def count_labels(session: Session, actor: Actor) -> int:
    """How many verdicts there are to learn from."""
    actor.must(Permission.TAX_READ)
    return (
        session.scalar(
            select(func.count()).where(
                PairVerdict.district_id == actor.district_id,
                PairVerdict.revoked_at.is_(None),
                PairVerdict.verdict != PairVerdictKind.UNSURE,
            )
        )
        or 0
    )


def estimate_job(actor: Actor, parameters: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Re-estimating as a job: it compares twice over the registers."""
    now = dt.datetime.now(settings.current().zone)
    progress.at(0, 1, "正在按人工判定重估并试算", always=True)
    with database.writing() as session:
        made = estimate(session, actor=actor, now=now)
    progress.at(1, 1, always=True)
    return {"message": f"已得出第 {made.number} 版权重（试算），采用前不影响比对", "model": made.id}
