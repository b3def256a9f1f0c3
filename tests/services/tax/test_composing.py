"""Rules of the officers' own: composed, tried without a trace, published as versions, taken out of use."""

import pytest

from models.enums import ImportKind, Regime, RunState
from models.taxes import TaxFinding, TaxRun
from services import database
from services.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from services.rules import tax_rule_words, tax_rules
from services.tax import composing, fitness, rules, runs
from tests import builders, registers
from tests.registers import business, house, org, payment, taxpayer

pytestmark = pytest.mark.usefixtures("fresh_database")
K = ImportKind
KEYS = [[{"left": "org_code", "right": "org_code"}]]


def own(**changes):
    """有代码证没有工商登记."""
    return {
        "name": "有代码证没有工商登记",
        "kind": "missing",
        "regimes": ["legacy_2008", "current"],
        "left": {"registers": ["org_code_certificate"]},
        "right": {"registers": ["business_registration"]},
        "sections": [{"keys": KEYS}],
    } | changes


def certificate(number, **changes):
    return {"组织机构代码": org(number), "机构名称": f"成都示例{number}中心", "发证日期": "2006-01-01"} | changes


@pytest.fixture(autouse=True)
def shipped(fresh_database, now):
    registers.shipped(now)


@pytest.fixture
def save(now):
    def run(code="TX-8", kept=None, **more):
        with database.writing() as session:
            actor = more.pop("actor", None) or registers.officer()
            return rules.save_draft(session, code, kept or own(), actor=actor, now=now, **more)

    return run


@pytest.fixture
def attempt(now):
    def run(kept, first_rows=1000):
        with database.reading() as session:
            day = now.date()
            return composing.attempt(
                session, kept, as_of=day, first_rows=first_rows, actor=registers.officer(), now=now
            )

    return run


def publish(code, now):
    with database.writing() as session:
        return rules.publish(session, code, actor=registers.officer(), now=now)


def opened(code):
    with database.reading() as session:
        return composing.opened(session, code, registers.officer())


def run(code, now):
    return runs.run(registers.rule(code), as_of=now.date(), regime=Regime.CURRENT, actor=registers.officer(), now=now)


def test_a_trial_shows_what_would_be_found_and_stores_nothing(attempt, now):
    registers.deliver(K.ORG_CODE_CERTIFICATE, [certificate(each) for each in range(1, 41)], now=now)
    registers.deliver(K.BUSINESS_REGISTRATION, [business(2)], now=now)
    trial = attempt(own())
    assert trial.outcome.compared_left == 40 and trial.outcome.confirmed == 39 and len(trial.shown) == composing.SHOWN
    with database.reading() as session:
        assert session.query(TaxRun).count() == session.query(TaxFinding).count() == 0


def test_a_trial_looks_at_the_first_rows_only(attempt, now):
    registers.deliver(K.ORG_CODE_CERTIFICATE, [certificate(each) for each in range(150)], now=now)
    registers.deliver(K.BUSINESS_REGISTRATION, [business(200)], now=now)
    assert attempt(own(), first_rows=100).outcome.compared_left == 99, "row 1 is the heading"
    with pytest.raises(Invalid, match="试算行数"):
        attempt(own(), first_rows=1)


def test_a_trial_says_what_is_missing(attempt):
    assert "组织机构代码证" in attempt(own()).reason


def test_a_trial_estimates_where_the_rule_does(attempt, now):
    registers.deliver(K.HOUSE_TRANSACTION, [house(1)], now=now)
    registers.deliver(K.TAX_PAYMENT, [payment(2)], now=now)
    contract = [[{"left": "contract_no", "right": "contract_no"}]]
    kept = own(
        left={"registers": ["house_transaction"]},
        right={"registers": ["tax_payment"]},
        sections=[{"keys": contract, "taxes": [{"tax": "deed", "payer": "buyer"}]}],
        estimates=True,
    )
    assert [told for _, told in attempt(kept).shown] == ["9,000.00 元"]


def test_a_version_is_never_changed_again_and_runs_keep_theirs(save, now):
    registers.deliver(K.ORG_CODE_CERTIFICATE, [certificate(1)], now=now)
    registers.deliver(K.BUSINESS_REGISTRATION, [business(2)], now=now)
    save(is_new=True)
    first = publish("TX-8", now)
    made = run("TX-8", now)
    save(kept=own(name="改了名的比对", grace_days=3650))
    assert opened("TX-8").published.name == "有代码证没有工商登记", "a draft changes nothing"
    assert run("TX-8", now).rule_version_id == first.id
    second = publish("TX-8", now)
    assert run("TX-8", now).rule_version_id == second.id and made.rule_version_id == first.id
    assert [version.state.value for version in opened("TX-8").versions] == ["published", "superseded"]


def test_two_officers_do_not_overwrite_each_other(save):
    draft = save(is_new=True)
    save(kept=own(grace_days=1), expected=draft.version)
    with pytest.raises(Conflict, match="重新打开"):
        save(kept=own(grace_days=2), expected=draft.version)
    with pytest.raises(Conflict):
        save(kept=own(grace_days=2))
    with pytest.raises(Conflict, match="已被"):
        save(kept=own(name="另一个比对"), is_new=True)


