"""The exported workbook imports again without loss, and one edited cell changes one element."""

import dataclasses

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.catalogue import ItemVersion
from models.enums import ServiceTier
from services import actors
from services.catalogue import elements, exporting, importing, items, versions
from services.errors import NotAllowed
from services.exchange import sheets, workbooks
from services.rules.differences import in_words
from services.rules.guide import Guide
from tests.services.catalogue.conftest import DISTRICT, NOW, current, guide

FULL = {
    "main_item": "卫生\n许可", "task_handle_item": "TWS-00101", "regime": "LEGACY_2008", "source_note": "=来源+1",
    "power_source": "法定", "power_division": "分级", "exercise_content": "核发", "dept_code": "00877868",
    "dept_type": "1", "entrust_name": "无", "other_dept": ["公安局、消防大队", "环保局"],
    "anticipate_explain": "法定", "promise_type": "natural_day", "anticipate_type": "month",
    "promise_explain": "承诺", "scope_of_application": "<b>全区</b>", "prohibited": "禁止", "limit_explain": "无限制",
    "flow": [{"stage": 1, "department": "卫生局", "limit": 3}, {"stage": 2, "department": "公安局", "join": "any"}],
    "special_procedure": [{"kind": "1", "name": "延长", "legal_basis": "许可法42条", "max_days": 10}],
    "intermediary_services": ["检测；评价"], "intermediary_basis": "条例", "requires_results_of": ["GS-001"],
    "is_fee": True, "fee_basis": "川价发", "fee_items": [{"name": "工本费", "amount": "10.50", "standard": "每证"}],
    "result_sample": "样本.pdf", "handle_area": "counties", "is_online": True, "online_handle_depth": "3",
    "online_handle_url": "https://example.test/a?b=1", "is_entry_center": False, "is_schedule": True,
    "is_pay_online": True, "is_express": True, "applicant_rights": "一\n二\n\n三", "review_dept": "区政府",
    "litigation_dept": "区法院", "faq": [{"question": "多久？", "answer": "五日"}, {"question": "多久？"}],
    "plan_effective_date": "2026-12-01", "plan_cancel_date": "2030-01-01",
    "materials": [
        {"key": "m7", "name": "身份证", "source_channel": "government", "issuer": "公安", "medium": "paper",
         "copy_kind": "copy", "originals": 0, "copies": 2, "necessity": "conditional", "condition": "个人",
         "note": "清晰", "trust_level": "A"},
        {"key": "m2", "name": "评价报告", "is_intermediary_report": True},
    ],
    "by_law": [{"law_name": "传染病防治法", "doc_no": "主席令17号", "article": "29", "text": "长" * 3000,
                "issuer": "全国人大", "effective_date": "2013-06-29"}],
    "places": [{"place": "南厅", "windows": "1-3", "hours": "9:00—17:00", "traffic": "地铁"}, {"place": "西厅"}],
    "form": [{"key": "f1", "section": "场所", "label": "经营面积", "kind": "number", "unit": "平方米", "minimum": 5},
             {"key": "f2", "label": "业态", "kind": "choices", "options": ["餐饮", "酒店"], "is_required": False,
              "when_field": "经营面积", "when_operator": "at_least", "when_value": "50", "help": "可多选"}],
    "handle_flow": [{"name": "受理", "department": "卫生局", "officer": "甲岗", "limit": 0, "unit": "work_hour",
                     "standard": "齐全"}, {"name": "受理"}],
}  # fmt: skip


@pytest.fixture
def filled(session, make_item, make_published, trade, system):
    """Three items: one with every element, one published with a draft, one nearly empty."""
    make_item("WS-001", **FULL)
    item = make_published("WS-002", task_name="第二件")
    version = versions.draft(session, item, actor=system, now=NOW)
    changed = guide(task_code="TWS-002", task_name="第二件", promise_day=4)
    versions.edit(session, version, changed, expected_version=1, actor=system, now=NOW)
    items.create(session, code="GS-001", department_id=trade.id, tier=ServiceTier.STREET,
                 guide=Guide(task_name="空件"), actor=system, now=NOW)  # fmt: skip


