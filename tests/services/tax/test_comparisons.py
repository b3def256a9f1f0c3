"""The seven comparisons on registers made by hand: who is found, who is not, and why."""

import datetime as dt
import random

import pytest

from models.enums import Confidence, FindingList, ImportKind, MatchStage, PairVerdictKind, Regime, RunState
from services import database
from services.demo.registers import derive, parties
from services.demo.registers.deriving import business_rows
from services.errors import NotAllowed, NotFound
from services.rules import tax_rule_words
from services.tax import exporting, findings, rules, runs, verdicts
from services.tax.findings import Filter
from tests import builders, registers
from tests.registers import business, house, org, payment, person, taxpayer, uscc

pytestmark = pytest.mark.usefixtures("fresh_database")
K = ImportKind
DAY = dt.date(2008, 3, 31)
NATIONAL = K.TAX_REGISTRATION_NATIONAL
LOCAL = K.TAX_REGISTRATION_LOCAL


@pytest.fixture(autouse=True)
def shipped(fresh_database, now):
    registers.shipped(now)


@pytest.fixture
def deliver(now):
    return lambda kind, rows, **more: registers.deliver(kind, rows, now=now, **more)


@pytest.fixture
def compare(now):
    def run(code="TX-1", as_of=DAY, regime=Regime.LEGACY_2008, at=None):
        return runs.run(
            registers.rule(code, regime), as_of=as_of, regime=regime, actor=registers.officer(), now=at or now
        )

    return run


def listed(made, kind=FindingList.CONFIRMED):
    """The findings of a list, by subject."""
    with database.reading() as session:
        rows, total = findings.page(session, made, Filter(kind), 1, registers.officer())
        assert total == len(rows)
        return {row.subject_key: row for row in rows}


def adds_up(made):
    return made.compared_left == made.confirmed + made.suspected + made.linked + made.undecidable


# TX-1


def test_a_business_the_tax_office_never_saw_is_found(deliver, compare):
    deliver(K.BUSINESS_REGISTRATION, [business(1), business(2), business(3)])
    deliver(NATIONAL, [taxpayer(1), taxpayer(3)])
    made = compare()
    found = listed(made)
    assert set(found) == {uscc(2)}
    assert (made.compared_left, made.compared_right, made.linked) == (3, 2, 2)
    assert found[uscc(2)].confidence == Confidence.EXACT and found[uscc(2)].stage == MatchStage.NONE


@pytest.mark.parametrize(
    "code",
    [
        f"510109{org(2)}",  # the 15-digit tax id holds the organisation code
        uscc(2).lower(),
        f"{uscc(2)[:8]} {uscc(2)[8:]}",
        org(2),
        uscc(2).translate({ord(char): ord(char) + 0xFEE0 for char in "0123456789"}),
    ],
)
def test_a_taxpayer_is_known_however_its_code_is_written(deliver, compare, code):
    deliver(K.BUSINESS_REGISTRATION, [business(1), business(2)])
    deliver(NATIONAL, [taxpayer(1), taxpayer(2, 纳税人识别号=code, 纳税人名称="另一个写法", 经营者证件号="")])
    made = compare()
    assert made.confirmed == 0 and made.linked == 2 and made.state == RunState.DONE


def test_a_mistyped_code_is_repaired_and_can_be_looked_at(deliver, compare):
    wrong = uscc(2)[:12] + ("1" if uscc(2)[12] != "1" else "2") + uscc(2)[13:]
    deliver(K.BUSINESS_REGISTRATION, [business(1), business(2)])
    deliver(NATIONAL, [taxpayer(1), taxpayer(2, 纳税人识别号=wrong, 经营者证件号="")])
    made = compare()
    assert made.confirmed == 0 and listed(made, FindingList.LINKED)[uscc(2)].stage == MatchStage.REPAIRED


def test_name_and_owner_are_a_key_but_the_name_alone_is_none(deliver, compare):
    deliver(K.BUSINESS_REGISTRATION, [business(1), business(2), business(3)])
    no_code = {"纳税人识别号": "无"}
    other_door = {"经营地址": "成都市金牛区一环路9号", "经营者证件号": person(77)}
    deliver(NATIONAL, [taxpayer(1), taxpayer(2, **no_code), taxpayer(3, **no_code | other_door)])
    made = compare()
    assert uscc(2) not in listed(made) and uscc(2) not in listed(made, FindingList.LINKED)
    assert uscc(3) not in listed(made, FindingList.LINKED), "the name alone never links"
    assert adds_up(made)


