"""The suspected pairs of a run that wait for somebody to judge them, the least certain first: those teach the most."""

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from models.enums import FindingList, Permission
from models.registers import RegisterRecord
from models.taxes import PairVerdict, TaxFinding, TaxRun
from services.actors import Actor
from services.tax import verdicts


def waiting(session: Session, run: TaxRun, actor: Actor) -> list[int]:
    """Ids of the findings whose pair has no standing verdict of the rule. Two queries, however long the list."""
    actor.must(Permission.TAX_READ)
    judged = {
        (left, right)
        for left, right in session.execute(
            select(PairVerdict.left_key, PairVerdict.right_key).where(
                PairVerdict.district_id == run.district_id,
                PairVerdict.rule_id == run.rule_id,
                PairVerdict.revoked_at.is_(None),
            )
        )
    }
    left, right = aliased(RegisterRecord), aliased(RegisterRecord)
    rows = session.execute(
        select(
            TaxFinding.id, left.register, left.natural_key, right.register, right.natural_key, TaxFinding.probability
        )
        .join(left, (left.district_id == TaxFinding.district_id) & (left.id == TaxFinding.left_record_id))
        .join(right, (right.district_id == TaxFinding.district_id) & (right.id == TaxFinding.right_record_id))
        .where(
            TaxFinding.district_id == run.district_id,
            TaxFinding.run_id == run.id,
            TaxFinding.listed == FindingList.SUSPECTED,
        )
    )
    open_pairs = [
        (abs(chance - 0.5), finding)
        for finding, left_kind, left_key, right_kind, right_key, chance in rows
        if (verdicts.key(left_kind, left_key), verdicts.key(right_kind, right_key)) not in judged
    ]
    return [finding for _, finding in sorted(open_pairs)]