def take_in(session, content, **options):
    actor = actors.system(DISTRICT)
    return importing.import_catalogue(session, content, "目录.xlsx", actor=actor, now=NOW, **options)


def tables(content):
    return {sheet.name: sheet for sheet in sheets.read(content, "x.xlsx")}


def rewritten(found):
    return workbooks.write(
        (sheet.name, sheet.headings, [[row[title] for title in sheet.headings] for row in sheet.rows])
        for sheet in found.values()
    )


def with_cell(content, sheet, row, column, value):
    found = tables(content)
    rows = list(found[sheet].rows)
    rows[row] = dataclasses.replace(rows[row], cells=rows[row].cells | {column: value})
    return rewritten(found | {sheet: dataclasses.replace(found[sheet], rows=rows)})


def test_the_example_fills_every_element():
    empty, full = Guide(), guide(task_code="T", **FULL)
    assert [element for element in Guide.model_fields if getattr(full, element) == getattr(empty, element)] == []


def test_the_workbook_has_a_column_for_every_element_and_a_sheet_for_every_list(session, filled, staff):
    found = tables(exporting.export_catalogue(session, staff))
    titles = {str(field.title) for field in Guide.model_fields.values()}
    assert titles == set(found["事项"].headings) - set(exporting.HEADINGS) | set(found) - {"事项"}
    assert [row["本平台编码"] for row in found["事项"].rows] == ["WS-001", "WS-002", "GS-001"]
    assert found["事项"].rows[0]["服务对象"] == "自然人、企业法人"
    assert (found["事项"].rows[1]["版本状态"], found["事项"].rows[1]["承诺办结时限"]) == ("草稿", "4")


def test_importing_the_export_changes_nothing(session, filled, staff):
    report = take_in(session, exporting.export_catalogue(session, staff))
    assert report.errors == []
    assert (report.rows, report.created, report.changed, report.unchanged) == (3, 0, 0, 3)


def test_an_empty_installation_takes_the_whole_catalogue_over(session, filled, other_session, staff):
    report = take_in(other_session, exporting.export_catalogue(session, staff))
    assert (report.errors, report.created) == ([], 3)
    actor = actors.system(DISTRICT)
    for code in ("WS-001", "WS-002", "GS-001"):
        mine, theirs = items.by_code(session, code, actor), items.by_code(other_session, code, actor)
        there = other_session.get_one(ItemVersion, (DISTRICT, theirs.draft_version_id))
        assert versions.content(there) == versions.content(current(session, mine))
        for column in ("name", "tier", "item_type", "topics", "for_person", "search_text"):
            assert getattr(mine, column) == getattr(theirs, column)
    assert items.get(other_session, theirs.id, actor).department == "工商局"


@pytest.mark.parametrize(
    ("sheet", "row", "column", "value", "words"),
    [
        ("事项", 0, "承诺办结时限", "3", ["承诺办结时限 5 → 3"]),
        ("事项", 0, "是否进驻大厅", "是", ["是否进驻大厅 否 → 是"]),
        ("事项", 0, "服务对象", "自然人", ["删除 服务对象：企业法人"]),
        ("事项", 0, "计划生效日期", "2027/1/2", ["计划生效日期 2026-12-01 → 2027-01-02"]),
        ("事项", 0, "通办范围", "", ["删除 通办范围：跨县通办"]),
        ("申请材料", 0, "原件份数", "1", ["申请材料「身份证」：原件份数 0 → 1"]),
        ("收费项目", 0, "金额(元)", "12", ["收费项目「工本费」：金额(元) 10.50 → 12"]),
        ("办理流程", 1, "环节", "审核", ["删除 办理流程「受理」", "新增 办理流程「审核」"]),
    ],
)
def test_one_edited_cell_changes_exactly_that_element(session, filled, staff, sheet, row, column, value, words):
    content = with_cell(exporting.export_catalogue(session, staff), sheet, row, column, value)
    before = versions.content(current(session, items.by_code(session, "WS-001", staff)))
    report = take_in(session, content)
    assert (report.errors, report.changed, report.unchanged) == ([], 1, 2)
    after = versions.content(current(session, items.by_code(session, "WS-001", staff)))
    assert in_words(versions.differences(before, after)) == words