def test_either_tax_register_is_enough(deliver, compare):
    deliver(K.BUSINESS_REGISTRATION, [business(1), business(2), business(3)])
    deliver(NATIONAL, [taxpayer(1)])
    deliver(LOCAL, [taxpayer(2)])
    assert set(listed(compare())) == {uscc(3)}


def test_who_ended_is_not_missed_but_was_before(deliver, compare):
    ended = business(1, 状态="注销", 状态日期="2008-03-01")
    deliver(K.BUSINESS_REGISTRATION, [ended, business(2)])
    deliver(NATIONAL, [taxpayer(2)])
    assert compare().confirmed == 0
    assert set(listed(compare(as_of=dt.date(2008, 2, 29)))) == {uscc(1)}


def test_thirty_days_of_grace_and_a_day_later_exactly_those_more(deliver, compare):
    """R-TAX-02: registered for more than 30 days; on 2008-03-31 that is up to 2008-02-29."""
    days = {1: "2008-02-28", 2: "2008-02-29", 3: "2008-03-01", 4: "2008-03-02"}
    deliver(K.BUSINESS_REGISTRATION, [business(each, 成立日期=day) for each, day in days.items()])
    deliver(NATIONAL, [taxpayer(9)])
    assert set(listed(compare(as_of=dt.date(2008, 3, 30)))) == {uscc(1)}
    assert set(listed(compare(as_of=DAY))) == {uscc(1), uscc(2)}
    assert set(listed(compare(as_of=dt.date(2008, 4, 1)))) == {uscc(1), uscc(2), uscc(3)}


def test_a_tax_registration_counts_from_its_own_date(deliver, compare):
    deliver(K.BUSINESS_REGISTRATION, [business(1)])
    deliver(NATIONAL, [taxpayer(1, 登记日期="2008-03-31"), taxpayer(9)])
    assert set(listed(compare(as_of=dt.date(2008, 3, 30)))) == {uscc(1)}
    assert compare(as_of=DAY).confirmed == 0


# TX-2 and TX-3


def test_a_sale_without_deed_tax_is_found_and_estimated(deliver, compare):
    deliver(K.HOUSE_TRANSACTION, [house(1), house(2), house(3)])
    paid_by_house = payment(2, 合同号="")
    deliver(K.TAX_PAYMENT, [payment(1), paid_by_house])
    made = compare("TX-2")
    found = listed(made)
    assert set(found) == {"HT20080003"}
    assert found["HT20080003"].estimate is not None
    assert made.undecidable == 3, "no seller's tax in the payments: nothing can be said of the sellers"
    assert "个人所得税" in "".join(made.summary["notes"]) and adds_up(made)


def test_sellers_are_asked_once_the_payments_know_their_tax(deliver, compare):
    deliver(K.HOUSE_TRANSACTION, [house(1), house(2), house(3, 交易类型="新建商品房")])
    sold = payment(
        11, 税种="个人所得税", 纳税人名称="示例卖", 证件号=person(501), 合同号="HT20080001", 房屋编号="FW000001"
    )
    deliver(K.TAX_PAYMENT, [payment(1), payment(2), payment(3), sold])
    made = compare("TX-2")
    assert made.undecidable == 0 and adds_up(made)
    assert [row.detail["section"] for row in listed(made).values()] == ["卖方个人所得税"]
    assert set(listed(made)) == {"HT20080002"}, "a developer's sale asks no personal income tax"


def test_another_tax_of_the_same_contract_is_no_deed_tax(deliver, compare):
    deliver(K.HOUSE_TRANSACTION, [house(1), house(2)])
    deliver(K.TAX_PAYMENT, [payment(1, 税种="印花税"), payment(2)])
    assert set(listed(compare("TX-2"))) == {"HT20080001"}


