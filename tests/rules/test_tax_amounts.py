"""Estimates by the rate of the deal's own day; the examples are those of the domain reference."""

import datetime as dt
import json
from decimal import Decimal

import pytest

from models.enums import Payer, TaxKind
from services.rules import tax_amounts
from services.rules.tax_amounts import Facts, Rate
from services.tax import rates

D = Decimal
OLD = dt.date(2008, 3, 1)
LVIT = [[0.5, 0.3], [1, 0.4], [2, 0.5], [None, 0.6]]


def shipped():
    """The rates as the file has them."""
    import csv

    with rates.SHIPPED.open(encoding="utf-8") as file:
        return [
            Rate(
                TaxKind(row["tax"]), dt.date.fromisoformat(row["effective_from"]),
                dt.date.fromisoformat(row["effective_to"]) if row["effective_to"] else None, json.loads(row["scope"]),
                D(row["rate"]) if row["rate"] else None, D(row["amount"]) if row["amount"] else None,
                json.loads(row["steps"]) if row["steps"] else None, row["is_tax_inclusive"] == "true", row["source"],
                row["is_verified"] == "true",
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip


RATES = shipped()


@pytest.mark.parametrize(
    ("tax", "payer", "amount"),
    [
        (TaxKind.DEED, Payer.BUYER, "9000.00"),
        (TaxKind.STAMP, Payer.BUYER, "150.00"),
        (TaxKind.STAMP, Payer.SELLER, "150.00"),
        (TaxKind.BUSINESS, Payer.SELLER, "15000.00"),
        (TaxKind.SURCHARGE, Payer.SELLER, "1500.00"),
        (TaxKind.INCOME, Payer.SELLER, "3000.00"),
    ],
)
def test_a_sale_of_300_000_yuan_in_2008(tax, payer, amount):
    found = tax_amounts.estimate(Facts(D(300_000), OLD, is_person=True), tax, payer, RATES)
    assert found.amount == D(amount) and "估算" in found.note


def test_vat_is_taken_out_of_a_price_that_holds_it():
    facts = Facts(D(600_000), dt.date(2026, 5, 1), is_person=True, usage="住宅", years_held=1)
    assert tax_amounts.estimate(facts, TaxKind.VAT, Payer.SELLER, RATES).amount == D("17475.73")


@pytest.mark.parametrize(
    ("income", "tax"), [("1.4", "120000"), ("1.8", "270000"), ("2.5", "600000"), ("3.5", "1150000")]
)
def test_the_progressive_scale_equals_the_quick_formula(income, tax):
    income, deductions = D(income) * 1_000_000, D(1_000_000)
    sliced = tax_amounts.progressive(income, deductions, LVIT)
    increment = income - deductions
    ratio = increment / deductions
    rate, quick = next(
        (D(r), D(q)) for top, r, q in ((0.5, "0.3", "0"), (1, "0.4", "0.05"), (2, "0.5", "0.15"), (99, "0.6", "0.35"))
        if ratio <= D(str(top))
    )  # fmt: skip
    assert sliced == D(tax) == increment * rate - deductions * quick


def test_without_a_rate_for_the_day_nothing_is_estimated_and_it_is_not_zero():
    found = tax_amounts.estimate(Facts(D(300_000), dt.date(1990, 1, 1)), TaxKind.DEED, Payer.BUYER, RATES)
    assert found.amount is None and "无法估算" in found.note and "1990-01-01" in found.note


def test_without_a_date_or_a_price_nothing_is_estimated():
    assert tax_amounts.estimate(Facts(D(1), None), TaxKind.DEED, Payer.BUYER, RATES).amount is None
    assert tax_amounts.estimate(Facts(None, OLD), TaxKind.DEED, Payer.BUYER, RATES).amount is None


def test_an_unknown_fact_leaves_a_range_whose_lower_end_is_given():
    facts = Facts(D(1_000_000), dt.date(2025, 3, 1), is_person=True, usage="住宅", area=D(150))
    found = tax_amounts.estimate(facts, TaxKind.DEED, Payer.BUYER, RATES)
    assert found.amount == D("15000.00")
    assert "第几套住房" in found.note and "最高可达 30,000.00 元" in found.note


def test_a_small_home_has_its_own_rate():
    facts = Facts(D(1_000_000), dt.date(2025, 3, 1), is_person=True, usage="住宅", area=D(100))
    assert tax_amounts.estimate(facts, TaxKind.DEED, Payer.BUYER, RATES).amount == D("10000.00")


def test_the_deal_is_taxed_at_the_rate_of_its_own_day():
    rates_of = [
        Rate(TaxKind.DEED, dt.date(2000, 1, 1), dt.date(2009, 12, 31), rate=D("0.04")),
        Rate(TaxKind.DEED, dt.date(2010, 1, 1), rate=D("0.03")),
    ]
    for day, amount in ((dt.date(2009, 12, 31), "40.00"), (dt.date(2010, 1, 1), "30.00")):
        assert tax_amounts.estimate(Facts(D(1000), day), TaxKind.DEED, Payer.BUYER, rates_of).amount == D(amount)


def test_a_rate_that_nobody_verified_says_so():
    found = tax_amounts.estimate(Facts(D(1000), OLD), TaxKind.DEED, Payer.BUYER, RATES)
    assert "未经核实" in found.note


def test_tax_by_area_needs_the_area():
    assert tax_amounts.estimate(Facts(D(1), OLD, area=D(10)), TaxKind.FARMLAND, Payer.BUYER, RATES).amount == D(
        "225.00"
    )
    assert "面积" in tax_amounts.estimate(Facts(D(1), OLD), TaxKind.FARMLAND, Payer.BUYER, RATES).note


def test_the_late_fee_is_half_a_thousandth_a_day():
    assert tax_amounts.late_fee(D(9000), dt.date(2008, 3, 1), dt.date(2008, 3, 11)) == D("45.00")
    assert tax_amounts.late_fee(D(9000), dt.date(2008, 3, 1), dt.date(2008, 2, 1)) == D("0.00")
