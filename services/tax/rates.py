"""Tax rates with their dates: shipped with honest sources, edited on screen, read for estimates."""

import csv
import datetime as dt
import json
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import settings
from models.enums import DealKind, Payer, Permission, TaxKind
from models.taxes import TaxRate
from services import audit
from services.actors import Actor
from services.errors import Conflict, Invalid, NotFound
from services.rules import tax_amounts
from services.rules.tax_amounts import Estimate, Facts, Rate
from services.rules.tax_rules import Section
from services.tax.residual import Record

SHIPPED = settings.DATA / "tax_rates.csv"
HIGHEST = Decimal("1")
FINEST = Decimal("0.000001")
MOST_PER_AREA = 100_000


def seed(session: Session, district_id: int) -> int:
    """Ship the rates where a district has none; returns how many were added."""
    if session.scalar(select(TaxRate.id).where(TaxRate.district_id == district_id).limit(1)) is not None:
        return 0
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        rows = [_from_csv(district_id, row) for row in csv.DictReader(file)]
    session.add_all(rows)
    session.flush()
    return len(rows)


def _from_csv(district_id: int, row: dict[str, str]) -> TaxRate:
    return TaxRate(
        district_id=district_id,
        tax=TaxKind(row["tax"]),
        scope=json.loads(row["scope"]),
        rate=Decimal(row["rate"]) if row["rate"] else None,
        amount=Decimal(row["amount"]) if row["amount"] else None,
        steps=json.loads(row["steps"]) if row["steps"] else None,
        is_tax_inclusive=row["is_tax_inclusive"] == "true",
        effective_from=dt.date.fromisoformat(row["effective_from"]),
        effective_to=dt.date.fromisoformat(row["effective_to"]) if row["effective_to"] else None,
        source=row["source"],
        is_verified=row["is_verified"] == "true",
        note=row["note"],
    )


def listed(session: Session, actor: Actor) -> Sequence[TaxRate]:
    """By tax, the newest first."""
    actor.must(Permission.TAX_READ)
    wanted = select(TaxRate).where(TaxRate.district_id == actor.district_id)
    return session.scalars(wanted.order_by(TaxRate.tax, TaxRate.effective_from.desc(), TaxRate.id)).all()


def in_force(session: Session, district_id: int) -> list[Rate]:
    """All rates as the estimates read them; each says from when to when it holds."""
    rows = session.scalars(select(TaxRate).where(TaxRate.district_id == district_id).order_by(TaxRate.id))
    return [
        Rate(
            row.tax, row.effective_from, row.effective_to, row.scope, row.rate, row.amount, row.steps,
            row.is_tax_inclusive, row.source, row.is_verified,
        )
        for row in rows
    ]  # fmt: skip


def of_record(record: Record, section: Section, rates: Sequence[Rate]) -> Estimate:
    """The section's taxes on one deal, added up; cannot be estimated where one of them cannot."""
    found = [
        tax_amounts.estimate(_facts(record, stake.payer), stake.tax, stake.payer, rates) for stake in section.taxes
    ]
    note = "；".join(each.note for each in found)
    if not found or any(each.amount is None for each in found):
        return Estimate(None, note)
    return Estimate(sum((each.amount for each in found if each.amount is not None), Decimal(0)), note)


def _facts(record: Record, payer: Payer) -> Facts:
    is_buyer = payer == Payer.BUYER
    person = record.person_key if is_buyer else record.counterparty_key
    firm = record.org_code if is_buyer else record.counterparty_code
    return Facts(
        price=record.amount,
        on=record.event_on,
        is_person=True if person else False if firm else None,
        deal=DealKind(record.deal_kind) if record.deal_kind else None,
        usage=record.usage,
        area=record.area,
    )


