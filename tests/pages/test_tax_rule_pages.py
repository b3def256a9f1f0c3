"""比对规则, opened through the front door: read by officers, composed, tried and published by the supervisor."""

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.enums import ImportKind, Regime, Role
from services import database
from services.tax import runs
from tests import registers
from tests.registers import business, org
from tests.web import signing

pytestmark = pytest.mark.usefixtures("fresh_database")
PAGE = "tax/rules.py"
ORG_CODE = "组织机构代码（含统一代码、税号内的）"


@pytest.fixture(autouse=True)
def shipped(fresh_database):
    registers.shipped(signing.now())


@pytest.fixture
def supervisor():
    return signing.person(Role.TAX_SUPERVISOR)


@pytest.fixture
def certificates():
    rows = [{"组织机构代码": org(each), "机构名称": f"成都示例{each}中心", "发证日期": "2006-01-01"} for each in (1, 2)]
    registers.deliver(ImportKind.ORG_CODE_CERTIFICATE, rows, now=signing.now())
    registers.deliver(ImportKind.BUSINESS_REGISTRATION, [business(2)], now=signing.now())


def said(at):
    """What the page says, without the marks that keep typed text from being Markdown."""
    return signing.said(at).replace("\\", "")


def compose(at, mark="rule-new"):
    """Type 有代码证没有工商登记."""
    at.text_input(key=f"{mark}-code").set_value("tx-8")
    at.text_input(key=f"{mark}-name").set_value("有代码证没有工商登记")
    at.multiselect(key=f"{mark}-left-registers").set_value(["org_code_certificate"])
    at.multiselect(key=f"{mark}-right-registers").set_value(["business_registration"])
    at.session_state[f"{mark}-section0-keys"] = {
        "edited_rows": {0: {"左边字段": ORG_CODE}}, "added_rows": [], "deleted_rows": [],
    }  # fmt: skip
    return at.run()


def press(at, label):
    return next(button for button in at.button if button.label == label).click().run()


def test_an_officer_reads_the_rules_in_words_and_changes_nothing():
    at = signing.visit(PAGE, signing.person(Role.TAX_OFFICER), rule="TX-2")
    assert not at.exception
    assert "以「房产交易」对照「完税记录」" in said(at) and "存量房" in said(at)
    assert not {"修改", "新增比对规则", "试算", "保存草稿"} & {button.label for button in at.button}


def test_an_officer_cannot_open_the_form_by_its_address():
    at = signing.visit(PAGE, signing.person(Role.TAX_OFFICER), rule="new")
    assert not at.exception and not at.text_input


@pytest.mark.parametrize("code", ["TX-1", "TX-2", "TX-3", "TX-4", "TX-5", "TX-5C", "TX-6", "TX-7"])
def test_every_shipped_rule_opens_for_change(supervisor, code):
    at = signing.visit(PAGE, supervisor, rule=code, edit="1")
    assert not at.exception
    press(at, "保存草稿")
    assert not at.exception and f"规则 {code} 的草稿已保存" in said(at)


def test_what_is_saved_unchanged_is_the_same_rule(supervisor):
    before = registers.rule("TX-2").definition
    press(signing.visit(PAGE, supervisor, rule="TX-2", edit="1"), "保存草稿")
    at = press(signing.visit(PAGE, supervisor, rule="TX-2"), "确认发布草稿")
    assert not at.exception and "第 2 版已发布" in said(at)
    assert registers.rule("TX-2").definition == before


def test_a_supervisor_composes_tries_publishes_and_runs_an_eighth_comparison(supervisor, certificates):
    at = compose(signing.visit(PAGE, supervisor, rule="new"))
    press(at, "试算")
    assert not at.exception and "确认疑点 1" in said(at), said(at)
    with database.reading() as session:
        actions = set(session.scalars(select(AuditEntry.action)))
    assert "tax_rule.try" in actions and "tax_rule.draft" not in actions
    press(at, "保存草稿")
    assert not at.exception and "规则 TX-8 的草稿已保存" in said(at)
    at = press(signing.visit(PAGE, supervisor, rule="TX-8"), "确认发布草稿")
    assert "规则 TX-8 第 1 版已发布" in said(at)
    now = signing.now()
    made = runs.run(registers.rule("TX-8"), as_of=now.date(), regime=Regime.CURRENT, actor=registers.officer(), now=now)
    assert (made.confirmed, made.linked) == (1, 1)


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(supervisor):
    at = signing.visit(PAGE, supervisor, rule="new")
    at.text_input(key="rule-new-code").set_value("八")
    at.text_input(key="rule-new-name").set_value("第八项")
    press(at, "保存草稿")
    assert "名册" in at.error[0].value and at.text_input(key="rule-new-name").value == "第八项"
    press(compose(at), "试算")
    assert "「组织机构代码证」没有导入过" in said(at)


def test_a_rule_is_taken_out_of_use_and_back(supervisor):
    at = press(signing.visit(PAGE, supervisor, rule="TX-7"), "确认停用规则")
    assert "规则 TX-7 已停用" in said(at)
    at = press(signing.visit(PAGE, supervisor, rule="TX-7"), "确认启用规则")
    assert "规则 TX-7 已启用" in said(at)