def test_a_rule_out_of_use_is_not_run_and_its_history_stays(save, now):
    save(is_new=True)
    publish("TX-8", now)
    with database.writing() as session:
        rules.set_active(session, "TX-8", False, actor=registers.officer(), now=now)
    with pytest.raises(NotFound, match="TX-8"):
        registers.rule("TX-8")
    assert opened("TX-8").published is not None


def test_there_must_be_something_to_publish(now):
    with pytest.raises(WrongState, match="草稿"):
        publish("TX-1", now)


def test_only_the_supervisor_makes_rules(save, now):
    with database.reading() as session:
        officer = builders.actor(session, "tax_officer")
    with pytest.raises(NotAllowed):
        save(actor=officer)


@pytest.mark.parametrize("code", ["", "8", "TX-", "TX-08", "TX-1234", "规则八", "TX-8C"])
def test_a_code_looks_like_the_others(save, code):
    with pytest.raises(Invalid, match="TX-8"):
        save(code=code, is_new=True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "名称"),
        ({"left": {"registers": []}}, "名册"),
        ({"left": {"registers": ["cases"]}}, "不是可比对的名册"),
        ({"kind": "contradiction"}, "核对内容"),
        ({"sections": []}, "比对部分"),
        ({"sections": [{"keys": [[{"left": "name_key", "right": "name_key"}]]}]}, "只凭名称"),
        ({"sections": [{"keys": [[{"left": "amount", "right": "amount"}]]}]}, "不能作比对键"),
        ({"sections": [{"keys": [[{"left": "contract_no", "right": "contract_no"}]]}]}, "没有「合同号」"),
        ({"sections": [{"keys": KEYS}, {"keys": KEYS}]}, "不同的名称"),
        ({"sections": [{"keys": KEYS, "taxes": [{"tax": "deed"}]}]}, "完税记录"),
        ({"estimates": True}, "选择税种"),
        ({"grace_days": -1}, "宽限"),
        ({"surplus": 1}, "没有这一项"),
    ],
)
def test_what_is_wrong_with_a_rule_is_said_in_words(save, changes, words):
    with pytest.raises(Invalid, match=words):
        save(kept=own(**changes), is_new=True)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"field": "status", "op": "is", "values": ["没有的"]}, "可填 存续、"),
        ({"field": "event_on", "op": "at_least", "values": ["三月"]}, "2008-03-31"),
        ({"field": "amount", "op": "at_most", "values": ["很多"]}, "300000"),
        ({"field": "street", "op": "at_least", "values": ["石羊"]}, "不能比较大小"),
        ({"field": "person_key", "op": "is", "values": ["1"]}, "加密"),
        ({"field": "street", "op": "is"}, "没有填值"),
        ({"field": "password", "op": "is", "values": ["x"]}, "没有「password」"),
    ],
)
def test_a_condition_that_cannot_hold_is_refused(save, condition, words):
    with pytest.raises(Invalid, match=words):
        save(kept=own(left={"registers": ["org_code_certificate"], "conditions": [condition]}), is_new=True)


def test_conditions_narrow_both_sides(attempt, now):
    registers.deliver(
        K.BUSINESS_REGISTRATION, [business(1), business(2, 类型="分公司"), business(3, 成立日期="1999-01-01")], now=now
    )
    registers.deliver(K.TAX_REGISTRATION_NATIONAL, [taxpayer(9)], now=now)
    conditions = [
        {"field": "kind", "op": "is_not", "values": ["分公司"]},
        {"field": "event_on", "op": "at_least", "values": ["2000-01-01"]},
    ]
    kept = own(
        left={"registers": ["business_registration"], "conditions": conditions},
        right={"registers": ["tax_registration_national"]},
    )
    assert [found.left.natural_key for found, _ in attempt(kept).shown] == [registers.uscc(1)]


def test_every_shipped_rule_fits_its_registers_and_is_told_in_words():
    with database.reading() as session:
        kept = rules.listed(session, registers.officer())
    assert len(kept) == 8
    for each in kept:
        fitness.check(each.definition)
        assert len(tax_rule_words.in_words(each.definition)) >= 3
        assert tax_rules.parse(each.definition.model_dump(mode="json")) == each.definition


def test_words_and_values_of_a_condition_are_each_others_inverse():
    assert tax_rule_words.value_of("deal_kind", "存量房") == "existing_house"
    assert tax_rule_words.word_of("deal_kind", "existing_house") == "存量房"
    assert tax_rule_words.value_of("street", "石羊街道") == tax_rule_words.word_of("street", "石羊街道") == "石羊街道"


def test_an_undecidable_own_rule_is_said_so(save, now):
    save(is_new=True)
    publish("TX-8", now)
    assert run("TX-8", now).state == RunState.UNDECIDABLE
