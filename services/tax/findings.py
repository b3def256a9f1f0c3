"""A run's lists on screen: filtered and paged in SQL; the length of a list is the figure that opened it."""

import dataclasses
import datetime as dt
from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from models.enums import Confidence, FindingList, ImportKind, Permission
from models.registers import RegisterRecord
from models.taxes import TaxFinding, TaxRun
from services import audit
from services.actors import Actor
from services.errors import NotFound

PER_PAGE = 50
UNNAMED = "未标明"
ORDERS = {
    "row": (TaxFinding.id,),
    "estimate": (TaxFinding.estimate.desc().nulls_last(), TaxFinding.id),
    "probability": (TaxFinding.probability.desc(), TaxFinding.id),
    "name": (TaxFinding.name, TaxFinding.id),
}


@dataclasses.dataclass(frozen=True)
class Filter:
    """What of a run is wanted; "" for all."""

    listed: FindingList = FindingList.CONFIRMED
    confidence: str = ""
    source: str = ""  # the left record's register
    industry: str = ""
    street: str = ""
    words: str = ""
    order: str = "row"


def page(session: Session, run: TaxRun, asked: Filter, number: int, actor: Actor) -> tuple[Sequence[TaxFinding], int]:
    """(the page's findings, how many there are)."""
    actor.must(Permission.TAX_READ)
    wanted = conditions(run, asked)
    total = session.scalar(select(func.count()).select_from(TaxFinding).where(*wanted)) or 0
    order = ORDERS.get(asked.order, ORDERS["row"])
    rows = session.scalars(
        select(TaxFinding).where(*wanted).order_by(*order).limit(PER_PAGE).offset((number - 1) * PER_PAGE)
    ).all()
    return rows, total


def conditions(run: TaxRun, asked: Filter) -> list[ColumnElement[bool]]:
    """What the filter says, for the list and for its export."""
    wanted = [
        TaxFinding.district_id == run.district_id,
        TaxFinding.run_id == run.id,
        TaxFinding.listed == asked.listed,
    ]
    if asked.confidence:
        wanted.append(TaxFinding.confidence == Confidence(asked.confidence))
    if asked.source:
        left = aliased(RegisterRecord)
        mine = (left.district_id == TaxFinding.district_id) & (left.id == TaxFinding.left_record_id)
        wanted.append(select(left.id).where(mine, left.register == ImportKind(asked.source)).exists())
    for column, value in ((TaxFinding.industry, asked.industry), (TaxFinding.street, asked.street)):
        if value:
            wanted.append(column.is_(None) if value == UNNAMED else column == value)
    if asked.words.strip():
        words = asked.words.strip()
        begins = TaxFinding.subject_key.startswith(words.upper(), autoescape=True)
        wanted.append(or_(TaxFinding.name.contains(words, autoescape=True), begins))
    return wanted


def get(session: Session, finding_id: int, actor: Actor) -> TaxFinding:
    actor.must(Permission.TAX_READ)
    found = session.get(TaxFinding, (actor.district_id, finding_id))
    if found is None:
        raise NotFound("没有这条比对结果")
    return found


def note(session: Session, run: TaxRun, asked: Filter, total: int, *, actor: Actor, now: dt.datetime) -> None:
    """Every query is written down, also one that finds nothing (R-TAX-06)."""
    after = {name: value for name, value in dataclasses.asdict(asked).items() if value} | {"rows": total}
    audit.record(session, "tax.list", ("tax_run", run.id), actor=actor, now=now, after=after)
