"""Leads: taken up once, verified, closed by a person or by the next delivery; the money; letters; standing at intake."""

import dataclasses
import datetime as dt
import io
from decimal import Decimal

import pytest
from docx import Document
from sqlalchemy import event, func, select

from models.enums import ImportKind, LeadAction, LeadState, LedgerKind, Permission, Regime, Role
from models.messages import OutboxMessage
from models.taxes import LeadEvent, TaxLead
from services import confidential, database
from services.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from services.rules import money
from services.tax import lead_lists, leads, ledger, letters, rates, runs, settling, standing
from tests import builders, people, registers
from tests.registers import business, deliver, house, officer, payment, taxpayer, uscc

pytestmark = pytest.mark.usefixtures("fresh_database")
K = ImportKind
DAY = dt.date(2008, 3, 31)
D = Decimal


@pytest.fixture(autouse=True)
def shipped(fresh_database, now):
    registers.shipped(now)


@pytest.fixture
def compare(now):
    """Run a rule and follow it up."""

    def run(code="TX-1", as_of=DAY, at=None):
        return runs.run(
            registers.rule(code, Regime.LEGACY_2008), as_of=as_of, regime=Regime.LEGACY_2008, actor=officer(), now=at or now,
            after=lambda session, made: settling.follow(session, made, actor=officer(), now=at or now),
        )  # fmt: skip

    return run


@pytest.fixture
def found(now, compare):
    """One business that the tax office never saw, and its lead."""
    deliver(K.BUSINESS_REGISTRATION, [business(1), business(2)], now=now)
    deliver(K.TAX_REGISTRATION_NATIONAL, [taxpayer(2)], now=now)
    compare()
    return lead()


@pytest.fixture
def unpaid(now, compare):
    """One sale without its deed tax, and its lead."""
    deliver(K.HOUSE_TRANSACTION, [house(1), house(2)], now=now)
    deliver(K.TAX_PAYMENT, [payment(2)], now=now)
    compare("TX-2")
    return lead()


def lead():
    with database.reading() as session:
        return session.scalars(select(TaxLead).order_by(TaxLead.id)).one()


def worker(now, phone="02800000001"):
    """An officer to give leads to; the id."""
    with database.writing() as session:
        user = people.user(session, Role.TAX_OFFICER, phone_cipher=confidential.encrypt(phone) if phone else None)
        return user.id


def act(lead_id, action, reason="已经电话核实", evidence="核实记录 2008-12", *, now, **more):
    with database.writing() as session:
        return leads.act(session, [lead_id], action, reason, evidence, actor=officer(), now=now, **more)


def assign(lead_id, now, user=None):
    user = user or worker(now)
    with database.writing() as session:
        leads.assign(session, [lead_id], user, now.date() + dt.timedelta(days=10), actor=officer(), now=now)


def test_a_confirmed_finding_becomes_one_lead_however_often_it_is_found(found, compare):
    compare()
    compare(as_of=DAY + dt.timedelta(days=5))
    again = lead()
    assert (again.id, again.state, again.subject_key) == (found.id, LeadState.NEW, uscc(1))
    assert (again.first_found_on, again.last_found_on) == (DAY, DAY + dt.timedelta(days=5))


def test_a_lead_closes_itself_when_the_next_delivery_shows_the_registration_and_names_the_row(found, compare, now):
    deliver(K.TAX_REGISTRATION_NATIONAL, [taxpayer(2), taxpayer(1)], now=now + dt.timedelta(days=1))
    compare(at=now + dt.timedelta(days=1))
    closed = lead()
    assert closed.state == LeadState.REGISTERED and closed.closing_record_id
    with database.reading() as session:
        last = leads.events(session, closed)[-1]
    assert "国税登记" in last.reason and "第 3 行" in last.reason


def test_a_comparison_as_of_an_earlier_day_settles_nothing(found, compare, now):
    deliver(K.TAX_REGISTRATION_NATIONAL, [taxpayer(2), taxpayer(1, 登记日期="2007-02-01")], now=now)
    compare(as_of=DAY - dt.timedelta(days=20))
    assert lead().state == LeadState.NEW