def save(
    session: Session,
    values: dict[str, Any],
    *,
    actor: Actor,
    now: dt.datetime,
    rate_id: int | None = None,
    expected: int | None = None,
) -> TaxRate:
    """Add or change a rate. Raises Invalid field by field, and for two rates of one scope on one day."""
    actor.must(Permission.TAX_RULES)
    checked = _checked(values)
    row = (
        TaxRate(district_id=actor.district_id)
        if rate_id is None
        else session.get(TaxRate, (actor.district_id, rate_id))
    )
    if row is None:
        raise NotFound("没有这条税率")
    if expected is not None and row.version != expected:
        raise Conflict("这条税率刚被别人改过，请重新打开再改")
    _check_overlap(session, actor.district_id, checked, rate_id)
    before = None if rate_id is None else _shown(row)
    for name, value in checked.items():
        setattr(row, name, value)
    session.add(row)
    session.flush()
    audit.record(session, "tax_rate.save", ("tax_rate", row.id), actor=actor, now=now, before=before, after=_shown(row))
    return row


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    problems: dict[str, str] = {}
    checked: dict[str, Any] = {name: values.get(name) for name in ("tax", "effective_from", "effective_to")}
    for name in ("rate", "amount"):
        text = str(values.get(name) or "").strip()
        try:
            checked[name] = Decimal(text).quantize(FINEST) if text else None
        except InvalidOperation:
            checked[name] = Decimal("NaN")
        if checked[name] is not None and not checked[name].is_finite():
            problems[name] = "请填写数字"
    if not problems and checked["amount"] is not None and not 0 < checked["amount"] <= MOST_PER_AREA:
        problems["amount"] = f"每平方米税额应大于 0，不超过 {MOST_PER_AREA:,} 元"
    try:
        checked["steps"] = tax_amounts.read_steps(str(values.get("steps") or ""))
    except Invalid as error:
        problems |= error.fields
    given = [name for name in ("rate", "amount", "steps") if checked.get(name) is not None]
    if not problems and len(given) != 1:
        problems["rate"] = "税率、每平方米税额、超率累进，请填写其中一项"
    if checked["tax"] is None:
        problems["tax"] = "请选择税种"
    if not problems and checked["rate"] is not None and not 0 <= checked["rate"] <= HIGHEST:
        problems["rate"] = "税率应在 0 到 1 之间，如 3% 填 0.03"
    if checked["effective_from"] is None:
        problems["effective_from"] = "请填写生效日期"
    elif checked["effective_to"] is not None and checked["effective_to"] < checked["effective_from"]:
        problems["effective_to"] = "失效日期不能早于生效日期"
    if not str(values.get("source") or "").strip():
        problems["source"] = "请写明依据的文件"
    if problems:
        raise Invalid("；".join(problems.values()), problems)
    checked |= {name: str(values.get(name) or "").strip() for name in ("source", "note")}
    return (
        checked
        | {"scope": values.get("scope") or {}}
        | {name: bool(values.get(name)) for name in ("is_tax_inclusive", "is_verified")}
    )


def _check_overlap(session: Session, district_id: int, checked: dict[str, Any], rate_id: int | None) -> None:
    rows = session.scalars(select(TaxRate).where(TaxRate.district_id == district_id, TaxRate.tax == checked["tax"]))
    end = checked["effective_to"] or dt.date.max
    for row in rows:
        together = row.effective_from <= end and checked["effective_from"] <= (row.effective_to or dt.date.max)
        if row.id != rate_id and _alike(row.scope) == _alike(checked["scope"]) and together:
            told = f"同一范围的{row.tax.label}在 {row.effective_from} 起已有税率，请先写明它的失效日期"
            raise Invalid(told, {"effective_from": told})


def _alike(scope: dict[str, Any]) -> dict[str, list[Any]]:
    """A scope however it was written: one value is a list of one."""
    return {name: sorted(value) if isinstance(value, list) else [value] for name, value in scope.items()}


def _shown(row: TaxRate) -> dict[str, Any]:
    names = (
        "tax",
        "scope",
        "rate",
        "amount",
        "steps",
        "is_tax_inclusive",
        "effective_from",
        "effective_to",
        "source",
        "is_verified",
        "note",
    )
    return {name: getattr(row, name) for name in names}
