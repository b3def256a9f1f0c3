"""比对 and 主体详情, opened through the front door: figures open their lists, pairs are judged one after the other."""

import datetime as dt

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.enums import FindingList, ImportKind, PairVerdictKind, Regime, Role
from models.taxes import PairVerdict
from services import database
from services.tax import exporting, findings, reviewing, runs
from services.tax.findings import Filter
from tests import registers
from tests.registers import business, person, taxpayer, uscc
from tests.web import signing

pytestmark = pytest.mark.usefixtures("fresh_database")
DAY = dt.date(2008, 3, 31)
LIKE = {"纳税人识别号": "无", "经营者证件号": "", "经营地址": ""}


@pytest.fixture
def made():
    """A run of TX-1 with two confirmed and two suspected."""
    now = signing.now()
    registers.shipped(now)
    registers.deliver(ImportKind.BUSINESS_REGISTRATION, [business(each) for each in range(1, 40)], now=now)
    rows = [taxpayer(1, **LIKE), taxpayer(2, **LIKE), *(taxpayer(each) for each in range(5, 40))]
    registers.deliver(ImportKind.TAX_REGISTRATION_NATIONAL, rows, now=now)
    made = runs.run(registers.rule("TX-1"), as_of=DAY, regime=Regime.CURRENT, actor=registers.officer(), now=now)
    assert (made.confirmed, made.suspected, made.linked) == (2, 2, 35)
    return made


@pytest.fixture
def officer():
    return signing.person(Role.TAX_OFFICER)


def actions():
    with database.reading() as session:
        return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.sequence)))


def ids(made, listed=FindingList.SUSPECTED):
    with database.reading() as session:
        return [row.id for row in findings.page(session, made, Filter(listed), 1, registers.officer())[0]]


def said(at):
    return signing.said(at).replace("\\", "")


def test_a_rule_without_a_result_says_what_to_do(officer):
    registers.shipped(signing.now())
    at = signing.visit("tax/comparisons.py", officer, rule="TX-1")
    assert not at.exception and "还没有比对过" in said(at)


def test_figures_lists_and_their_proof(made, officer):
    at = signing.visit("tax/comparisons.py", officer, rule="TX-1")
    assert not at.exception and "对照 39 户与 37 行" in said(at)
    assert {"代码确证　**2**", "工商登记　**2**"} <= {button.label for button in at.button}
    at.button(key=f"figure-{made.id}-business_registration").click().run()
    assert not at.exception and "business_registration" in at.query_params["source"]
    at = signing.visit("tax/comparisons.py", officer, rule="TX-1", source="tax_registration_national")
    assert "没有符合条件的结果" in said(at)


def test_looking_at_a_list_is_written_down_once_also_when_it_is_empty(made, officer):
    at = signing.visit("tax/comparisons.py", officer, rule="TX-1", list="suspected")
    at.run()
    assert actions().count("tax.list") == 1
    signing.visit("tax/comparisons.py", officer, rule="TX-1", words="没有这一户")
    assert actions().count("tax.list") == 2


def test_the_length_of_a_list_is_the_figure(made):
    supervisor = registers.officer()
    with database.reading() as session:
        for name in ("confidence", "source", "industry", "street"):
            for value, count in made.summary[f"by_{name}"]:
                asked = Filter(**{name: value})
                assert findings.page(session, made, asked, 1, supervisor)[1] == count, (name, value)
                assert exporting.workbook(session, made, asked, supervisor)[1] == count


def test_an_export_holds_what_is_filtered_and_is_written_down(made, officer):
    at = signing.visit("tax/comparisons.py", officer, rule="TX-1", list="suspected")
    at.button(key="export-findings").click().run()
    assert not at.exception and "tax.export" in actions()


def test_one_subject_side_by_side(made, officer):
    at = signing.visit("tax/subject.py", officer, finding=str(ids(made)[0]))
    assert not at.exception
    assert "为什么认为是同一户" in str(at.get("plotly_chart")[0].proto) or "可能性" in said(at)
    assert "tax.subject" in actions()
    assert person(1) not in said(at), "ids of persons are not in the open"


def test_pairs_are_judged_one_after_the_other(made, officer):
    first, second = ids(made)
    with database.reading() as session:
        assert set(reviewing.waiting(session, made, registers.officer())) == {first, second}
    at = signing.visit("tax/subject.py", officer, finding=str(first), review="1")
    assert "待人工判定 2 对" in said(at)
    at.text_input(key=f"verdict-reason-{first}").set_value("电话核实过")
    at.button(key=f"verdict-{PairVerdictKind.SAME}-{first}").click().run()
    assert not at.exception and "已判定为同一户" in said(at)
    assert str(second) in at.query_params["finding"] and "待人工判定 1 对" in said(at)
    with database.reading() as session:
        assert session.scalars(select(PairVerdict.verdict)).one() == PairVerdictKind.SAME
    again = runs.run(
        registers.rule("TX-1"), as_of=DAY, regime=Regime.CURRENT, actor=registers.officer(), now=signing.now()
    )
    assert (again.confirmed, again.suspected, again.linked) == (2, 1, 36)


def test_a_verdict_needs_its_reason(made, officer):
    first = ids(made)[0]
    at = signing.visit("tax/subject.py", officer, finding=str(first))
    at.button(key=f"verdict-{PairVerdictKind.DIFFERENT}-{first}").click().run()
    assert "理由" in at.error[0].value
    with database.reading() as session:
        assert session.scalars(select(PairVerdict)).all() == []


def test_a_full_id_is_shown_for_a_reason_that_is_written_down(made, officer):
    finding = ids(made, FindingList.CONFIRMED)[0]
    at = signing.visit("tax/subject.py", officer, finding=str(finding))
    field = next(each for each in at.text_input if str(each.key).endswith("-reason") and "reveal" in str(each.key))
    field.set_value("核实法定代表人身份")
    next(button for button in at.button if button.label == "确认查看完整证件号").click().run()
    assert not at.exception and "tax.reveal" in actions()
    assert any(person(3) in str(code.value) or person(4) in str(code.value) for code in at.code)


@pytest.mark.parametrize("finding", ["0", "x", "99999999999999999999999"])
def test_nonsense_in_the_address_is_no_error(officer, finding):
    at = signing.visit("tax/subject.py", officer, finding=finding)
    assert not at.exception


def test_a_subject_is_not_for_everybody(made):
    at = signing.visit("tax/subject.py", signing.person(Role.WINDOW_CLERK, window="017"), finding=str(ids(made)[0]))
    assert "403" in at.error[0].value and uscc(1) not in said(at)
