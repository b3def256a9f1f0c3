"""What a missed tax may come to, by the rate in force on the day of the deal, never today's: an estimate, no assessment.

No rate for the date means 无法估算, never 0. A fact that is not known (how long the house was held, which home it is) leaves
a range: its lower end is given and the upper one told. Only the tax authority assesses (R-TAX-05). Sources: domain §5.4.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from models.enums import DealKind, Payer, TaxKind
from services.errors import Invalid

WRONG_STEPS = "超率累进请写成 0.5:0.3, 1:0.4, 2:0.5, :0.6 的样子：上限由低到高，最后一级不写上限"
CENT = Decimal("0.01")
SCOPES = {
    "payer": "纳税人",
    "subject": "个人或单位",
    "deal": "交易类型",
    "usage": "用途",
    "area_min": "面积大于(m²)",
    "area_max": "面积不大于(m²)",
    "years_min": "持有年数不小于",
    "years_max": "持有年数小于",
    "home": "第几套住房",
    "on": "随哪个税附征",
}


@dataclass(frozen=True)
class Rate:
    """One effective-dated rate: a share of the price, yuan per m², or the steps of a progressive scale.

    `steps`: (increment over deduction up to, rate, quick deduction rate), the last without an upper end.
    """

    tax: TaxKind
    effective_from: dt.date
    effective_to: dt.date | None = None
    scope: Mapping[str, Any] = field(default_factory=dict)
    rate: Decimal | None = None
    amount: Decimal | None = None
    steps: Sequence[Sequence[Any]] | None = None
    is_tax_inclusive: bool = False
    source: str = ""
    is_verified: bool = False

    def covers(self, day: dt.date) -> bool:
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)


@dataclass(frozen=True)
class Facts:
    """What is known of a deal; None where nothing is."""

    price: Decimal | None
    on: dt.date | None
    is_person: bool | None = None
    deal: DealKind | None = None
    usage: str | None = None
    area: Decimal | None = None
    years_held: int | None = None
    home: int | None = None
    deductions: Decimal | None = None  # for the tax on the increment of land value


@dataclass(frozen=True)
class Estimate:
    """`amount` in yuan, None when it cannot be estimated; `note` says why, or what was assumed."""

    amount: Decimal | None
    note: str


def rounded(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def estimate(facts: Facts, tax: TaxKind, payer: Payer, rates: Sequence[Rate]) -> Estimate:
    """Estimate one tax of one payer."""
    if facts.on is None:
        return Estimate(None, f"无法估算：没有日期，不知按哪一天的{tax.label}税率")
    fitting = [(each, _fits(each, facts, payer)) for each in rates if each.tax == tax and each.covers(facts.on)]
    possible = [(rate, unknown) for rate, unknown in fitting if unknown is not None]
    if not possible:
        return Estimate(None, f"无法估算：没有 {facts.on} 适用的{tax.label}税率")
    sure = [(rate, unknown) for rate, unknown in possible if not unknown]
    if sure:  # the narrowest that surely fits, and the narrower ones that may
        best = max(sure, key=lambda each: (len(each[0].scope), each[0].effective_from))
        possible = [best, *(each for each in possible if each[1] and len(each[0].scope) > len(best[0].scope))]
    amounts = [(_amount(rate, facts, payer, rates), rate, unknown) for rate, unknown in possible]
    known = sorted(
        ((amount, rate, unknown) for amount, rate, unknown in amounts if amount is not None), key=lambda each: each[0]
    )
    if not known:
        return Estimate(None, f"无法估算：缺少{_lacking(possible[0][0])}，算不出{tax.label}")
    return Estimate(rounded(known[0][0]), _note(known, tax))


def _note(known: Sequence[tuple[Decimal, Rate, set[str]]], tax: TaxKind) -> str:
    amount, rate, _ = known[0]
    said = f"估算：{tax.label} {_rate_words(rate)}"
    unknown = sorted({SCOPES[name] for _, _, names in known for name in names})
    if unknown:
        said += f"；不知{'、'.join(unknown)}，按较低的一档"
    if known[-1][0] > amount:
        said += f"，最高可达 {rounded(known[-1][0]):,} 元"
    return said + ("" if rate.is_verified else "；税率未经核实")


def _rate_words(rate: Rate) -> str:
    if rate.rate is not None:
        return f"{(rate.rate * 100).normalize():f}%" + ("（含税价折算）" if rate.is_tax_inclusive else "")
    return "超率累进" if rate.steps else f"每平方米 {rate.amount} 元"


def _lacking(rate: Rate) -> str:
    if rate.steps:
        return "扣除项目金额"
    return "面积" if rate.amount is not None else "价款"


def _fits(rate: Rate, facts: Facts, payer: Payer) -> set[str] | None:
    """The scopes that cannot be told for want of a fact; None when one does not fit."""
    unknown: set[str] = set()
    for name, wanted in rate.scope.items():
        known = _holds(name, wanted, facts, payer)
        if known is False:
            return None
        if known is None:
            unknown.add(name)
    return unknown


def _holds(name: str, wanted: Any, facts: Facts, payer: Payer) -> bool | None:
    """Whether a scope holds; None when the fact is not known."""
    options = wanted if isinstance(wanted, list) else [wanted]
    match name:
        case "payer":
            return payer.value in options
        case "subject":
            return None if facts.is_person is None else ("person" if facts.is_person else "enterprise") in options
        case "deal":
            return None if facts.deal is None else facts.deal.value in options
        case "usage":
            return None if not facts.usage else any(option in facts.usage for option in options)
        case "area_min":
            return None if facts.area is None else facts.area > Decimal(str(wanted))
        case "area_max":
            return None if facts.area is None else facts.area <= Decimal(str(wanted))
        case "years_min":
            return None if facts.years_held is None else facts.years_held >= int(wanted)
        case "years_max":
            return None if facts.years_held is None else facts.years_held < int(wanted)
        case "home":
            return None if facts.home is None else facts.home in options
    return True


def _amount(rate: Rate, facts: Facts, payer: Payer, rates: Sequence[Rate]) -> Decimal | None:
    if "on" in rate.scope and rate.rate is not None:
        main = estimate(facts, TaxKind(rate.scope["on"]), payer, rates).amount
        return None if main is None else main * rate.rate
    if rate.amount is not None:
        return None if facts.area is None else facts.area * rate.amount
    if facts.price is None:
        return None
    if rate.steps is not None:
        return None if facts.deductions is None else progressive(facts.price, facts.deductions, rate.steps)
    assert rate.rate is not None
    base = facts.price / (1 + rate.rate) if rate.is_tax_inclusive else facts.price
    return base * rate.rate


def progressive(income: Decimal, deductions: Decimal, steps: Sequence[Sequence[Any]]) -> Decimal:
    """Tax on the increment of land value by slices: each slice of the increment over the deductions at its own rate.

    Source: 土地增值税暂行条例 art. 7.
    """
    increment, below, tax = income - deductions, Decimal(0), Decimal(0)
    if increment <= 0 or deductions <= 0:
        return Decimal(0) if increment <= 0 else increment * Decimal(str(steps[-1][1]))
    for top, rate in ((each[0], Decimal(str(each[1]))) for each in steps):
        upper = increment if top is None else min(increment, deductions * Decimal(str(top)))
        tax += max(upper - below, Decimal(0)) * rate
        below = max(below, upper)
    return tax


def steps_text(steps: Sequence[Sequence[Any]] | None) -> str:
    """A scale as it is typed: `0.5:0.3, 1:0.4, :0.6`."""
    return ", ".join(f"{'' if top is None else top}:{rate}" for top, rate, *_ in steps or ())


def read_steps(text: str) -> list[list[float | None]] | None:
    """A typed scale; None for "". Raises Invalid unless its ends rise and only the last has none."""
    found: list[list[float | None]] = []
    try:
        for part in filter(None, (each.strip() for each in text.replace("，", ",").replace("：", ":").split(","))):
            top, rate = part.split(":")
            found.append([float(top) if top.strip() else None, float(rate)])
    except ValueError:
        raise Invalid(WRONG_STEPS, {"steps": WRONG_STEPS}) from None
    tops = [top for top, _ in found[:-1]]
    rises = all(top is not None for top in tops) and tops == sorted(set(tops), key=float)  # type: ignore[arg-type]
    if found and (not rises or found[-1][0] is not None or any(not 0 <= float(rate or 0) <= 1 for _, rate in found)):
        raise Invalid(WRONG_STEPS, {"steps": WRONG_STEPS})
    return found or None


def late_fee(tax: Decimal, due: dt.date, paid: dt.date) -> Decimal:
    """0.05 % a day from the day after the tax was due (税收征管法 art. 32)."""
    return rounded(tax * Decimal("0.0005") * max((paid - due).days, 0))
