"""The publish gate: a valid guide passes every rule, and one changed element fails exactly the rule it breaks."""

import pytest

from models.enums import LintLevel
from services.rules.guide import Guide, LegalBasis
from services.rules.lint import REQUIRED, RULES, blocks, lint, may_set_permit

VALID = {
    "task_name": "道路货物运输经营许可", "catalog_code": "YC-0180101", "task_code": "510109-018-01-001-000",
    "task_type": "01", "use_level": "4", "dept_name": "交通局", "project_type": "2",
    "review_mode": "review_then_approve", "anticipate_day": 20, "promise_day": 5, "accept_condition": "有合格车辆",
    "by_law": [{"law_name": "中华人民共和国道路运输条例", "article": "第二十四条"}],
    "materials": [{"name": "安全生产管理制度"}, {"name": "车辆技术检测合格证"}],
    "handle_flow": [{"name": name} for name in ("受理", "审核", "审批", "办结", "送达")],
    "result_name": "道路运输经营许可证", "result_type": "certificate", "result_sample": "样本.pdf",
    "link_way": "窗口或电话咨询", "consult_phone": "028-00001801",
    "supervise_way": "督查科受理", "complain_phone": "028-00009999",
    "places": [{"place": "政务大厅", "hours": "工作日 9:00—17:00"}], "serve_type": ["1", "2"],
    "user_topic_type": ["095"], "corp_topic_type": ["090"], "handle_type": ["1", "2"], "is_online": True,
    "limit_scene_num": 1, "limit_scene_explain": "领证时核对原件", "online_handle_depth": "3",
    "faq": [{"question": "多久办结？", "answer": "五个工作日。"}],
}  # fmt: skip
ON_THE_SPOT = {"promise_day": 0, "project_type": "1", "review_mode": "on_the_spot"}
FEES = {"is_fee": True, "fee_basis": "川价发〔2005〕1号", "fee_items": [{"name": "工本费", "standard": "每证10元"}]}
NO_VISIT = {"limit_scene_num": 0, "limit_scene_explain": "", "online_handle_depth": "4"}


def guide(**changes):
    return Guide.model_validate(VALID | changes)


def rules(**changes):
    return [finding.rule for finding in lint(guide(**changes))]


def test_a_valid_guide_has_no_findings():
    assert lint(guide()) == []


PASSING = [
    ("CAT-L01", ON_THE_SPOT),
    ("CAT-L01", ON_THE_SPOT | {"promise_day": 30, "promise_type": "work_minute"}),
    ("CAT-L01", {"promise_day": 4, "promise_type": "work_hour"}),
    ("CAT-L02", {"promise_day": 20}),
    ("CAT-L02", {"promise_day": 160, "promise_type": "work_hour"}),
    ("CAT-L02", {"promise_day": 21, "anticipate_day": 30, "anticipate_type": "natural_day"}),
    ("CAT-L02", {"promise_day": 30, "promise_type": "natural_day", "anticipate_day": 1, "anticipate_type": "month"}),
    ("CAT-L03", NO_VISIT),
    ("CAT-L03", NO_VISIT | {"is_online": False, "handle_type": ["1", "4"], "online_handle_depth": None}),
    ("CAT-L04", NO_VISIT),
    ("CAT-L05", FEES),
    ("CAT-L05", FEES | {"is_pay_online": True}),
    ("CAT-L05", FEES | {"fee_items": [{"name": "工本费", "amount": 10}]}),
    ("CAT-L06", {"consult_phone": "028-00001801、028-00001802"}),
    ("CAT-L06", {"complain_phone": "028-12345"}),
    ("CAT-L07", {"serve_type": ["1"], "corp_topic_type": []}),
    ("CAT-L07", {"serve_type": ["2"], "user_topic_type": []}),
    ("CAT-L08", {"result_name": "关于项目建议书的批复", "result_type": "approval"}),
    ("CAT-L09", {"result_name": "", "result_sample": ""}),
    ("CAT-L10", {"task_type": "10", "handle_flow": [{"name": "受理"}], "faq": []}),
    ("CAT-L11", {"materials": [{"name": "其他组织的营业执照"}, {"name": "有关部门的批准文件"}]}),
    ("CAT-L12", {"intermediary_services": ["环境影响评价"], "intermediary_basis": "环境影响评价法第十九条"}),
    ("CAT-L13", {"by_law": [{"law_name": "道路运输管理规定", "issuer": "交通部"}, VALID["by_law"][0]]}),
    ("CAT-L13", {"task_type": "20", "by_law": [{"law_name": "窗口服务规范"}], "handle_flow": [{"name": "受理"}]}),
    ("CAT-L14", {"flow": [{"stage": 1, "department": "卫生局"}, {"stage": 1, "department": "公安分局"}]}),
    (
        "CAT-L15",
        {
            "form": [{"label": "面积", "kind": "number"}],
            "flow": [
                {"stage": 1, "department": "卫生局"},
                {
                    "stage": 1,
                    "department": "公安分局",
                    "when_fact": "表单:面积",
                    "when_operator": "at_least",
                    "when_value": "200",
                },
            ],
        },
    ),
]