@pytest.mark.parametrize(
    ("sheet", "row", "column", "value", "reason"),
    [
        ("事项", 0, "承诺办结时限", "三天", "请填写整数"),
        ("事项", 0, "承诺办结时限", "-1", "不能小于 0"),
        ("事项", 0, "办件类型", "急件", "「急件」不在可选值中，应为：即办件、承诺件、其他"),
        ("事项", 0, "是否收费", "也许", "应填写「是」或「否」"),
        ("事项", 0, "层级", "国家", "应为：区、街道、社区"),
        ("事项", 0, "事项名称", "", "必填，不能为空"),
        ("申请材料", 1, "复印件份数", "100", "不能大于 99"),
        ("申请材料", 1, "材料名称", "", "必填，不能为空"),
        ("设定依据", 0, "施行日期", "某年", "请按 2026-11-22 的格式填写日期"),
        ("常见问题", 0, "本平台编码", "WS-9", "「事项」表中没有这个编码"),
    ],
)
def test_a_bad_cell_is_told_with_its_sheet_and_row(session, filled, staff, sheet, row, column, value, reason):
    report = take_in(session, with_cell(exporting.export_catalogue(session, staff), sheet, row, column, value))
    assert [(error.sheet, error.row, error.column, error.value, error.reason) for error in report.errors] == [
        (sheet, row + 2, column, value, reason)
    ]
    assert report.changed == 0


def test_an_identifying_code_that_another_item_or_row_has_is_told(session, filled, staff):
    content = exporting.export_catalogue(session, staff)
    content = with_cell(content, "事项", 2, "实施编码", "TWS-002")
    assert [(error.row, error.column, error.reason) for error in take_in(session, content).errors] == [
        (4, "实施编码", "与第 3 行的编码重复"),
    ]  # fmt: skip
    found = tables(content)
    found["事项"].rows.pop(1)
    alone = {"事项": found["事项"]}
    assert [(error.row, error.column, error.reason) for error in take_in(session, rewritten(alone)).errors] == [
        (3, "实施编码", "该编码已被目录中的另一事项使用"),
    ]  # fmt: skip


def test_a_rejected_item_comes_back_with_all_its_rows(session, filled, staff):
    content = with_cell(exporting.export_catalogue(session, staff), "申请材料", 1, "复印件份数", "100")
    report = take_in(session, content, on_error="skip")
    back = tables(report.rejected_sheet)
    assert [row["本平台编码"] for row in back["事项"].rows] == ["WS-001"]
    assert [row["错误原因"] for row in back["申请材料"].rows] == ["", "复印件份数：不能大于 99"]
    assert len(back["设定依据"].rows) == 1
    corrected = take_in(session, with_cell(report.rejected_sheet, "申请材料", 1, "复印件份数", "1"))
    assert (corrected.errors, corrected.changed) == ([], 1)


def test_a_workbook_without_a_list_leaves_that_list_alone(session, filled, staff):
    found = tables(exporting.export_catalogue(session, staff))
    found.pop("申请材料")
    assert take_in(session, rewritten(found)).unchanged == 3


def test_an_export_holds_what_the_filter_finds(session, filled, staff, trade, chief):
    content = exporting.export_catalogue(session, staff, {"department_id": trade.id})
    assert [row["本平台编码"] for row in tables(content)["事项"].rows] == ["GS-001"]
    with pytest.raises(NotAllowed):
        exporting.export_catalogue(session, actors.public(DISTRICT))


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30).map(str.strip)
CELLS = [element for element in elements.CELLS if elements.kind(Guide, element) == (str, False)]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from([each for each in CELLS if each not in ("task_type",)]), TEXTS))
def test_any_text_survives_the_way_through_a_sheet(texts):
    content = workbooks.write([("事项", list(texts) or ["x"], [list(texts.values())])])
    row = sheets.read(content, "x")[0].rows if any(texts.values()) else []
    read = row[0].cells if row else {}
    values, refused = elements.parse(
        Guide, [(element, read.get(element, "")) for element in texts if len(texts[element]) < 50]
    )
    assert refused == []
    assert values == Guide.model_validate(texts).model_dump(include=set(texts))