def test_a_lead_judged_false_stays_quiet_until_its_evidence_changes(found, compare, now):
    assign(found.id, now)
    act(found.id, LeadAction.CORRECT, now=now)
    compare(at=now + dt.timedelta(hours=1))
    assert lead().state == LeadState.DATA_ERROR
    deliver(K.BUSINESS_REGISTRATION, [business(1, 住所="成都市永丰路77号")], now=now + dt.timedelta(days=1))
    compare(at=now + dt.timedelta(days=1))
    assert lead().state == LeadState.NEW
    with database.reading() as session:
        assert leads.events(session, lead())[-1].action == LeadAction.REOPEN


def test_a_business_that_left_the_register_closes_its_lead(found, compare, now):
    deliver(K.BUSINESS_REGISTRATION, [business(2)], now=now, is_full=True)
    compare()
    assert lead().state == LeadState.DATA_ERROR


def test_a_payment_closes_the_lead_and_enters_the_ledger(unpaid, compare, now):
    assert unpaid.estimate == D("9000.00")
    deliver(K.TAX_PAYMENT, [payment(1)], now=now + dt.timedelta(days=1))
    compare("TX-2", at=now + dt.timedelta(days=1))
    closed = lead()
    with database.reading() as session:
        kinds = [(entry.kind, entry.amount) for entry in ledger.entries(session, closed)]
    assert closed.state == LeadState.PAID and closed.closing_record_id
    assert kinds == [
        (LedgerKind.ESTIMATED, D("9000.00")),
        (LedgerKind.PAID, D("9000.00")),
        (LedgerKind.SETTLED, D("0.00")),
    ]


def test_a_part_payment_leaves_the_lead_open_with_the_rest(unpaid, compare, now):
    deliver(K.TAX_PAYMENT, [payment(1, 税额="4000")], now=now + dt.timedelta(days=1))
    compare("TX-2", at=now + dt.timedelta(days=1))
    compare("TX-2", at=now + dt.timedelta(days=2))
    with database.reading() as session:
        assert ledger.balance(session, lead()).rest == D("5000.00")
    assert lead().state == LeadState.NEW
    deliver(K.TAX_PAYMENT, [payment(3, 合同号="HT20080001", 税额="5000")], now=now + dt.timedelta(days=3))
    compare("TX-2", at=now + dt.timedelta(days=3))
    assert lead().state == LeadState.PAID


def test_assigning_tells_the_officer_once_without_names_or_ids(found, now):
    user = worker(now)
    assign(found.id, now, user)
    with database.reading() as session:
        (message,) = session.scalars(select(OutboxMessage))
    assert "1 条线索" in message.body and found.name not in message.body and uscc(1) not in message.body
    assert lead().officer_id == user and lead().state == LeadState.ASSIGNED


def test_an_officer_without_a_phone_is_assigned_without_a_message(found, now):
    assign(found.id, now, worker(now, phone=""))
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 0


def test_assigning_is_for_the_supervisor_and_to_tax_officers_in_time(found, now):
    user = worker(now)
    with database.reading() as session:
        plain = builders.actor(session, Role.TAX_OFFICER.value)
    due = now.date() + dt.timedelta(days=1)
    with pytest.raises(NotAllowed), database.writing() as session:
        leads.assign(session, [found.id], user, due, actor=plain, now=now)
    with pytest.raises(Invalid, match="不能早于今天"), database.writing() as session:
        leads.assign(session, [found.id], user, now.date() - dt.timedelta(days=1), actor=officer(), now=now)
    with pytest.raises(NotFound), database.writing() as session:
        leads.assign(session, [found.id], 5, due, actor=officer(), now=now)


