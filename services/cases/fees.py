"""Fees of a case: one notice for all of them, whichever department they are of (行政许可法 art. 58, 59; R-PAR-05)."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy.orm import Session

import settings
from models.cases import Case, CaseEvent
from models.catalogue import ItemVersion
from models.enums import CaseAction, Permission
from services import audit
from services.actors import Actor
from services.cases import details, members, review, telling, transitions
from services.errors import Invalid, NotAllowed, WrongState
from services.rules import lifecycle
from services.rules.guide import Guide

CENT = Decimal("0.01")
LARGEST = Decimal(100_000_000)
LONGEST_TERM = dt.timedelta(days=90)
RECEIPT_LENGTH = 60


@dataclasses.dataclass(frozen=True)
class FeeLine:
    """One fee: of which item, what, by which standard and basis, how much (yuan; None: to be filled in)."""

    item: str
    name: str
    standard: str
    basis: str
    amount: Decimal | None


@dataclasses.dataclass(frozen=True)
class Notice:
    """The case's fee notice as it was told, and whether it is paid."""

    sequence: int
    lines: Sequence[FeeLine]
    total: Decimal
    until: dt.date
    paid_at: dt.datetime | None
    receipt: str


def by_guides(session: Session, case: Case) -> list[FeeLine]:
    """The fees that the guides of all covered items name: nothing else may be asked for (art. 59)."""
    version = session.get_one(ItemVersion, (case.district_id, case.item_version_id))
    versions = [
        session.get_one(ItemVersion, (case.district_id, each.item_version_id))
        for each in members.of_case(session, case)
    ]
    found = []
    for each in versions or [version]:
        guide = Guide.model_validate(each.guide)
        for fee in guide.fee_items if guide.is_fee else ():
            found.append(FeeLine(each.name, fee.name, fee.standard, fee.basis or guide.fee_basis, fee.amount))
    return found


def of_events(events: Sequence[CaseEvent]) -> Notice | None:
    """The newest notice; None where there is none."""
    asked = next((event for event in reversed(events) if event.action is CaseAction.ASK_FEE), None)
    if asked is None:
        return None
    told = asked.evidence or {}
    paid = next(
        (e for e in events if e.action is CaseAction.PAY_FEE and (e.evidence or {}).get("notice") == asked.sequence),
        None,
    )
    return Notice(
        sequence=asked.sequence,
        lines=[
            FeeLine(each["事项"], each["名称"], each["标准"], each["依据"], Decimal(each["金额"]))
            for each in told["lines"]
        ],
        total=Decimal(told["total"]),
        until=dt.date.fromisoformat(told["until"]),
        paid_at=paid.at if paid else None,
        receipt=(paid.evidence or {}).get("receipt", "") if paid else "",
    )


def may_ask(case: Case, actor: Actor) -> bool:
    return review.leads(case, actor) and CaseAction.ASK_FEE in lifecycle.possible(case.status)


def may_note_payment(case: Case, actor: Actor) -> bool:
    at_window = actor.may(Permission.CASES_INTAKE) or actor.may(Permission.CASES_DELIVER)
    return at_window and CaseAction.PAY_FEE in lifecycle.possible(case.status)


def ask(
    session: Session,
    number: str,
    amounts: Sequence[Decimal | None],
    until: dt.date,
    *,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """Tell the applicant all fees in one notice. `amounts` are those of `by_guides` in order; None: not due here.

    Raises Invalid naming fields, WrongState where one stands unpaid, NotAllowed for another than the leading department.
    """
    case = details.get(session, number, actor)
    if not review.leads(case, actor):
        raise NotAllowed("费用由主办部门统一告知")
    lifecycle.next_status(case.status, CaseAction.ASK_FEE)
    before = of_events(details.events(session, case))
    if before is not None and before.paid_at is None:
        raise WrongState("已有一份缴费通知书没有缴清，不能再开")
    lines = _checked(by_guides(session, case), amounts, until, now)
    total = sum((each.amount or Decimal(0) for each in lines), Decimal(0))
    told = {
        "lines": [
            {
                "序号": str(place), "事项": each.item, "名称": each.name, "标准": each.standard, "依据": each.basis,
                "金额": f"{each.amount:.2f}",
            }
            for place, each in enumerate(lines, 1)
        ],
        "total": f"{total:.2f}",
        "until": until.isoformat(),
    }  # fmt: skip
    with transitions.counted(session, case):
        step = transitions.move(
            session, case, CaseAction.ASK_FEE, actor=actor, now=now, opinion=f"合计 {total:,.2f} 元", evidence=told
        )
    telling.tell(session, case, step, now=now)
    audit.record(session, "case.ask_fee", ("case", number), actor=actor, now=now, after=told)


def _checked(
    known: Sequence[FeeLine], amounts: Sequence[Decimal | None], until: dt.date, now: dt.datetime
) -> list[FeeLine]:
    problems: dict[str, str] = {}
    if not known:
        raise WrongState("办事指南没有列明收费项目，不得收费（《行政许可法》第五十八条、第五十九条）")
    due = [
        dataclasses.replace(fee, amount=amount.quantize(CENT, ROUND_HALF_UP))
        for fee, amount in zip(known, amounts, strict=True)
        if amount
    ]
    if not due or any(fee.amount is None or not 0 < fee.amount <= LARGEST for fee in due):
        problems["amounts"] = "请填写应缴的金额（元），不收的留空"
    today = now.astimezone(settings.current().zone).date()
    if not today < until <= today + LONGEST_TERM:
        problems["until"] = f"缴费期限应在明天以后、{LONGEST_TERM.days} 天以内"
    if problems:
        raise Invalid("；".join(problems.values()), problems)
    return due


def pay(session: Session, number: str, receipt: str, *, actor: Actor, now: dt.datetime) -> None:
    """The window notes that the notice is paid, with the number of the bill. Raises WrongState where nothing is due."""
    if not actor.may(Permission.CASES_DELIVER):
        actor.must(Permission.CASES_INTAKE)
    case = details.get(session, number, actor)
    lifecycle.next_status(case.status, CaseAction.PAY_FEE)
    notice = of_events(details.events(session, case))
    if notice is None or notice.paid_at is not None:
        raise WrongState("本办件没有待缴的费用")
    bill = " ".join(receipt.split())
    if not 0 < len(bill) <= RECEIPT_LENGTH:
        message = "请填写缴费票据号"
        raise Invalid(message, {"receipt": message})
    told = {"notice": notice.sequence, "receipt": bill, "total": f"{notice.total:.2f}"}
    with transitions.counted(session, case):
        transitions.move(
            session, case, CaseAction.PAY_FEE, actor=actor, now=now, opinion=f"{notice.total:,.2f} 元", evidence=told
        )
    audit.record(session, "case.pay_fee", ("case", number), actor=actor, now=now, after=told)


def unpaid(session: Session, case: Case) -> Notice | None:
    """The notice that is not paid yet."""
    notice = of_events(details.events(session, case))
    return notice if notice is not None and notice.paid_at is None else None