def test_a_payment_counts_from_its_day(deliver, compare):
    deliver(K.HOUSE_TRANSACTION, [house(1), house(2)])
    deliver(K.TAX_PAYMENT, [payment(1, 缴款日期="2008-04-02"), payment(2)])
    assert set(listed(compare("TX-2", as_of=dt.date(2008, 4, 1)))) == {"HT20080001"}
    assert compare("TX-2", as_of=dt.date(2008, 4, 2)).confirmed == 0


def land(number, **changes):
    return {
        "合同编号": f"TD{number:04d}", "宗地号": f"ZD{number:04d}", "面积": "2000", "用途": "工业", "供地方式": "出让",
        "受让方名称": f"示例地产{number}有限公司", "受让方代码": uscc(number), "成交价": "5000000", "签约日期": "2008-01-10",
    } | changes  # fmt: skip


def test_land_without_deed_tax_is_found_and_allocated_land_is_not(deliver, compare):
    deliver(K.LAND_TRANSACTION, [land(1), land(2), land(3, 供地方式="划拨")])
    by_parcel = payment(1, 合同号="", 房屋编号="", 宗地号="ZD0001", 纳税人识别号=uscc(1), 证件号="")
    deliver(K.TAX_PAYMENT, [by_parcel])
    made = compare("TX-3")
    assert set(listed(made)) == {"TD0002"} and made.compared_left == 2


# TX-4


def test_who_is_in_one_tax_register_only_is_found_from_both_sides(deliver, compare):
    deliver(NATIONAL, [taxpayer(1), taxpayer(2)])
    deliver(LOCAL, [taxpayer(2), taxpayer(3)])
    made = compare("TX-4")
    assert set(listed(made)) == {uscc(1), uscc(3)} and adds_up(made)


def test_two_tax_offices_are_history_in_todays_regime():
    with pytest.raises(NotFound, match="TX-4"):
        registers.rule("TX-4", Regime.CURRENT)


# TX-5, TX-6, TX-7


def certificate(number, **changes):
    return {
        "组织机构代码": org(number),
        "机构名称": taxpayer(number)["纳税人名称"],
        "发证日期": "2006-01-01",
        "有效期至": "2010-01-01",
    } | changes


def test_codes_are_held_against_the_certificates(deliver, compare):
    wrong = uscc(2)[:-1] + ("A" if uscc(2)[-1] != "A" else "B")
    deliver(
        NATIONAL,
        [
            taxpayer(1),
            taxpayer(2, 纳税人识别号=wrong),
            taxpayer(3),
            taxpayer(4),
            taxpayer(5, 纳税人识别号="无"),
            taxpayer(6),
        ],
    )
    deliver(
        K.ORG_CODE_CERTIFICATE,
        [certificate(1), certificate(3, 机构名称="成都另一家食品有限公司"), certificate(4, 有效期至="2008-03-30")],
    )
    made = compare("TX-5")
    found = {key: row.detail["checks"] for key, row in listed(made).items()}
    assert found[uscc(3)] == ["name_differs"] and found[uscc(4)] == ["expired"]
    assert found[wrong] == ["code_invalid"] and ["code_absent"] in found.values()
    assert uscc(1) not in found
    assert made.undecidable == 1 and adds_up(made), "taxpayer 6 has no certificate: nothing can be said"
    assert ["expired"] not in [row.detail["checks"] for row in listed(compare("TX-5", dt.date(2008, 3, 30))).values()]


def test_a_business_that_ended_and_still_is_a_taxpayer_is_found(deliver, compare):
    rows = {1: "2008-03-15", 2: "2008-03-16", 3: "2008-01-01"}
    deliver(
        K.BUSINESS_REGISTRATION,
        [business(each, 状态="注销", 状态日期=day) for each, day in rows.items()] + [business(4)],
    )
    deliver(NATIONAL, [taxpayer(1), taxpayer(2), taxpayer(3, 状态="注销", 状态日期="2008-01-20"), taxpayer(4)])
    made = compare("TX-6")
    assert set(listed(made)) == {uscc(1)} and adds_up(made)
    assert set(listed(compare("TX-6", dt.date(2008, 4, 1)))) == {uscc(1), uscc(2)}
    assert set(listed(compare("TX-6", dt.date(2008, 1, 19)))) == {uscc(3)}, "on that day the taxpayer was still alive"


