"""A run that asks only what changed finds what a run over the whole registers finds."""

import datetime as dt
import random

import pytest

from models.enums import ImportKind, Regime
from services import database
from services.exchange import batches
from services.tax import rules, runs
from tests import registers
from tests.registers import business, house, payment, taxpayer, uscc

pytestmark = pytest.mark.usefixtures("fresh_database")
K = ImportKind
DAY = dt.date(2008, 3, 31)


@pytest.fixture(autouse=True)
def shipped(fresh_database, now):
    registers.shipped(now)


def run(code, as_of, now, **more):
    rule = registers.rule(code, Regime.LEGACY_2008)
    return runs.run(rule, as_of=as_of, regime=Regime.LEGACY_2008, actor=registers.officer(), now=now, **more)


def result(made):
    return (
        made.result_hash, made.input_hash, made.compared_left, made.compared_right, made.confirmed, made.suspected,
        made.linked, made.undecidable,
    )  # fmt: skip


def some_businesses(rng):
    for number in sorted(rng.sample(range(60), 25)):
        status = rng.choice(["存续", "存续", "存续", "注销"])
        yield business(
            number,
            成立日期=f"2008-{rng.randrange(1, 5):02d}-{rng.randrange(1, 29):02d}",
            状态=status,
            状态日期=f"2008-{rng.randrange(3, 6):02d}-10" if status == "注销" else "",
        )


def some_taxpayers(rng):
    for number in sorted(rng.sample(range(60), 20)):
        row = taxpayer(number, 登记日期=f"2008-{rng.randrange(1, 6):02d}-{rng.randrange(1, 29):02d}")
        drawn = rng.random()
        if drawn < 0.2:
            row["纳税人识别号"] = uscc(number)[:12] + str(rng.randrange(10)) + uscc(number)[13:]
        elif drawn < 0.4:
            row |= {"纳税人识别号": "无", "经营者证件号": "", "经营地址": ""}
        elif drawn < 0.5:
            row |= {"纳税人识别号": "无"}
        yield row


def some_houses(rng):
    return [house(each, 签约日期=f"2008-{rng.randrange(1, 5):02d}-10") for each in sorted(rng.sample(range(40), 15))]


def some_payments(rng):
    for number in sorted(rng.sample(range(40), 12)):
        tax = rng.choice(["契税", "契税", "个人所得税"])
        yield payment(
            number,
            税种=tax,
            缴款日期=f"2008-{rng.randrange(2, 6):02d}-10",
            合同号=rng.choice(["", f"HT2008{number:04d}"]),
        )


SIDES = {
    "TX-1": {K.BUSINESS_REGISTRATION: some_businesses, K.TAX_REGISTRATION_NATIONAL: some_taxpayers},
    "TX-4": {K.TAX_REGISTRATION_NATIONAL: some_taxpayers, K.TAX_REGISTRATION_LOCAL: some_taxpayers},
    "TX-2": {K.HOUSE_TRANSACTION: some_houses, K.TAX_PAYMENT: some_payments},
}


@pytest.mark.parametrize("code", SIDES)
@pytest.mark.parametrize("seed", range(3))
def test_a_delta_equals_the_whole_after_any_deliveries_and_days(now, code, seed):
    rng, sides = random.Random(f"{code} {seed}"), SIDES[code]
    for kind, rows in sides.items():
        registers.deliver(kind, rows(rng), now=now)
    assert not run(code, DAY, now).is_delta, "there is nothing to build on yet"
    for _ in range(5):
        for kind in rng.sample(list(sides), rng.randrange(0, 3)):
            registers.deliver(kind, sides[kind](rng), now=now, is_full=rng.random() < 0.3)
        as_of = DAY + dt.timedelta(days=rng.randrange(-20, 40))
        delta = run(code, as_of, now)
        whole = run(code, as_of, now, whole=True)
        assert delta.is_delta and not whole.is_delta
        assert result(delta) == result(whole)
        run(code, DAY + dt.timedelta(days=rng.randrange(-20, 40)), now)


def test_a_delivery_taken_back_asks_for_the_whole(now):
    registers.deliver(K.BUSINESS_REGISTRATION, [business(1), business(2)], now=now)
    first = registers.deliver(K.TAX_REGISTRATION_NATIONAL, [taxpayer(9)], now=now)
    second = registers.deliver(K.TAX_REGISTRATION_NATIONAL, [taxpayer(1)], now=now)
    assert run("TX-1", DAY, now).confirmed == 1
    with database.writing() as session:
        officer = registers.officer()
        batches.undo(session, batches.get(session, second.batch_id, officer), actor=officer, now=now)
    again = run("TX-1", DAY, now)
    assert (again.is_delta, again.confirmed) == (False, 2) and first.batch_id


def test_once_a_week_and_after_a_new_version_the_whole_is_asked(now):
    registers.deliver(K.BUSINESS_REGISTRATION, [business(1)], now=now)
    registers.deliver(K.TAX_REGISTRATION_NATIONAL, [taxpayer(9)], now=now)
    run("TX-1", DAY, now)
    assert run("TX-1", DAY, now + dt.timedelta(days=7)).is_delta
    assert not run("TX-1", DAY, now + dt.timedelta(days=8)).is_delta
    later = now + dt.timedelta(days=8)
    kept = registers.rule("TX-1").definition.model_dump(mode="json") | {"grace_days": 3000}
    with database.writing() as session:
        rules.save_draft(session, "TX-1", kept, actor=registers.officer(), now=later)
        rules.publish(session, "TX-1", actor=registers.officer(), now=later)
    made = run("TX-1", DAY, later)
    assert (made.is_delta, made.compared_left) == (False, 0)
