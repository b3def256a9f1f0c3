"""Taking a delivery back: its rows go, and what they had replaced stands again."""

import datetime as dt

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from models.enums import BatchState
from models.exchange import ImportBatch, ImportRow
from models.registers import RegisterRecord as R
from models.taxes import LedgerEntry, TaxFinding, TaxLead
from services.actors import Actor
from services.errors import WrongState


def undo_rows(session: Session, batch: ImportBatch, *, actor: Actor, now: dt.datetime) -> None:
    """Raises WrongState when a later delivery, a run or a lead rests on it; then nothing is undone."""
    if batch.state != BatchState.ACTIVE:
        raise WrongState("该批次还没有导入完成，不能撤销")
    mine = (R.district_id == batch.district_id, R.batch_id == batch.id)
    _check_nothing_rests(session, batch)
    session.execute(delete(R).where(*mine))
    revived = update(R).where(R.district_id == batch.district_id, R.ended_batch_id == batch.id)
    session.execute(revived.values(ended_batch_id=None), execution_options={"synchronize_session": False})
    session.execute(delete(ImportRow).filter_by(district_id=batch.district_id, batch_id=batch.id))


def _check_nothing_rests(session: Session, batch: ImportBatch) -> None:
    mine = select(R.id).where(R.district_id == batch.district_id, R.batch_id == batch.id)
    replaced = session.scalar(
        select(func.count())
        .select_from(R)
        .where(R.id.in_(mine), R.district_id == batch.district_id, R.ended_batch_id.is_not(None))
    )
    if replaced:
        raise WrongState(f"之后的导入已替换其中 {replaced} 行，请先撤销之后的批次")
    district = batch.district_id
    found = session.scalar(
        select(func.count(func.distinct(TaxFinding.run_id))).where(
            TaxFinding.district_id == district,
            or_(TaxFinding.left_record_id.in_(mine), TaxFinding.right_record_id.in_(mine)),
        )
    )
    if found:
        raise WrongState(f"已有 {found} 次比对的结果用到这批数据，不能撤销；如数据有误，请导入更正后的名册")
    settled = session.scalar(
        select(func.count())
        .select_from(TaxLead)
        .where(TaxLead.district_id == district, TaxLead.closing_record_id.in_(mine))
    ) or session.scalar(
        select(func.count())
        .select_from(LedgerEntry)
        .where(LedgerEntry.district_id == district, LedgerEntry.record_id.in_(mine))
    )
    if settled:
        raise WrongState("已有线索凭这批数据结案或入账，不能撤销；如数据有误，请导入更正后的名册")
