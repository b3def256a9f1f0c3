"""A run's lists on screen: filtered and paged in SQL; the length of a list is the figure that opened it."""

import dataclasses
from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from models.enums import Confidence, FindingList, Permission
from models.taxes import TaxFinding, TaxRun
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
    industry: str = ""
    street: str = ""
    words: str = ""
    order: str = "row"


def page(session: Session, run: TaxRun, asked: Filter, number: int, actor: Actor) -> tuple[Sequence[TaxFinding], int]:
    """(the page's findings, how many there are)."""
    actor.must(Permission.TAX_READ)
    wanted = _wanted(run, asked)
    total = session.scalar(select(func.count()).select_from(TaxFinding).where(*wanted)) or 0
    order = ORDERS.get(asked.order, ORDERS["row"])
    rows = session.scalars(
        select(TaxFinding).where(*wanted).order_by(*order).limit(PER_PAGE).offset((number - 1) * PER_PAGE)
    ).all()
    return rows, total


def _wanted(run: TaxRun, asked: Filter) -> list[ColumnElement[bool]]:
    wanted = [
        TaxFinding.district_id == run.district_id,
        TaxFinding.run_id == run.id,
        TaxFinding.listed == asked.listed,
    ]
    if asked.confidence:
        wanted.append(TaxFinding.confidence == Confidence(asked.confidence))
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
