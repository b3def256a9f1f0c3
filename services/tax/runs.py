"""Runs of the comparisons: computed from one state of the registers, written down as a whole, the same inputs the same hash."""

import dataclasses
import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.enums import FindingList, ImportKind, ModelState, Permission, Regime, RunState
from models.identity import new_id
from models.taxes import MatchModel, TaxFinding, TaxRun
from services import audit, database
from services.actors import Actor
from services.errors import NotFound, WrongState
from services.jobs import Progress, silent
from services.registers import freshness
from services.registers.freshness import Freshness
from services.rules.matching.model import Model
from services.tax import comparing, rates, remaining
from services.tax.outcomes import Before, Found, Judged, Outcome
from services.tax.rules import KeptRule
from services.upserts import table_of

MOST_BARS = 20
AfterRun = Callable[[Session, TaxRun], object]


@dataclasses.dataclass(frozen=True)
class Inputs:
    """All that a run's result depends on besides the day."""

    fresh: Mapping[ImportKind, Freshness]
    deliveries: list[tuple[str, int, str]]
    verdicts: Judged
    model: MatchModel | None

    def hash(self, rule: KeptRule, as_of: dt.date, regime: Regime) -> str:
        parts = {
            "rule": rule.definition.model_dump(mode="json"),
            "as_of": as_of.isoformat(),
            "regime": regime.value,
            "deliveries": [(kind, hashed) for kind, _, hashed in self.deliveries],
            "same": sorted(self.verdicts.same),
            "different": sorted(self.verdicts.different),
            "model": self.model.parameters if self.model else None,
        }
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def inputs(session: Session, district_id: int, rule: KeptRule, *, now: dt.datetime) -> Inputs:
    registers = rule.definition.registers
    return Inputs(
        freshness.of_all(session, district_id, now=now),
        freshness.deliveries(session, district_id, registers),
        comparing.judged(session, district_id, rule.id),
        active_model(session, district_id),
    )


def active_model(session: Session, district_id: int, name: str = "parties") -> MatchModel | None:
    """The weights that a person has adopted; None: they are estimated on the data of each run."""
    return session.scalar(
        select(MatchModel).where(
            MatchModel.district_id == district_id, MatchModel.name == name, MatchModel.state == ModelState.ACTIVE
        )
    )


def run(
    rule: KeptRule,
    *,
    as_of: dt.date,
    regime: Regime,
    actor: Actor,
    now: dt.datetime,
    progress: Progress | None = None,
    after: AfterRun | None = None,
    whole: bool = False,
) -> TaxRun:
    """Apply one rule and write the run down. The comparison itself holds no lock; only the writing does.

    It builds on the run before where it can, unless it is to be `whole`. `after(session, run)` is done in the same
    transaction (leads). Raises WrongState while a register is being taken in, or when one changed meanwhile.
    """
    actor.must(Permission.TAX_COMPARE)
    with database.reading() as session:
        busy = freshness.being_taken_in(session, actor.district_id, rule.definition.registers)
        if busy:
            raise WrongState(f"「{busy[0].label}」正在导入，请等它完成再比对")
        known = inputs(session, actor.district_id, rule, now=now)
        since = None if whole else remaining.before(session, actor.district_id, rule, known.deliveries, now)
        outcome = _compared(session, rule, known, since, as_of, actor, progress or silent())
        priced = _priced(session, rule, outcome, actor)
    with database.writing() as session:
        if freshness.deliveries(session, actor.district_id, rule.definition.registers) != known.deliveries:
            raise WrongState("比对期间数据有更新，本次结果作废，请重新比对")
        made = _write(session, rule, known, outcome, priced, as_of, regime, actor, now)
        made.is_delta = since is not None and made.state == RunState.DONE
        if after is not None and made.state == RunState.DONE:
            after(session, made)
    return made


def _compared(
    session: Session,
    rule: KeptRule,
    known: Inputs,
    since: Before | None,
    as_of: dt.date,
    actor: Actor,
    progress: Progress,
) -> Outcome:
    if problem := comparing.undecidable(rule.definition, known.fresh):
        return Outcome(reason=problem)
    model = Model.from_json(known.model.parameters) if known.model else None
    return comparing.compare(
        session,
        actor.district_id,
        rule.definition,
        as_of=as_of,
        verdicts=known.verdicts,
        model=model,
        progress=progress,
        before=since,
    )


def _priced(session: Session, rule: KeptRule, outcome: Outcome, actor: Actor) -> dict[int, tuple[Decimal | None, str]]:
    """An estimate for each finding whose rule asks for it, by its place in the outcome."""
    if not rule.definition.estimates:
        return {}
    known = rates.in_force(session, actor.district_id)
    sections = {section.label: section for section in rule.definition.sections}
    found = {}
    for place, each in enumerate(outcome.found):
        made = rates.of_record(each.left, sections[each.section], known)
        found[place] = (made.amount, made.note)
    return found


def _write(
    session: Session,
    rule: KeptRule,
    known: Inputs,
    outcome: Outcome,
    priced: Mapping[int, tuple[Decimal | None, str]],
    as_of: dt.date,
    regime: Regime,
    actor: Actor,
    now: dt.datetime,
) -> TaxRun:
    made = _made(rule, known, outcome, as_of, regime, actor, now)
    made.summary = _summary(rule, known, outcome, priced)
    session.add(made)
    session.flush()
    rows = [_row(made, rule, each, *priced.get(place, (None, ""))) for place, each in enumerate(outcome.found)]
    if rows:
        session.execute(table_of(TaxFinding).insert(), rows)
    if outcome.remainders:
        remaining.keep(session, made, known.deliveries, outcome.remainders)
    after = {
        "rule": rule.code,
        "as_of": as_of,
        "confirmed": made.confirmed,
        "suspected": made.suspected,
        "state": made.state,
    }
    audit.record(session, "tax.compare", ("tax_run", made.id), actor=actor, now=now, after=after)
    return made


