"""线索, 税率 and the card at intake, through the front door: as the right and as the wrong person."""

import datetime as dt
from types import SimpleNamespace

import pytest
from sqlalchemy import select

import app
from models.audit import AuditEntry
from models.enums import ImportKind, LeadAction, LeadState, LedgerKind, Regime, Role, TaxKind
from models.people import User
from models.taxes import LedgerEntry, TaxLead, TaxLetter, TaxRate
from services import confidential, database
from services.tax import leads, runs, settling
from tests import builders, registers
from tests.registers import business, deliver, officer, org, taxpayer, uscc
from tests.web import signing
from ui import visitor

pytestmark = pytest.mark.usefixtures("fresh_database")
K = ImportKind
LIST, ONE, RATES, INTAKE, ACCOUNT = "tax/leads.py", "tax/lead.py", "tax/rates.py", "cases/intake.py", "admin/account.py"


@pytest.fixture(autouse=True)
def found(fresh_database):
    """Two enterprises that the tax office never saw."""
    now = signing.now()
    registers.shipped(now)
    deliver(K.BUSINESS_REGISTRATION, [business(1), business(2), business(3)], now=now)
    deliver(K.TAX_REGISTRATION_NATIONAL, [taxpayer(2)], now=now)
    runs.run(
        registers.rule("TX-1", Regime.LEGACY_2008), as_of=now.date(), regime=Regime.LEGACY_2008, actor=officer(), now=now,
        after=lambda session, made: settling.follow(session, made, actor=officer(), now=now),
    )  # fmt: skip
    return all_leads()


@pytest.fixture
def worker():
    return signing.person(Role.TAX_OFFICER)


@pytest.fixture
def supervisor():
    return signing.person(Role.TAX_SUPERVISOR)


def all_leads():
    with database.reading() as session:
        return session.scalars(select(TaxLead).order_by(TaxLead.id)).all()


def said(at):
    return signing.said(at).replace("\\", "")


def labels(at):
    return {button.label for button in at.button}


def press(at, label):
    return next(button for button in at.button if button.label.startswith(label)).click().run()


def give(lead, user):
    now = signing.now()
    with database.writing() as session:
        leads.assign(session, [lead.id], user, now.date() + dt.timedelta(days=9), actor=officer(), now=now)


@pytest.mark.parametrize("page", [LIST, ONE, RATES])
def test_a_clerk_and_a_stranger_see_nothing_of_the_tax_office(page, found):
    clerk = signing.visit(page, signing.person(Role.WINDOW_CLERK, window="017"), lead=str(found[0].id))
    assert "403" in said(clerk) and found[0].name not in said(clerk)
    assert "需要登录后访问" in said(signing.visit(page))


def test_an_officer_filters_by_a_figure_and_the_look_is_written_down(worker, found):
    give(found[0], worker)
    at = signing.visit(LIST, worker)
    assert not at.exception and "所列 2 条" in said(at)
    at.button(key="lead-figure-mine").click().run()
    assert "所列 1 条" in said(at) and at.query_params["view"] == "mine"
    with database.reading() as session:
        actions = session.scalars(select(AuditEntry.action)).all()
    assert actions.count("tax_lead.list") == 2


def test_an_officer_assigns_nothing(worker, found):
    at = signing.visit(ONE, worker, lead=str(found[0].id))
    assert "分派" not in labels(at) and "结案" in labels(at)


def test_a_supervisor_assigns_many_at_once(supervisor, worker):
    at = signing.visit(LIST, supervisor)
    at.checkbox(key="batch-all").check()
    at.selectbox(key="batch-officer").set_value(worker)
    press(at, "分派")
    assert not at.exception and "已分派 2 条" in said(at)
    assert {(lead.state, lead.officer_id) for lead in all_leads()} == {(LeadState.ASSIGNED, worker)}


def test_a_lead_is_verified_and_closed_with_reason_and_evidence(worker, found):
    lead = found[0]
    give(lead, worker)
    at = press(signing.visit(ONE, worker, lead=str(lead.id)), "开始核实")
    assert "核实中" in said(at)
    at.selectbox(key=f"close-{lead.id}-action").set_value(LeadAction.REGISTER.value)
    at.text_area(key=f"close-{lead.id}-reason").set_value("已上门办理登记")
    press(at, "结案")
    assert "请写明凭据" in said(at) and at.text_area(key=f"close-{lead.id}-reason").value == "已上门办理登记"
    at.text_input(key=f"close-{lead.id}-evidence").set_value("登记证 5101 号")
    press(at, "结案")
    assert not at.exception and "已补登记" in said(at) and "登记证 5101 号" in said(at)
    assert "结案" not in labels(at)


def test_who_comes_second_is_told_by_whom_and_keeps_what_was_typed(worker, found):
    lead = found[0]
    give(lead, worker)
    at = signing.visit(ONE, worker, lead=str(lead.id))
    at.selectbox(key=f"close-{lead.id}-action").set_value(LeadAction.CLEAR.value)
    at.text_area(key=f"close-{lead.id}-reason").set_value("属于免税范围")
    at.text_input(key=f"close-{lead.id}-evidence").set_value("批文 12 号")
    with database.writing() as session:
        leads.act(session, [lead.id], LeadAction.START, "", actor=officer(), now=signing.now())
    press(at, "结案")
    assert "刚由示例税务主管「开始核实」" in said(at) and "核实中" in said(at)
    assert at.text_area(key=f"close-{lead.id}-reason").value == "属于免税范围"
    press(at, "结案")
    assert "已结案" in said(at)