def test_one_act_on_many_leads_is_done_on_all_or_none(now, compare):
    deliver(K.BUSINESS_REGISTRATION, [business(number) for number in range(1, 5)], now=now)
    deliver(K.TAX_REGISTRATION_NATIONAL, [taxpayer(9)], now=now)
    compare()
    with database.reading() as session:
        ids = list(session.scalars(select(TaxLead.id).order_by(TaxLead.id)))
    act(ids[0], LeadAction.CORRECT, now=now)
    with pytest.raises(Invalid, match="全部没有处理"), database.writing() as session:
        leads.act(session, ids, LeadAction.CORRECT, "名册有误", "市监局复函", actor=officer(), now=now)
    with database.reading() as session:
        assert session.scalar(select(func.count()).where(TaxLead.state == LeadState.NEW)) == 3
    with database.writing() as session:
        assert leads.act(session, ids[1:], LeadAction.CORRECT, "名册有误", "市监局复函", actor=officer(), now=now) == 3


def test_two_officers_on_one_lead_the_second_is_told(found, now):
    version = found.version
    assign(found.id, now)
    with pytest.raises(Conflict, match="已分派"):
        act(found.id, LeadAction.START, now=now, seen={found.id: version})


def test_a_step_out_of_turn_writes_nothing(found, now):
    with pytest.raises(Invalid, match="待分派"):
        act(found.id, LeadAction.EXEMPT, now=now)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(LeadEvent)) == 1


def test_every_step_is_an_event_with_reason_and_evidence(found, now):
    assign(found.id, now)
    act(found.id, LeadAction.START, now=now)
    act(found.id, LeadAction.TRANSFER, "拒不办理登记", "送达回证 3 号", now=now)
    with database.reading() as session:
        steps = leads.events(session, lead())
    assert [step.action for step in steps] == [
        LeadAction.RAISE,
        LeadAction.ASSIGN,
        LeadAction.START,
        LeadAction.TRANSFER,
    ]
    assert steps[-1].evidence == {"text": "送达回证 3 号"} and lead().closed_at == now


def test_the_figures_over_the_list_are_the_lengths_of_their_lists(found, now):
    assign(found.id, now)
    with database.reading() as session:
        counts = lead_lists.counts(session, officer(), today=now.date())
        for view, count in counts.items():
            rows, total = lead_lists.page(session, lead_lists.Filter(view), 1, officer(), today=now.date())
            assert len(rows) == total == count, view
    assert counts["open"] == 1 and counts["unassigned"] == 0


def test_the_list_asks_the_same_queries_however_long_it_is(now, compare):
    deliver(K.BUSINESS_REGISTRATION, [business(number) for number in range(1, 40)], now=now)
    deliver(K.TAX_REGISTRATION_NATIONAL, [taxpayer(99)], now=now)
    compare()
    asked, me = [], officer()
    with database.reading() as session:
        event.listen(session.get_bind(), "before_cursor_execute", lambda *args: asked.append(args[2]))
        rows, total = lead_lists.page(session, lead_lists.Filter(), 1, me, today=now.date())
    assert total == len(rows) == 39 and sum(each.startswith("SELECT") for each in asked) == 2


def test_the_ledger_follows_the_money_and_its_sums_are_told(unpaid, now):
    assign(unpaid.id, now)
    with database.writing() as session:
        mine = leads.get(session, unpaid.id, officer())
        for kind, amount in ((LedgerKind.ASSESSED, D(8000)), (LedgerKind.LATE_FEE, D(40)), (LedgerKind.PAID, D(8040))):
            ledger.enter(session, mine, kind, amount, actor=officer(), now=now)
        totals = ledger.totals(session, officer())
        standing_now = ledger.balance(session, mine)
    assert (totals.estimated, totals.assessed, totals.late_fee, totals.paid) == (D(9000), D(8000), D(40), D(8040))
    assert standing_now.rest == 0
    with pytest.raises(Invalid), database.writing() as session:
        ledger.enter(session, leads.get(session, unpaid.id, officer()), LedgerKind.PAID, D(0), actor=officer(), now=now)


def test_without_a_rate_the_estimate_is_missing_and_says_why(now, compare):
    deliver(K.HOUSE_TRANSACTION, [house(1, 签约日期="1990-01-10")], now=now)
    deliver(K.TAX_PAYMENT, [payment(2)], now=now)
    compare("TX-2")
    assert lead().estimate is None and "无法估算" in lead().estimate_note
    with database.reading() as session:
        assert ledger.entries(session, lead()) == []