def _made(
    rule: KeptRule, known: Inputs, outcome: Outcome, as_of: dt.date, regime: Regime, actor: Actor, now: dt.datetime
) -> TaxRun:
    return TaxRun(
        district_id=actor.district_id,
        id=new_id(),
        rule_id=rule.id,
        rule_version_id=rule.version_id,
        model_id=known.model.id if known.model else None,
        regime=regime,
        as_of=as_of,
        state=RunState.UNDECIDABLE if outcome.reason else RunState.DONE,
        reason=outcome.reason,
        input_hash=known.hash(rule, as_of, regime),
        result_hash=result_hash(rule.code, outcome),
        is_delta=False,
        compared_left=outcome.compared_left,
        compared_right=outcome.compared_right,
        confirmed=outcome.confirmed,
        suspected=outcome.suspected,
        linked=outcome.linked,
        undecidable=outcome.undecidable,
        started_by=actor.name,
        started_at=now,
        ended_at=dt.datetime.now(now.tzinfo),
    )


def _row(made: TaxRun, rule: KeptRule, found: Found, estimate: Decimal | None, note: str) -> dict[str, Any]:
    detail = found.detail | ({"estimate": note} if note else {}) | ({"section": found.section} if found.section else {})
    return {
        "district_id": made.district_id,
        "id": new_id(),
        "run_id": made.id,
        "listed": found.listed,
        "fingerprint": found.fingerprint(rule.code),
        "evidence_hash": found.evidence_hash,
        "subject_key": found.subject_key,
        "name": found.left.name,
        "left_record_id": found.left.id,
        "right_record_id": found.right.id if found.right else None,
        "confidence": found.confidence,
        "probability": found.probability,
        "stage": found.stage,
        "estimate": estimate,
        "industry": found.left.industry,
        "street": found.left.street,
        "detail": detail,
    }


def result_hash(code: str, outcome: Outcome) -> str:
    """Of what was found, independent of identities and of when it was computed."""
    digest = hashlib.sha256(
        f"{outcome.compared_left}/{outcome.compared_right}/{outcome.linked}/{outcome.reason}".encode()
    )
    lines = sorted(
        f"{each.fingerprint(code)} {each.listed.value} {each.confidence.value} {each.probability:.6f} {each.stage.value}"
        for each in outcome.found
    )
    digest.update("\n".join(lines).encode())
    return digest.hexdigest()


def _summary(
    rule: KeptRule, known: Inputs, outcome: Outcome, priced: Mapping[int, tuple[Decimal | None, str]]
) -> dict[str, Any]:
    """What the page shows without the findings; counts are of the confirmed ones only."""
    confirmed = [(place, each) for place, each in enumerate(outcome.found) if each.listed == FindingList.CONFIRMED]
    money = [priced[place][0] for place, _ in confirmed if place in priced]
    sources = [known.fresh[each] for each in rule.definition.registers]
    return {
        "sources": [
            {
                "register": each.register.value,
                "records": each.records,
                "age_days": each.age_days,
                "problem": each.problem,
            }
            for each in sources
        ],
        "by_source": _counted(each.left.register.value for _, each in confirmed),
        "by_confidence": _counted(each.confidence.value for _, each in confirmed),
        "by_industry": _counted(each.left.industry or "未标明" for _, each in confirmed),
        "by_street": _counted(each.left.street or "未标明" for _, each in confirmed),
        "by_section": _counted(each.section for _, each in confirmed),
        "estimate": str(sum((each for each in money if each is not None), Decimal(0))) if money else None,
        "not_estimated": sum(each is None for each in money),
        "notes": outcome.notes,
    }


def _counted(values: Any) -> list[list[Any]]:
    counts = Counter(values)
    return [[value, count] for value, count in sorted(counts.items(), key=lambda each: (-each[1], each[0]))][:MOST_BARS]


def get(session: Session, run_id: int, actor: Actor) -> TaxRun:
    actor.must(Permission.TAX_READ)
    found = session.get(TaxRun, (actor.district_id, run_id))
    if found is None:
        raise NotFound("没有这次比对")
    return found


def latest(session: Session, actor: Actor) -> dict[int, TaxRun]:
    """The newest run of each rule."""
    actor.must(Permission.TAX_READ)
    newest: dict[int, TaxRun] = {}
    rows = session.scalars(
        select(TaxRun).where(TaxRun.district_id == actor.district_id).order_by(TaxRun.id.desc()).limit(500)
    )
    for each in rows:
        newest.setdefault(each.rule_id, each)
    return newest


def history(session: Session, rule_id: int, actor: Actor, *, limit: int = 24) -> Sequence[TaxRun]:
    """The rule's runs, the newest first."""
    actor.must(Permission.TAX_READ)
    wanted = select(TaxRun).where(TaxRun.district_id == actor.district_id, TaxRun.rule_id == rule_id)
    return session.scalars(wanted.order_by(TaxRun.id.desc()).limit(limit)).all()