def test_two_offices_that_say_different_things_are_told_apart_by_field(deliver, compare):
    deliver(K.BUSINESS_REGISTRATION, [business(each) for each in (1, 2, 3, 4)])
    deliver(
        NATIONAL,
        [
            taxpayer(1),
            taxpayer(2, 纳税人名称="成都换了名食品有限公司"),
            taxpayer(3, 经营地址="成都市金牛区一环路9号"),
            taxpayer(4, 经营者证件号=person(99)),
        ],
    )
    made = compare("TX-7", regime=Regime.CURRENT)
    found = {key: row.detail["checks"] for key, row in listed(made).items()}
    assert found == {uscc(2): ["name_differs"], uscc(3): ["address_differs"], uscc(4): ["owner_differs"]}
    assert all(row.confidence == Confidence.EXACT for row in listed(made).values()) and adds_up(made)


# What cannot be decided


def test_without_a_source_nothing_is_decided_and_it_says_which(deliver, compare):
    deliver(K.BUSINESS_REGISTRATION, [business(1)])
    made = compare()
    assert made.state == RunState.UNDECIDABLE and made.confirmed == 0 and "国税登记" in made.reason


def test_an_old_source_decides_nothing(deliver, compare, now):
    deliver(K.BUSINESS_REGISTRATION, [business(1)])
    deliver(NATIONAL, [taxpayer(2)])
    assert compare(at=now + dt.timedelta(days=62)).state == RunState.DONE
    late = compare(at=now + dt.timedelta(days=63))
    assert late.state == RunState.UNDECIDABLE and "63 天前" in late.reason and not listed(late)


def test_nothing_found_comes_with_its_proof(deliver, compare):
    deliver(K.BUSINESS_REGISTRATION, [business(1), business(2)])
    deliver(NATIONAL, [taxpayer(1), taxpayer(2)])
    made = compare()
    assert (made.confirmed, made.compared_left, made.compared_right) == (0, 2, 2)
    assert {each["register"]: each["records"] for each in made.summary["sources"]}["business_registration"] == 2


def test_only_who_may_compare_does(deliver, now):
    with database.reading() as session:
        clerk = builders.actor(session, "window_clerk", window="012")
    with pytest.raises(NotAllowed):
        runs.run(registers.rule("TX-1"), as_of=DAY, regime=Regime.CURRENT, actor=clerk, now=now)


# Reproducible


def dirty(count, seed):
    """Taxpayers of the first `count` businesses, some left out, some written otherwise."""
    rng, rows = random.Random(seed), []
    for each in range(count):
        row = taxpayer(each)
        drawn = rng.random()
        if drawn < 0.1:
            continue
        if drawn < 0.2:
            place = rng.randrange(9, 16)
            row["纳税人识别号"] = uscc(each)[:place] + str(rng.randrange(10)) + uscc(each)[place + 1 :]
        elif drawn < 0.3:
            row |= {
                "纳税人识别号": "无",
                "经营者证件号": "",
                "纳税人名称": row["纳税人名称"].replace("有限公司", "有限责任公司"),
            }
        elif drawn < 0.35:
            row |= {"纳税人识别号": "", "经营地址": "成都市高新区天府大道1号", "经营者证件号": ""} | {
                "纳税人识别号": "无"
            }
        rows.append(row)
    return rows


def test_the_same_inputs_and_day_give_the_same_hash(deliver, compare):
    deliver(K.BUSINESS_REGISTRATION, [business(each) for each in range(60)])
    deliver(NATIONAL, dirty(60, 1))
    first, again, later = compare(), compare(), compare(as_of=dt.date(2008, 4, 1))
    assert first.result_hash == again.result_hash and first.input_hash == again.input_hash
    assert later.input_hash != first.input_hash
    assert adds_up(first) and first.confirmed and first.linked


@pytest.mark.parametrize("seed", range(3))
def test_the_lists_always_add_up(deliver, compare, seed):
    deliver(K.BUSINESS_REGISTRATION, [business(each, 成立日期=f"2008-0{1 + each % 4}-10") for each in range(80)])
    deliver(NATIONAL, dirty(80, seed))
    for as_of in (dt.date(2008, 2, 10), DAY, dt.date(2008, 6, 1)):
        made = compare(as_of=as_of)
        assert adds_up(made) and made.suspected == len(listed(made, FindingList.SUSPECTED))


