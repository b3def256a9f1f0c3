"""What officers say of pairs: the same party or not. It binds the next runs, and the weights learn from it."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.enums import ImportKind, PairVerdictKind, Permission
from models.registers import RegisterRecord
from models.taxes import PairVerdict, TaxFinding, TaxRun
from services import audit
from services.actors import Actor
from services.errors import Invalid, NotFound, WrongState

SHORTEST = 4


def key(register: ImportKind, natural_key: str) -> str:
    """What a record is known by, whatever delivery it came with (as residual.pair_key)."""
    return f"{register.value}/{natural_key}"


def key_of(record: RegisterRecord) -> str:
    return key(record.register, record.natural_key)


def give(
    session: Session, finding_id: int, verdict: PairVerdictKind, reason: str, *, actor: Actor, now: dt.datetime
) -> PairVerdict:
    """Judge the pair of a finding. An earlier verdict on the pair is taken back by it."""
    actor.must(Permission.TAX_LEADS)
    finding = session.get(TaxFinding, (actor.district_id, finding_id))
    if finding is None or finding.right_record_id is None:
        raise NotFound("这条结果没有可判定的一对记录")
    reason = reason.strip()
    if len(reason) < SHORTEST:
        told = f"请写明理由（至少 {SHORTEST} 个字）"
        raise Invalid(told, {"reason": told})
    run = session.get_one(TaxRun, (actor.district_id, finding.run_id))
    left, right = (
        session.get_one(RegisterRecord, (actor.district_id, each))
        for each in (finding.left_record_id, finding.right_record_id)
    )
    for before in standing(session, actor, key_of(left), key_of(right)):
        before.revoked_by, before.revoked_at = actor.name, now
    made = _made(run, finding, left, right)
    made.verdict, made.reason, made.given_by, made.given_at = verdict, reason, actor.name, now
    session.add(made)
    session.flush()
    after = {"left": made.left_key, "right": made.right_key, "verdict": verdict, "reason": reason}
    audit.record(session, "pair_verdict.give", ("tax_finding", finding.id), actor=actor, now=now, after=after)
    return made


def _made(run: TaxRun, finding: TaxFinding, left: RegisterRecord, right: RegisterRecord) -> PairVerdict:
    """A verdict on the pair, with what the officer saw of it."""
    seen = {"reasons": finding.detail.get("reasons", []), "probability": finding.probability}
    return PairVerdict(
        district_id=finding.district_id,
        rule_id=run.rule_id,
        left_key=key_of(left),
        right_key=key_of(right),
        evidence_hash=finding.evidence_hash,
        agreement=seen | {"left": left.id, "right": right.id},
    )


def standing(session: Session, actor: Actor, left_key: str, right_key: str) -> Sequence[PairVerdict]:
    """The verdicts on a pair that were not taken back."""
    return session.scalars(
        select(PairVerdict).where(
            PairVerdict.district_id == actor.district_id,
            PairVerdict.left_key == left_key,
            PairVerdict.right_key == right_key,
            PairVerdict.revoked_at.is_(None),
        )
    ).all()


def revoke(session: Session, verdict_id: int, *, actor: Actor, now: dt.datetime) -> None:
    """Take a verdict back: the next run decides by the evidence again."""
    actor.must(Permission.TAX_LEADS)
    verdict = session.get(PairVerdict, (actor.district_id, verdict_id))
    if verdict is None:
        raise NotFound("没有这条判定")
    if verdict.revoked_at is not None:
        raise WrongState(f"这条判定已由{verdict.revoked_by}撤回")
    verdict.revoked_by, verdict.revoked_at = actor.name, now
    session.flush()
    audit.record(session, "pair_verdict.revoke", ("pair_verdict", verdict.id), actor=actor, now=now)
