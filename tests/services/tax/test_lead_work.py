"""Working on leads: what stays quiet, what is borne out, files that prove, two at once, sums by rule, street and month."""

import dataclasses
import datetime as dt
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlparse

import pytest
from sqlalchemy import func, select

import settings
from models.audit import AuditEntry
from models.enums import ImportKind, LeadAction, LeadState, LedgerKind, Regime, Role, TaxKind
from models.people import User
from models.taxes import TaxFinding, TaxLead, TaxRate
from services import calendars, confidential, database, own_phone
from services.attachments import Upload
from services.errors import Conflict, Invalid, NotFound, WrongState
from services.rules import working_time
from services.tax import lead_lists, leads, ledger, rates, runs, settling
from services.tax.lead_lists import Filter
from tests import builders, people, registers
from tests.registers import business, deliver, house, officer, payment, taxpayer

pytestmark = pytest.mark.usefixtures("fresh_database")
K, D = ImportKind, Decimal
DAY = dt.date(2008, 3, 31)
PDF = b"%PDF-1.4 certificate"
STREET = "成都市青白江区大弯街道新河路{}号"


@pytest.fixture(autouse=True)
def shipped(fresh_database, now):
    registers.shipped(now)


@pytest.fixture
def compare(now):
    def run(code="TX-1", days=0):
        at = now + dt.timedelta(days=days)
        return runs.run(
            registers.rule(code, Regime.LEGACY_2008), as_of=DAY + dt.timedelta(days=days), regime=Regime.LEGACY_2008,
            actor=officer(), now=at, after=lambda session, made: settling.follow(session, made, actor=officer(), now=at),
        )  # fmt: skip

    return run


@pytest.fixture
def found(now, compare):
    """Two businesses that the tax office never saw, and their leads."""
    deliver(K.BUSINESS_REGISTRATION, [business(1), business(2), business(3, 住所=STREET.format(3))], now=now)
    deliver(K.TAX_REGISTRATION_NATIONAL, [taxpayer(2)], now=now)
    compare()
    return all_leads()


def all_leads():
    with database.reading() as session:
        return session.scalars(select(TaxLead).order_by(TaxLead.name.desc())).all()


def again(lead):
    with database.reading() as session:
        return session.get(TaxLead, (lead.district_id, lead.id))


def act(lead, action, now, **more):
    with database.writing() as session:
        leads.act(session, [lead.id], action, "已经上门核实", "登记证 5101 号", actor=officer(), now=now, **more)


def history(lead):
    with database.reading() as session:
        return leads.events(session, lead)


def audited(action):
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.action == action))


def test_what_a_person_closed_stays_closed_while_the_registers_say_nothing_new(found, compare, now):
    act(found[0], LeadAction.REGISTER, now)
    compare(days=1)
    assert again(found[0]).state == LeadState.REGISTERED and again(found[1]).state == LeadState.NEW
    with database.reading() as session:
        rows, total = lead_lists.page(session, Filter("unseen"), 1, officer(), today=now.date())
    assert total == 1 and rows[0].id == found[0].id


def test_a_register_bears_out_what_a_person_closed_and_the_row_is_named(found, compare, now):
    act(found[0], LeadAction.REGISTER, now)
    one, number = again(found[0]), 1 if "金" in found[0].name else 3
    deliver(K.TAX_REGISTRATION_NATIONAL, [taxpayer(2), taxpayer(number)], now=now + dt.timedelta(days=1))
    compare(days=1)
    assert again(one).closing_record_id and again(one).state == LeadState.REGISTERED
    assert "第 3 行印证了结论" in history(one)[-1].reason
    compare(days=2)
    assert len(history(one)) == 3, "told once"
    with database.reading() as session:
        assert lead_lists.counts(session, officer(), today=now.date())["unseen"] == 0


def test_what_the_registers_closed_and_then_lost_is_a_relapse(found, compare, now):
    everyone = [taxpayer(1), taxpayer(2), taxpayer(3)]
    deliver(K.TAX_REGISTRATION_NATIONAL, everyone, now=now + dt.timedelta(days=1))
    compare(days=1)
    assert {each.state for each in all_leads()} == {LeadState.REGISTERED}
    left = [taxpayer(2, 登记日期="2007-02-02")]
    deliver(K.TAX_REGISTRATION_NATIONAL, left, now=now + dt.timedelta(days=2), is_full=True)
    compare(days=2)
    assert {each.state for each in all_leads()} == {LeadState.NEW}
    assert history(all_leads()[0])[-1].action == LeadAction.REOPEN


@pytest.mark.parametrize("action", [LeadAction.ASSIGN, LeadAction.REOPEN, LeadAction.SEND_LETTER, LeadAction.RAISE])
def test_a_step_with_an_act_of_its_own_is_not_taken_by_hand(found, now, action):
    with pytest.raises(WrongState):
        act(found[0], action, now)
    assert again(found[0]).version == found[0].version