@pytest.mark.parametrize(("rule", "changes"), PASSING)
def test_the_rule_is_kept(rule, changes):
    assert rule not in rules(**changes)
    assert not blocks(lint(guide(**changes)))


STEPS = VALID["handle_flow"]
FAILING = [
    ("CAT-L01", "project_type", {"promise_day": 0}),
    ("CAT-L01", "project_type", {"project_type": "1", "review_mode": "on_the_spot"}),
    ("CAT-L01", "project_type", {"review_mode": "on_the_spot"}),
    ("CAT-L01", "project_type", {"review_mode": None}),
    ("CAT-L01", "project_type", {"project_type": "9"}),
    ("CAT-L01", "project_type", ON_THE_SPOT | {"promise_day": 9, "promise_type": "work_hour"}),
    ("CAT-L01", "review_mode", {"project_type": "1", "promise_day": 30, "promise_type": "work_minute"}),
    ("CAT-L02", "promise_day", {"promise_day": 21}),
    ("CAT-L02", "promise_day", {"promise_day": 161, "promise_type": "work_hour"}),
    ("CAT-L02", "promise_day", {"promise_day": 20, "anticipate_day": 20, "anticipate_type": "natural_day"}),
    ("CAT-L02", "promise_day", {"promise_day": 2, "promise_type": "month", "anticipate_type": "natural_day"}),
    ("CAT-L03", "limit_scene_explain", {"limit_scene_explain": ""}),
    ("CAT-L03", "limit_scene_num", {"limit_scene_num": 0, "is_online": False, "handle_type": ["1"]}),
    ("CAT-L04", "online_handle_depth", {"online_handle_depth": "4"}),
    ("CAT-L05", "fee_basis", FEES | {"fee_basis": ""}),
    ("CAT-L05", "fee_items", FEES | {"fee_items": []}),
    ("CAT-L05", "fee_items", FEES | {"fee_items": [{"name": "工本费"}]}),
    ("CAT-L05", "is_pay_online", {"is_pay_online": True}),
    ("CAT-L06", "complain_phone", {"complain_phone": "00009999"}),
    ("CAT-L06", "complain_phone", {"complain_phone": "02800001801"}),
    ("CAT-L06", "consult_phone", {"consult_phone": "028-00001801、1802"}),
    ("CAT-L07", "user_topic_type", {"serve_type": ["2"]}),
    ("CAT-L07", "corp_topic_type", {"serve_type": ["1"]}),
    ("CAT-L08", "result_type", {"result_type": "approval"}),
    ("CAT-L08", "result_type", {"result_name": "营业执照（正本、副本）", "result_type": "other"}),
    ("CAT-L08", "result_type", {"result_name": "项目核准批复"}),
    ("CAT-L09", "result_sample", {"result_sample": ""}),
    ("CAT-L10", "handle_flow", {"handle_flow": STEPS[:4]}),
    ("CAT-L10", "handle_flow", {"handle_flow": [{"name": "受理审核"}, {"name": "审批办结"}, {"name": "送达"}]}),
    ("CAT-L10", "faq", {"faq": []}),
    ("CAT-L11", "materials", {"materials": [{"name": "其他材料"}]}),
    ("CAT-L11", "materials", {"materials": [{"name": "有关证明材料"}]}),
    ("CAT-L11", "materials", {"materials": [{"name": "法律、行政法规规定的其他文件"}]}),
    ("CAT-L11", "materials", {"materials": [{"name": "其他需要提交的资料"}]}),
    ("CAT-L12", "intermediary_basis", {"intermediary_services": ["环境影响评价"]}),
    ("CAT-L12", "intermediary_basis", {"materials": [{"name": "验资报告", "is_intermediary_report": True}]}),
    ("CAT-L13", "by_law", {"by_law": [{"law_name": "道路货物运输及站场管理规定", "issuer": "交通部"}]}),
    ("CAT-L14", "flow", {"flow": [{"stage": 1, "department": "卫生局", "join": "vote", "quorum": 3}]}),
    ("CAT-L15", "form", {"form": [{"label": "面积", "kind": "number"}, {"label": "面积"}]}),
    ("CAT-L15", "form", {"form": [{"label": "业态", "kind": "choice", "options": ["餐饮"]}]}),
    (
        "CAT-L15",
        "flow",
        {
            "flow": [
                {"stage": 1, "department": "卫生局"},
                {
                    "stage": 1,
                    "department": "公安分局",
                    "when_fact": "表单:面积",
                    "when_operator": "at_least",
                    "when_value": "200",
                },
            ]
        },
    ),
]