def test_a_rate_of_the_same_scope_may_not_overlap_another(now):
    values = {
        "tax": "deed",
        "rate": "0.05",
        "effective_from": dt.date(2005, 1, 1),
        "source": "测试",
        "scope": {"payer": "buyer"},
    }
    with pytest.raises(Invalid, match="起已有税率"), database.writing() as session:
        rates.save(session, values, actor=officer(), now=now)
    with pytest.raises(Invalid) as refused, database.writing() as session:
        rates.save(session, {"tax": "deed", "rate": "三"}, actor=officer(), now=now)
    assert {"rate", "effective_from", "source"} <= set(refused.value.fields)


def test_a_letter_is_numbered_kept_and_filled_in(found, now):
    assign(found.id, now)
    due = now.date() + dt.timedelta(days=15)
    with database.writing() as session:
        first = letters.issue(session, found.id, due, "02800000002", actor=officer(), now=now)
        second = letters.issue(session, found.id, due, "02800000002", actor=officer(), now=now)
        assert (first.serial, second.serial) == (1, 2)
        content = letters.content(session, first.id, officer())
    text = "\n".join(paragraph.text for paragraph in Document(io.BytesIO(content)).paragraphs)
    for word in ("税务事项通知书", f"税通〔{now.year}〕00001号", found.name, uscc(1), "第十五条", "02800000002"):
        assert word in text
    assert "{{" not in text


def test_a_letter_goes_out_only_on_an_assigned_lead_and_gives_time(found, now):
    with pytest.raises(WrongState, match="不能「发出通知书」"), database.writing() as session:
        letters.issue(session, found.id, now.date() + dt.timedelta(days=5), "028", actor=officer(), now=now)
    with pytest.raises(Invalid, match="晚于今天"), database.writing() as session:
        letters.issue(session, found.id, now.date(), "028", actor=officer(), now=now)


def test_an_enterprises_standing_is_seen_with_the_permission_only(found, now):
    deliver(
        K.ORG_CODE_CERTIFICATE,
        [{"组织机构代码": registers.org(1), "机构名称": "示例", "有效期至": "2009-01-01"}],
        now=now,
    )
    with database.writing() as session:
        clerk = builders.actor(session, "window_clerk", window="012")
        with pytest.raises(NotAllowed):
            standing.of_code(session, uscc(1), actor=clerk, now=now)
        whole = standing.of_code(session, uscc(1), actor=officer(), now=now)
        seen = {each.register: each for each in whole.registers}
        assert seen[K.BUSINESS_REGISTRATION].state == "存续" and seen[K.BUSINESS_REGISTRATION].is_good
        assert "过期" in seen[K.ORG_CODE_CERTIFICATE].state and seen[K.ORG_CODE_CERTIFICATE].is_good is False
        assert seen[K.TAX_REGISTRATION_NATIONAL].state == "未查到"
        assert seen[K.TAX_REGISTRATION_LOCAL].state == "名册未导入" and seen[K.TAX_REGISTRATION_LOCAL].is_good is None
        assert standing.of_code(session, registers.person(1), actor=officer(), now=now) is None
        assert whole.open_leads == 1
        named = dataclasses.replace(clerk, permissions=clerk.permissions | {Permission.ENTERPRISE_READ})
        assert standing.of_code(session, uscc(1), actor=named, now=now).open_leads is None, "tax secrecy"


def test_a_lead_of_another_district_reads_as_not_found(found, now):
    with database.reading() as session:
        stranger = builders.actor(session, Role.TAX_OFFICER.value)
        assert Permission.TAX_READ in stranger.permissions
        with pytest.raises(NotFound):
            leads.get(session, found.id + 1, stranger)


def test_money_never_goes_below_zero():
    assert money.balance([(LedgerKind.ESTIMATED, D(10)), (LedgerKind.PAID, D(30))]).rest == 0