def test_leads_are_given_to_tax_officers_only(found, now):
    with database.writing() as session:
        clerk = people.user(session, Role.WINDOW_CLERK, window="017").id
    with pytest.raises(NotFound, match="税务人员"), database.writing() as session:
        leads.assign(session, [found[0].id], clerk, now.date(), actor=officer(), now=now)


def test_in_a_batch_one_lead_changed_by_another_stops_all(found, now):
    seen = {each.id: each.version for each in found}
    with database.writing() as session:
        user = people.user(session, Role.TAX_OFFICER).id
        leads.assign(session, [found[1].id], user, now.date(), actor=officer(), now=now, seen=seen)
    with pytest.raises(Conflict) as refused, database.writing() as session:
        leads.act(
            session, list(seen), LeadAction.CORRECT, "名册有误", "市监局复函", actor=officer(), now=now, seen=seen
        )
    assert found[1].name in refused.value.message and "已分派" in refused.value.message
    assert again(found[0]).state == LeadState.NEW


def test_a_file_that_proves_a_step_is_kept_and_refused_once_altered(found, now):
    act(found[0], LeadAction.REGISTER, now, upload=Upload("登记证.pdf", PDF))
    last = history(found[0])[-1]
    with database.reading() as session:
        assert leads.proof_file(session, found[0].id, last.sequence, officer()) == PDF
        with pytest.raises(NotFound, match="没有凭据文件"):
            leads.proof_file(session, found[0].id, 1, officer())
    kept = Path(urlparse(settings.current().attachments_url).path) / last.evidence["file"]["key"]
    kept.write_bytes(b"%PDF-1.4 another")
    with pytest.raises(Invalid, match="不一致"), database.reading() as session:
        leads.proof_file(session, found[0].id, last.sequence, officer())


def test_a_file_of_a_wrong_kind_closes_nothing(found, now):
    with pytest.raises(Invalid, match="类型"):
        act(found[0], LeadAction.REGISTER, now, upload=Upload("登记证.exe", b"MZ"))
    assert again(found[0]).state == LeadState.NEW


def test_the_usual_time_to_verify_is_ten_working_days(now):
    with database.reading() as session:
        due = leads.usual_due(session, officer(), now.date())
        assert due == working_time.workdays_after(now.date(), 10, calendars.work_calendar(session, builders.DISTRICT))
        assert leads.usual_due(session, officer(), dt.date(2090, 1, 1)) == dt.date(2090, 1, 15)


def test_one_s_own_leads_stand_first(found, now):
    late = now.date() + dt.timedelta(days=40)
    with database.writing() as session:
        user, other = people.user(session, Role.TAX_OFFICER), people.user(session, Role.TAX_OFFICER)
        mine = acting(session, user)
        leads.assign(session, [found[0].id], user.id, late, actor=officer(), now=now)
        leads.assign(session, [found[1].id], other.id, now.date(), actor=officer(), now=now)
    with database.reading() as session:
        rows, _ = lead_lists.page(session, Filter(), 1, mine, today=now.date())
        others, total = lead_lists.page(session, Filter(officer_id=other.id), 1, mine, today=now.date())
    assert [row.id for row in rows] == [found[0].id, found[1].id]
    assert total == 1 and others[0].id == found[1].id


def test_the_sums_follow_the_filter_and_their_parts_add_up_to_them(found, compare, now):
    deliver(K.HOUSE_TRANSACTION, [house(1), house(2), house(3)], now=now)
    deliver(K.TAX_PAYMENT, [payment(2)], now=now)
    compare("TX-2")
    with database.reading() as session:
        everything = lead_lists.chosen(Filter(), officer(), now.date())
        whole = ledger.totals(session, officer(), among=everything)
        by_rule = ledger.parts(session, officer(), "rule_id", among=everything)
        by_month = ledger.parts(session, officer(), "month", among=everything)
        assert [(each.name.split()[0], each.leads) for each in by_rule] == [("TX-2", 2), ("TX-1", 2)]
        assert sum(each.totals.estimated for each in by_rule) == whole.estimated == D(18000)
        assert [(each.id, each.leads) for each in by_month] == [("2008-03", 4)]
        for grain, parts in (("rule_id", by_rule), ("month", by_month)):
            for part in parts:
                value = int(part.id) if grain == "rule_id" else part.id
                asked = Filter(**{grain: value})
                _, total = lead_lists.page(session, asked, 1, officer(), today=now.date())
                assert total == part.leads
                assert (
                    ledger.totals(session, officer(), among=lead_lists.chosen(asked, officer(), now.date()))
                    == part.totals
                )


def test_streets_are_counted_and_found(found, now):
    with database.reading() as session:
        streets = lead_lists.streets(session, officer())
        parts = ledger.parts(session, officer(), "street", among=lead_lists.chosen(Filter(), officer(), now.date()))
        assert streets == [each.name for each in parts] and len(streets) == 1
        rows, total = lead_lists.page(session, Filter(street=streets[0]), 1, officer(), today=now.date())
    assert total == parts[0].leads == 1 and rows[0].street == streets[0]


