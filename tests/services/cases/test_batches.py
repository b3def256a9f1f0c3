"""Many applications at once: told by row and column, filed together or not at all."""

import dataclasses

import pytest
from sqlalchemy import func, select

from models.cases import Case
from models.enums import CaseStatus, CaseType
from services.cases import batches
from services.errors import Invalid
from tests import builders

ITEM = "餐饮业卫生许可证副本换发"
GOOD = f"{ITEM}\t示例甲\t510113189901010011\t13800000001"
ALSO_GOOD = f"{ITEM}\t示例乙\t510113189001010024\t"


@pytest.fixture
def item(make_item):
    return make_item(name=ITEM, case_type=CaseType.IMMEDIATE)


@pytest.fixture
def check(session, item, clerk_017, now):
    def run(text, complete=False):
        return batches.check(session, text, materials_are_complete=complete, actor=clerk_017, now=now)

    return run


def told(checked):
    return [(problem.line, problem.column) for one in checked for problem in one.problems]


def count(session):
    return session.scalar(select(func.count()).select_from(Case))


def test_a_heading_and_empty_lines_are_passed_over_and_lines_keep_their_number():
    rows = batches.parse(f"事项\t申请人\t证件号码\t联系电话\n\n{GOOD}\n{ALSO_GOOD}")
    assert [(row.line, row.name, row.phone) for row in rows] == [(3, "示例甲", "13800000001"), (4, "示例乙", "")]


def test_each_bad_cell_is_told_with_its_row_column_and_reason(check, session):
    checked = check(f"{GOOD}\n没有的事项\t示例丙\t123\t12\n{ITEM}\t\t510113189203030031\t")
    assert told(checked) == [(2, "事项"), (2, "证件号码"), (2, "联系电话"), (3, "申请人")]
    assert [one.filing is not None for one in checked] == [True, False, False]
    assert all(problem.reason for one in checked for problem in one.problems)
    assert count(session) == 0


def test_an_item_must_be_meant_alone(check, make_item):
    make_item(name=f"{ITEM}（补证）")
    assert told(check(GOOD)) == []  # the whole name is one of them
    assert told(check(GOOD.replace(ITEM, "餐饮业"))) == [(1, "事项")]


def test_a_promised_item_wants_the_declaration_that_its_materials_are_there(check, make_item):
    make_item(name="场所卫生许可证核发")
    line = GOOD.replace(ITEM, "场所卫生许可证核发")
    assert "缺少必要材料" in check(line)[0].problems[0].reason
    assert check(line, complete=True)[0].filing is not None


def test_the_same_application_twice_in_one_paste_is_told(check):
    assert told(check(f"{GOOD}\n{ALSO_GOOD}\n{GOOD}")) == [(3, "整行")]


def test_the_good_rows_are_filed_and_pasting_them_again_files_nothing(check, session, clerk_017, now):
    done = batches.file(session, check(f"{GOOD}\n坏\n{ALSO_GOOD}"), actor=clerk_017, now=now)
    assert [row.line for row, _ in done] == [1, 3]
    assert {filed.status for _, filed in done} == {CaseStatus.DELIVERED}
    again = check(f"{GOOD}\n{ALSO_GOOD}")
    assert [one.problems[0].reason for one in again] == [f"今天已收过，办件编号 {filed.number}" for _, filed in done]


def test_what_was_checked_twice_at_once_is_filed_once(check, session, clerk_017, now):
    mine, theirs = check(GOOD), check(GOOD)
    first = batches.file(session, mine, actor=clerk_017, now=now)
    second = batches.file(session, theirs, actor=clerk_017, now=now)
    assert [filed.number for _, filed in first] == [filed.number for _, filed in second]
    assert count(session) == 1


def test_a_refusal_while_filing_names_the_row(check, session, clerk_017, now):
    good, other = check(f"{GOOD}\n{ALSO_GOOD}")
    spoilt = dataclasses.replace(other, filing=dataclasses.replace(other.filing, item_id=404))
    with pytest.raises(Invalid, match=r"第 2 行：没有找到这个事项.*本批一件也没有收"):
        batches.file(session, [good, spoilt], actor=clerk_017, now=now)


def test_more_than_three_hundred_rows_are_too_many():
    with pytest.raises(Invalid, match="300"):
        batches.parse("\n".join([GOOD] * 301))


def test_the_clerk_of_another_department_finds_no_such_item(session, item, clerk, now):
    checked = batches.check(session, GOOD, materials_are_complete=False, actor=clerk, now=now)
    assert told(checked) == [(1, "事项")]
    assert builders.PERSON.id_number not in repr([one.problems for one in checked])