def test_money_is_entered_and_its_late_fee_counted(worker, found):
    lead = found[0]
    give(lead, worker)
    at = signing.visit(ONE, worker, lead=str(lead.id))
    at.text_input(key=f"entry-{lead.id}-amount").set_value("一千")
    press(at, "记账")
    assert "请填写数字" in said(at)
    at.text_input(key=f"entry-{lead.id}-amount").set_value("9,000")
    press(at, "记账")
    assert "未缴 9,000.00" in said(at)
    today = signing.now().date()
    at.date_input(key=f"late-{lead.id}-due").set_value(today - dt.timedelta(days=10))
    press(at, "计算并记账")
    assert not at.exception and "已记滞纳金 45.00 元" in said(at)
    with database.reading() as session:
        kinds = session.scalars(select(LedgerEntry.kind).order_by(LedgerEntry.id)).all()
    assert kinds == [LedgerKind.ASSESSED, LedgerKind.LATE_FEE]


def test_a_letter_is_numbered_on_the_page(worker, found):
    lead = found[0]
    give(lead, worker)
    at = signing.visit(ONE, worker, lead=str(lead.id))
    press(at, "生成并编号")
    assert "请填写联系电话" in said(at)
    at.text_input(key=f"letter-{lead.id}-phone").set_value("028-00000001")
    press(at, "生成并编号")
    assert not at.exception and "00001号" in said(at) and "发出通知书" in said(at)
    with database.reading() as session:
        assert session.scalars(select(TaxLetter.serial)).all() == [1]


def test_an_officer_reads_rates_and_the_supervisor_adds_one(worker, supervisor):
    at = signing.visit(RATES, worker)
    assert not at.exception and "保存" not in labels(at)
    at = signing.visit(RATES, supervisor)
    at.selectbox(key="rate-new-tax").set_value(TaxKind.VAT.value)
    at.text_input(key="rate-new-rate").set_value("0.09")
    at.multiselect(key="rate-new-home").set_value([2])
    at.number_input(key="rate-new-area_min").set_value(90)
    at.date_input(key="rate-new-effective_from").set_value(dt.date(2030, 1, 1))
    press(at, "保存")
    assert "请写明依据的文件" in said(at) and at.text_input(key="rate-new-rate").value == "0.09"
    at.text_input(key="rate-new-source").set_value("测试文件")
    press(at, "保存")
    assert not at.exception and "税率已保存" in said(at)
    with database.reading() as session:
        made = session.scalars(select(TaxRate).where(TaxRate.source == "测试文件")).one()
    assert made.scope == {"home": [2], "area_min": 90}


def test_one_s_own_phone_is_given_on_the_account_page(worker):
    at = signing.visit(ACCOUNT, worker)
    assert "还没有登记" in said(at)
    at.text_input(key="own-phone-phone").set_value("028-0000")
    press(at, "保存电话")
    assert at.text_input(key="own-phone-phone").value == "028-0000" and at.error
    at.text_input(key="own-phone-phone").set_value("028-00000001")
    press(at, "保存电话")
    assert not at.exception and "028****0001" in said(at)
    with database.reading() as session:
        assert confidential.decrypt(session.get(User, (builders.DISTRICT, worker)).phone_cipher) == "02800000001"


def at_intake(*roles):
    clerk = signing.person(Role.WINDOW_CLERK, *roles, window="017")
    at = signing.visit(INTAKE, clerk)
    return at.text_input(key="intake-1-id_number").set_value(uscc(1)).run()


def looks():
    with database.reading() as session:
        return session.scalars(select(AuditEntry.subject_id).where(AuditEntry.action == "tax.standing")).all()


def test_a_clerk_named_by_the_office_sees_how_an_enterprise_stands_as_its_code_is_typed():
    at = at_intake(Role.ENTERPRISE_VIEWER)
    assert not at.exception
    for word in ("工商登记", "存续", "国税登记", "未查到", "名册未导入"):
        assert word in said(at)
    assert "未结线索" not in said(at), "leads are the tax office's"
    assert looks() == [org(1)]


def test_another_clerk_sees_nothing_of_it_and_takes_the_case_in_all_the_same():
    at = at_intake()
    assert not at.exception and "未查到" not in said(at) and "存续" not in said(at)
    assert looks() == []


@pytest.mark.parametrize(("role", "address"), [(Role.TAX_OFFICER, "tax_leads"), (Role.WINDOW_CLERK, "desk")])
def test_everybody_starts_where_their_work_waits(role, address):
    with database.reading() as session:
        actor = builders.actor(session, role.value, user_id=1)
    pages = {
        place: SimpleNamespace(address=place.address, visibility="visible")
        for place in app.SITEMAP
        if place.is_visible and visitor.allowed(actor, place.requires)
    }
    assert app._first_staff_page(pages, actor).address == address