def test_a_late_fee_is_counted_from_the_assessed_tax_and_says_how(found, now):
    with pytest.raises(Invalid, match="先记「核定」"), database.writing() as session:
        ledger.late_fee(session, found[0], DAY, now.date(), actor=officer(), now=now)
    with database.writing() as session:
        lead = leads.get(session, found[0].id, officer())
        ledger.enter(session, lead, LedgerKind.ASSESSED, D(9000), actor=officer(), now=now)
        entry = ledger.late_fee(session, lead, DAY, DAY + dt.timedelta(days=10), actor=officer(), now=now)
        assert entry.amount == D("45.00") and "共 10 天" in entry.note
    with pytest.raises(Invalid, match="晚于"), database.writing() as session:
        ledger.late_fee(session, leads.get(session, lead.id, officer()), DAY, DAY, actor=officer(), now=now)


def test_who_looked_at_leads_is_written_down_even_when_there_were_none(now):
    with database.writing() as session:
        lead_lists.note(session, Filter(words="无此户"), 0, actor=officer(), now=now)
        leads.note(session, 5, actor=officer(), now=now)
    assert audited("tax_lead.list") == audited("tax_lead.view") == 1


def save(now, **changes):
    values = {"tax": TaxKind.DEED, "rate": "0.01", "effective_from": dt.date(2030, 1, 1), "source": "测试", "scope": {}}
    with database.writing() as session:
        return rates.save(session, values | changes, actor=officer(), now=now)


def test_rates_are_typed_and_what_cannot_be_is_told_at_its_field(now):
    scale = save(now, tax=TaxKind.LAND_VALUE_INCREMENT, rate="", steps="0.5：0.3，1:0.4, :0.6")
    assert scale.steps == [[0.5, 0.3], [1.0, 0.4], [None, 0.6]]
    for changes, field in (
        ({"rate": "NaN"}, "rate"),
        ({"rate": "", "amount": "1e30"}, "amount"),
        ({"rate": "", "steps": "1:0.4, 0.5:0.3, :0.6"}, "steps"),
        ({"rate": "", "steps": "0.5:0.3"}, "steps"),
        ({"rate": "", "steps": "一半:三成"}, "steps"),
        ({"rate": "0.03", "amount": "5"}, "rate"),
        ({"tax": None}, "tax"),
        ({"effective_to": dt.date(2029, 1, 1)}, "effective_to"),
    ):
        with pytest.raises(Invalid) as refused:
            save(now, **changes)
        assert field in refused.value.fields, changes


def test_one_value_and_a_list_of_one_are_the_same_scope(now):
    save(now, scope={"home": [1], "usage": "住宅"})
    with pytest.raises(Invalid, match="已有税率"):
        save(now, scope={"usage": "住宅", "home": 1}, effective_from=dt.date(2031, 1, 1))


def test_a_change_of_a_rate_is_written_down_with_what_it_was(now):
    made = save(now)
    with database.writing() as session:
        changed = {"tax": TaxKind.DEED, "rate": "0.02", "effective_from": dt.date(2030, 1, 1), "source": "测试二"}
        rates.save(session, changed, actor=officer(), now=now, rate_id=made.id, expected=made.version)
    with pytest.raises(Conflict), database.writing() as session:
        rates.save(session, changed, actor=officer(), now=now, rate_id=made.id, expected=made.version)
    with database.reading() as session:
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "tax_rate.save").order_by(AuditEntry.sequence)
        ).all()[-1]
        assert session.get(TaxRate, (builders.DISTRICT, made.id)).rate == D("0.02")
    assert entry.before["source"] == "测试" and entry.after["source"] == "测试二"


def test_the_seller_known_by_an_id_is_a_person_and_the_estimate_does_not_guess(compare, now):
    deliver(K.HOUSE_TRANSACTION, [house(1)], now=now)
    deliver(K.TAX_PAYMENT, [payment(1), payment(9, 税种="个人所得税", 税额="3000")], now=now)
    compare("TX-2")
    with database.reading() as session:
        (finding,) = session.scalars(select(TaxFinding).where(TaxFinding.estimate == D(3000)))
    assert "个人所得税 1%" in finding.detail["estimate"] and "不知" not in finding.detail["estimate"]


def test_one_s_own_phone_is_kept_encrypted_and_shown_masked(now):
    with database.writing() as session:
        user = people.user(session, Role.TAX_OFFICER)
        me = acting(session, user)
        own_phone.change(session, "028-0000 0001", actor=me, now=now)
        assert own_phone.shown(session, actor=me) == "028****0001"
        assert "0280000" not in user.phone_cipher and confidential.decrypt(user.phone_cipher) == "02800000001"
        with pytest.raises(Invalid) as refused:
            own_phone.change(session, "12", actor=me, now=now)
        assert "phone" in refused.value.fields
        own_phone.change(session, " ", actor=me, now=now)
        assert (
            own_phone.shown(session, actor=me) == ""
            and session.get(User, (user.district_id, user.id)).phone_cipher is None
        )
    assert audited("user.phone") == 2


def acting(session, user):
    return dataclasses.replace(builders.actor(session, Role.TAX_OFFICER.value), user_id=user.id)
