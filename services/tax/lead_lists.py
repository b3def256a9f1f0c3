"""Leads as lists: figures and the lists they count, filtered and paged in SQL."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, cast, func, literal_column, or_, select
from sqlalchemy.orm import Session

from models.enums import OPEN_LEAD_STATES, Confidence, LeadState, Permission, Role
from models.people import User, UserRole
from models.taxes import TaxLead, TaxRule
from services import audit
from services.actors import Actor
from services.exchange import workbooks
from services.tax.rules import base_code

PER_PAGE = 50
FIGURES = {
    "mine": "我的待核",
    "unassigned": "待分派",
    "open": "未结",
    "late": "超期未结",
    "week": "七天内到期",
    "closed": "已结",
    "unseen": "已结待印证",
}
TITLES = (
    "名称",
    "主体编号",
    "规则",
    "状态",
    "可信度",
    "估算税额(元)",
    "经办人",
    "期限",
    "街道",
    "行业",
    "首次发现",
    "最近发现",
)
MOST_EXPORTED = 50_000
MOST_STREETS = 200
found_month = func.substr(cast(TaxLead.first_found_on, String), literal_column("1"), literal_column("7"))  # 2008-03


@dataclasses.dataclass(frozen=True)
class Filter:
    """`view` is one of FIGURES, `month` that of the first finding; "" or None for all."""

    view: str = ""
    state: str = ""
    rule_id: int | None = None
    confidence: str = ""
    words: str = ""
    officer_id: int | None = None
    street: str = ""
    month: str = ""


@dataclasses.dataclass(frozen=True)
class LeadRow:
    id: int
    name: str
    subject_key: str
    rule: str
    rule_name: str
    state: LeadState
    confidence: Confidence
    estimate: Decimal | None
    officer: str | None
    due_on: dt.date | None
    street: str | None
    industry: str | None
    first_found_on: dt.date
    last_found_on: dt.date
    version: int

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_LEAD_STATES


def _view(view: str, actor: Actor, today: dt.date) -> list[ColumnElement[bool]]:
    is_open = TaxLead.state.in_(OPEN_LEAD_STATES)
    match view:
        case "mine":
            return [is_open, TaxLead.officer_id == actor.user_id]
        case "unassigned":
            return [TaxLead.state == LeadState.NEW]
        case "open":
            return [is_open]
        case "late":
            return [is_open, TaxLead.due_on < today]
        case "week":
            return [is_open, TaxLead.due_on >= today, TaxLead.due_on < today + dt.timedelta(days=7)]
        case "closed":
            return [~is_open]
        case "unseen":  # closed by a person as registered or paid, and no register shows it yet
            return [TaxLead.state.in_((LeadState.REGISTERED, LeadState.PAID)), TaxLead.closing_record_id.is_(None)]
    return []


def _wanted(asked: Filter, actor: Actor, today: dt.date) -> list[ColumnElement[bool]]:
    wanted = [TaxLead.district_id == actor.district_id, *_view(asked.view, actor, today)]
    if asked.state in set(LeadState):
        wanted.append(TaxLead.state == LeadState(asked.state))
    if asked.rule_id is not None:
        wanted.append(TaxLead.rule_id == asked.rule_id)
    if asked.confidence in set(Confidence):
        wanted.append(TaxLead.confidence == Confidence(asked.confidence))
    if asked.street:
        wanted.append(TaxLead.street == asked.street)
    if asked.month:
        wanted.append(found_month == asked.month)
    if asked.officer_id is not None:
        wanted.append(TaxLead.officer_id == asked.officer_id)
    if asked.words.strip():
        words = asked.words.strip()
        begins = TaxLead.subject_key.startswith(words.upper(), autoescape=True)
        wanted.append(or_(TaxLead.name.contains(words, autoescape=True), begins))
    return wanted


def counts(session: Session, actor: Actor, *, today: dt.date) -> dict[str, int]:
    """Each figure is the length of the list of its view."""
    actor.must(Permission.TAX_READ)
    return {view: _count(session, Filter(view), actor, today) for view in FIGURES}


def _count(session: Session, asked: Filter, actor: Actor, today: dt.date) -> int:
    return session.scalar(select(func.count()).select_from(TaxLead).where(*_wanted(asked, actor, today))) or 0


def _rows() -> Any:
    return (
        select(
            TaxLead.id, TaxLead.name, TaxLead.subject_key, TaxRule.code, TaxRule.name, TaxLead.state, TaxLead.confidence,
            TaxLead.estimate, User.display_name, TaxLead.due_on, TaxLead.street, TaxLead.industry, TaxLead.first_found_on,
            TaxLead.last_found_on, TaxLead.version,
        )
        .join(TaxRule, (TaxRule.district_id == TaxLead.district_id) & (TaxRule.id == TaxLead.rule_id))
        .outerjoin(User, (User.district_id == TaxLead.district_id) & (User.id == TaxLead.officer_id))
    )  # fmt: skip


def _row(values: Any) -> LeadRow:
    found = LeadRow(*values)
    return dataclasses.replace(found, rule=base_code(found.rule))


def page(session: Session, asked: Filter, number: int, actor: Actor, *, today: dt.date) -> tuple[list[LeadRow], int]:
    """(the page's leads, how many there are): one's own first, then what is due first."""
    actor.must(Permission.TAX_READ)
    wanted = _wanted(asked, actor, today)
    is_mine = TaxLead.state.in_(OPEN_LEAD_STATES) & (TaxLead.officer_id == actor.user_id)
    order = (
        case((is_mine, 0), else_=1),
        TaxLead.due_on.is_(None),
        TaxLead.due_on,
        TaxLead.estimate.desc().nulls_last(),
        TaxLead.id,
    )
    rows = session.execute(_rows().where(*wanted).order_by(*order).limit(PER_PAGE).offset((number - 1) * PER_PAGE))
    return [_row(row) for row in rows], _count(session, asked, actor, today)


def one(session: Session, lead_id: int, actor: Actor) -> LeadRow:
    actor.must(Permission.TAX_READ)
    row = session.execute(_rows().where(TaxLead.district_id == actor.district_id, TaxLead.id == lead_id)).one()
    return _row(row)


def chosen(asked: Filter, actor: Actor, today: dt.date) -> Select[int]:
    """The ids of the leads asked for, to add up what they come to."""
    return select(TaxLead.id).where(*_wanted(asked, actor, today))


def note(session: Session, asked: Filter, total: int, *, actor: Actor, now: dt.datetime) -> None:
    """That a list was looked at, and what it held: no leads is a result too (R-TAX-06)."""
    after = {name: str(value) for name, value in dataclasses.asdict(asked).items() if value} | {"rows": total}
    audit.record(session, "tax_lead.list", ("tax_leads", "list"), actor=actor, now=now, after=after)


def streets(session: Session, actor: Actor) -> list[str]:
    """Where there are leads."""
    actor.must(Permission.TAX_READ)
    mine = select(TaxLead.street).where(TaxLead.district_id == actor.district_id, TaxLead.street.is_not(None))
    return [name for name in session.scalars(mine.distinct().order_by(TaxLead.street).limit(MOST_STREETS)) if name]


def officers(session: Session, actor: Actor) -> dict[int, str]:
    """Whom a lead can be given to."""
    actor.must(Permission.TAX_READ)
    held = select(UserRole.user_id).where(
        UserRole.district_id == actor.district_id, UserRole.role.in_((Role.TAX_OFFICER, Role.TAX_SUPERVISOR))
    )
    rows = session.execute(
        select(User.id, User.display_name)
        .where(User.district_id == actor.district_id, User.is_active, User.id.in_(held))
        .order_by(User.display_name, User.id)
    )
    return {user_id: name for user_id, name in rows}  # noqa: C416 - dict(rows) would ask for rows.keys


def workbook(session: Session, asked: Filter, actor: Actor, *, today: dt.date) -> bytes:
    """The list as filtered, as XLSX."""
    actor.must(Permission.TAX_READ)
    rows = session.execute(_rows().where(*_wanted(asked, actor, today)).order_by(TaxLead.id).limit(MOST_EXPORTED))
    return workbooks.write([("线索", TITLES, [_cells(_row(row)) for row in rows])])


def _cells(row: LeadRow) -> Sequence[str]:
    estimate = "" if row.estimate is None else f"{row.estimate:.2f}"
    return [
        row.name, row.subject_key, row.rule, row.state.label, row.confidence.label, estimate, row.officer or "",
        str(row.due_on or ""), row.street or "", row.industry or "", str(row.first_found_on), str(row.last_found_on),
    ]  # fmt: skip