@pytest.mark.parametrize(("rule", "field", "changes"), FAILING)
def test_the_rule_is_broken_and_no_other(rule, field, changes):
    found = lint(guide(**changes))
    assert {(finding.rule, finding.field) for finding in found} == {(rule, field)}
    assert blocks(found) == (rule not in ("CAT-L08", "CAT-L09", "CAT-L10"))


def test_every_rule_is_tried_both_ways():
    named = {rule for rule, _, _ in RULES} - {"CAT-REQ"}
    assert named == {f"CAT-L{number:02d}" for number in range(1, 16)}
    assert {rule for rule, _ in PASSING} == {rule for rule, _, _ in FAILING} == named


@pytest.mark.parametrize("element", REQUIRED)
def test_a_missing_required_element_is_named_by_its_chinese_title(element):
    nothing = Guide.model_fields[element].get_default(call_default_factory=True)
    missing = [finding for finding in lint(guide(**{element: nothing})) if finding.rule == "CAT-REQ"]
    assert [finding.field for finding in missing] == [element]
    assert f"「{Guide.model_fields[element].title}」" in missing[0].message
    assert blocks(missing)


def test_a_place_without_hours_is_not_enough():
    assert rules(places=[{"place": "政务大厅"}]) == ["CAT-REQ"]


def test_an_empty_draft_is_told_everything_that_is_required_at_once():
    assert {finding.field for finding in lint(Guide()) if finding.rule == "CAT-REQ"} == set(REQUIRED)


def test_a_permit_without_any_basis_breaks_both_the_list_and_the_law():
    assert rules(by_law=[]) == ["CAT-REQ", "CAT-L13"]


def test_one_number_for_consulting_and_for_complaints_is_told_however_it_is_written():
    assert rules(complain_phone="028 00001801") == rules(complain_phone="028-00009999、028-00001801") == ["CAT-L06"]


@pytest.mark.parametrize(
    ("basis", "may"),
    [
        ({"law_name": "《中华人民共和国消防法》"}, True),
        ({"law_name": "中华人民共和国建筑法（2019年修正）"}, True),
        ({"law_name": "公共场所卫生管理条例"}, True),
        ({"law_name": "国务院对确需保留的行政审批项目设定行政许可的决定"}, True),
        ({"law_name": "旅馆业治安管理办法", "issuer": "国务院批准，公安部发布"}, False),
        ({"law_name": "旅馆业治安管理办法", "doc_no": "国务院令第588号修订"}, True),
        ({"law_name": "四川省某某管理办法", "doc_no": "四川省人民政府令第1号"}, True),
        ({"law_name": "典当管理办法", "doc_no": "商务部、公安部令2005年第8号"}, False),
        ({"law_name": "关于加强管理的通知"}, False),
        ({"law_name": "食品卫生许可证管理办法"}, False),
    ],
)
def test_only_laws_regulations_and_state_council_decisions_set_a_permit(basis, may):
    assert may_set_permit(LegalBasis(**basis)) is may


def test_findings_are_warnings_only_for_what_need_not_stop_publishing():
    assert {rule for rule, level, _ in RULES if level is LintLevel.WARNING} == {"CAT-L08", "CAT-L09", "CAT-L10"}
    assert not blocks([])