# What officers say of pairs


@pytest.fixture
def near(deliver, compare):
    """A run with one pair that only a person can judge; returns (run, its finding)."""
    deliver(K.BUSINESS_REGISTRATION, [business(each) for each in range(1, 30)])
    alike = taxpayer(1, 纳税人识别号="无", 经营者证件号="", 经营地址="")
    deliver(NATIONAL, [alike, *(taxpayer(each) for each in range(2, 30))])
    made = compare()
    return made, next(iter(listed(made, FindingList.SUSPECTED).values()))


def judge(finding, verdict, now):
    with database.writing() as session:
        return verdicts.give(session, finding.id, verdict, "电话核实过", actor=registers.officer(), now=now)


def test_a_name_that_nothing_else_supports_is_asked(near):
    made, finding = near
    assert finding.subject_key == uscc(1) and made.suspected == 1 and made.confirmed == 0
    steps = finding.detail["reasons"]
    odds = 2 ** sum(step["bits"] for step in steps)
    assert odds / (1 + odds) == pytest.approx(finding.probability, abs=1e-4), "the waterfall sums to the score"


def test_a_verdict_binds_the_next_run_until_it_is_taken_back(near, compare, now):
    _, finding = near
    judge(finding, PairVerdictKind.DIFFERENT, now)
    apart = compare()
    assert set(listed(apart)) == {uscc(1)} and apart.suspected == 0
    kept = judge(finding, PairVerdictKind.SAME, now)
    together = compare()
    assert together.confirmed == together.suspected == 0
    assert listed(together, FindingList.LINKED)[uscc(1)].stage == MatchStage.JUDGED
    with database.writing() as session:
        verdicts.revoke(session, kept.id, actor=registers.officer(), now=now)
    assert set(listed(compare(), FindingList.SUSPECTED)) == {uscc(1)}


def test_a_pair_put_off_stays_suspected(near, compare, now):
    _, finding = near
    judge(finding, PairVerdictKind.UNSURE, now)
    assert set(listed(compare(), FindingList.SUSPECTED)) == {uscc(1)}


# Rules of the officers' own


def test_an_eighth_comparison_is_composed_published_and_run(deliver, compare, now):
    deliver(K.ORG_CODE_CERTIFICATE, [certificate(1), certificate(2)])
    deliver(K.BUSINESS_REGISTRATION, [business(2)])
    own = {
        "name": "有代码证没有工商登记",
        "kind": "missing",
        "regimes": ["legacy_2008"],
        "left": {"registers": ["org_code_certificate"]},
        "right": {"registers": ["business_registration"]},
        "sections": [{"keys": [[{"left": "org_code", "right": "org_code"}]]}],
    }
    officer = registers.officer()
    with database.writing() as session:
        rules.save_draft(session, "TX-8", own, actor=officer, now=now)
    with pytest.raises(NotFound):
        registers.rule("TX-8", Regime.LEGACY_2008)
    with database.writing() as session:
        rules.publish(session, "TX-8", actor=officer, now=now)
    made = compare("TX-8")
    assert {row.name for row in listed(made).values()} == {certificate(1)["机构名称"]}
    assert "有此无彼：以「组织机构代码证」对照「工商登记」" in tax_rule_words.in_words(
        registers.rule("TX-8", Regime.LEGACY_2008).definition
    )


# Registers with known truth


def test_of_registers_with_real_dirt_the_truly_missing_are_all_found_and_hardly_anyone_else(deliver, compare):
    made_up = parties(3000)
    derived = derive(made_up)
    deliver(K.BUSINESS_REGISTRATION, business_rows(made_up))
    deliver(NATIONAL, derived.rows)
    made = compare(as_of=dt.date(2008, 6, 30))
    with database.reading() as session:
        found = {row.subject_key for row, _ in exporting.rows(session, made) if row.listed == FindingList.CONFIRMED}
    assert derived.missing <= found, "recall 100 %"
    assert len(derived.missing) / len(found) >= 0.95, "precision 95 %"
    assert adds_up(made)
