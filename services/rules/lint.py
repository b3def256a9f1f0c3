"""The publish gate of the catalogue (R-CAT-04): what is wrong with a guide, and how to mend it.

Rule ids follow domain §1.8; CAT-REQ is the list of elements marked * in §1.2. A rule looks only at what is filled in:
an element left empty is reported once, by CAT-REQ.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from models.enums import (
    CaseType,
    HandlingChannel,
    ItemType,
    LimitUnit,
    LintLevel,
    OnlineDepth,
    ResultType,
    ReviewMode,
    ServiceTarget,
)
from services.rules import flow, forms
from services.rules.conditions import FORM
from services.rules.guide import Guide, LegalBasis


@dataclass(frozen=True)
class Finding:
    rule: str
    level: LintLevel
    field: str  # an element of the guide
    message: str


Complaint = tuple[str, str]  # element, message

REQUIRED = (
    "task_name", "catalog_code", "task_code", "task_type", "by_law", "use_level", "dept_name", "anticipate_day",
    "promise_day", "project_type", "accept_condition", "materials", "handle_flow", "link_way", "consult_phone",
    "supervise_way", "complain_phone", "places", "serve_type", "handle_type", "limit_scene_num",
)  # fmt: skip

A_WORKING_DAY = 480  # minutes: an 8-hour day, R-TIM-05
WORKING_MINUTES = {LimitUnit.WORK_MINUTE: 1, LimitUnit.WORK_HOUR: 60, LimitUnit.WORKDAY: A_WORKING_DAY}
CALENDAR_DAYS = {LimitUnit.NATURAL_DAY: 1.0, LimitUnit.MONTH: 30.0}
CALENDAR_DAYS_PER_WORKDAY = 7 / 5
ON_THE_SPOT = (CaseType.IMMEDIATE, ReviewMode.ON_THE_SPOT)
PROMISED = (CaseType.PROMISED, ReviewMode.REVIEW_THEN_APPROVE)

REMOTE_CHANNELS = {HandlingChannel.WEB, HandlingChannel.MOBILE, HandlingChannel.COURIER}
AREA_CODED = re.compile(r"0[1-9]\d{1,2}[-—\s]?\d{5,8}(?:[-转]\d{1,6})?")
PHONE_SEPARATORS = re.compile(r"[、，,;；/\n]+")
RESULT_TYPES = {
    "证": ResultType.CERTIFICATE, "证书": ResultType.CERTIFICATE, "执照": ResultType.CERTIFICATE,
    "批复": ResultType.APPROVAL,
}  # fmt: skip
PERMIT_STEPS = ("受理", "审核", "审批", "办结", "送达")
CATCH_ALL = re.compile(
    r"(?:其他|其它|有关|相关)(?:的)?(?:需要|应当|要求|必要|所需)?(?:提交|提供|补充)?(?:的)?"
    r"(?:证明|申请|申报)?(?:材料|资料|文件|证件|手续)"
    r"|(?:规定|要求|需要|认为)(?:提交|提供)?的?(?:其他|其它)"
)
LAW_NAME = re.compile(r"(?:(?<!办)法|条例)$")
LAW_MAKERS = re.compile(r"主席令|国务院令|国发|人民代表大会|人大常委会|省人民政府令|省政府令|国务院(?:决定|$)")


def lint(guide: Guide) -> list[Finding]:
    """Everything that stands against publishing, in the order of the rules."""
    return [Finding(rule, level, element, message) for rule, level, check in RULES for element, message in check(guide)]


def blocks(findings: Iterable[Finding]) -> bool:
    """An error keeps a version from being published; a warning does not."""
    return any(finding.level is LintLevel.ERROR for finding in findings)


def _required(guide: Guide) -> Iterator[Complaint]:
    for element in REQUIRED:
        if getattr(guide, element) in (None, "", []):
            yield element, f"「{Guide.model_fields[element].title}」未填写，请补充后再发布"
    if guide.places and not any(place.hours for place in guide.places):
        yield "places", "「办理时间」未填写，请至少为一个办理地点写明办理时间"


def _case_type(guide: Guide) -> Iterator[Complaint]:
    """CAT-L01. A promise of some minutes or hours within one working day may belong to either kind."""
    if guide.project_type is None or guide.promise_day is None:
        return
    kinds = (guide.project_type, guide.review_mode)
    if guide.promise_day == 0:
        if kinds != ON_THE_SPOT:
            yield "project_type", "承诺时限为即办，办件类型应为「即办件」、审查类型应为「即审即办」，请改为一致"
    elif _within_a_day(guide):
        if kinds not in (ON_THE_SPOT, PROMISED):
            yield "review_mode", "即办件应配「即审即办」，承诺件应配「前审后批」，请把办件类型与审查类型改为一致"
    elif kinds != PROMISED:
        yield "project_type", "承诺时限不是即办，应为「承诺件」和「前审后批」；能当场办结的请把承诺时限改为 0"


def _within_a_day(guide: Guide) -> bool:
    minutes = WORKING_MINUTES.get(guide.promise_type, A_WORKING_DAY)
    return minutes < A_WORKING_DAY and (guide.promise_day or 0) * minutes <= A_WORKING_DAY


def _calendar_days(number: int, unit: LimitUnit) -> float:
    if unit in CALENDAR_DAYS:
        return number * CALENDAR_DAYS[unit]
    return number * WORKING_MINUTES[unit] / A_WORKING_DAY * CALENDAR_DAYS_PER_WORKDAY


def _longer(promise: int, promise_unit: LimitUnit, limit: int, limit_unit: LimitUnit) -> bool:
    if promise_unit in WORKING_MINUTES and limit_unit in WORKING_MINUTES:
        return promise * WORKING_MINUTES[promise_unit] > limit * WORKING_MINUTES[limit_unit]
    return _calendar_days(promise, promise_unit) > _calendar_days(limit, limit_unit)


def _promise(guide: Guide) -> Iterator[Complaint]:
    """CAT-L02. Between working and calendar time five working days count as a week."""
    if guide.promise_day is None or guide.anticipate_day is None:
        return
    if _longer(guide.promise_day, guide.promise_type, guide.anticipate_day, guide.anticipate_type):
        promise = f"{guide.promise_day} {guide.promise_type.label}"
        limit = f"{guide.anticipate_day} {guide.anticipate_type.label}"
        yield "promise_day", f"承诺办结时限（{promise}）超过法定办结时限（{limit}），请缩短承诺时限"


def _visits(guide: Guide) -> Iterator[Complaint]:
    """CAT-L03."""
    if guide.limit_scene_num and not guide.limit_scene_explain:
        yield "limit_scene_explain", f"需到现场 {guide.limit_scene_num} 次但未写明必须现场的原因，请补充原因或改为 0 次"
    if guide.limit_scene_num == 0 and not (guide.is_online or REMOTE_CHANNELS & set(guide.handle_type)):
        yield "limit_scene_num", "到现场次数为 0，但既不能网上办理也不能快递申请，请开通其中一种或改正次数"


def _depth(guide: Guide) -> Iterator[Complaint]:
    """CAT-L04."""
    if guide.online_handle_depth is OnlineDepth.FULL and guide.limit_scene_num:
        yield "online_handle_depth", "网办深度为Ⅳ级全程网办，到现场次数应为 0，请改正次数或网办深度"


def _fees(guide: Guide) -> Iterator[Complaint]:
    """CAT-L05."""
    if not guide.is_fee:
        if guide.is_pay_online:
            yield "is_pay_online", "本事项不收费，不应开通网上支付，请关闭网上支付"
        return
    if not guide.fee_basis:
        yield "fee_basis", "本事项收费但未写明收费依据，请填写收费文件名称和文号"
    if not guide.fee_items:
        yield "fee_items", "本事项收费但没有收费项目，请逐项填写"
    for fee in guide.fee_items:
        if not fee.standard and fee.amount is None:
            yield "fee_items", f"收费项目「{fee.name}」没有收费标准，请填写标准或金额"


def _phones(guide: Guide) -> Iterator[Complaint]:
    """CAT-L06."""
    numbers = {}
    for element in ("consult_phone", "complain_phone"):
        written = [part.strip() for part in PHONE_SEPARATORS.split(getattr(guide, element)) if part.strip()]
        numbers[element] = {re.sub(r"\D", "", part) for part in written}
        if not all(AREA_CODED.fullmatch(part) for part in written):
            title = Guide.model_fields[element].title
            yield element, f"「{title}」应为带区号的电话号码，例如 028-00001234，请改正"
    if numbers["consult_phone"] & numbers["complain_phone"]:
        yield "complain_phone", "监督电话与咨询电话相同，请填写另一个不由经办窗口接听的监督电话"


def _topics(guide: Guide) -> Iterator[Complaint]:
    """CAT-L07."""
    if not guide.serve_type:
        return
    if guide.user_topic_type and ServiceTarget.PERSON not in guide.serve_type:
        yield "user_topic_type", "服务对象不含自然人，却选了个人主题，请去掉个人主题或增加服务对象「自然人」"
    if guide.corp_topic_type and set(guide.serve_type) == {ServiceTarget.PERSON}:
        yield "corp_topic_type", "服务对象只有自然人，却选了法人主题，请去掉法人主题或增加法人服务对象"


def _result_type(guide: Guide) -> Iterator[Complaint]:
    """CAT-L08. A trailing bracket such as （正本、副本） does not hide what the result is."""
    name = re.sub(r"[（(][^（()）]*[）)]$|[》」\s]", "", guide.result_name)
    expected = next((kind for ending, kind in RESULT_TYPES.items() if name.endswith(ending)), None)
    if expected and guide.result_type is not expected:
        yield "result_type", f"结果名称为「{guide.result_name}」，结果类型通常为「{expected.label}」，请核对"


def _sample(guide: Guide) -> Iterator[Complaint]:
    """CAT-L09."""
    if guide.result_name and not guide.result_sample:
        yield "result_sample", f"尚未提供「{guide.result_name}」的结果样本，请上传"


def _permit_steps(guide: Guide) -> Iterator[Complaint]:
    """CAT-L10."""
    if guide.task_type != ItemType.PERMIT:
        return
    names = [step.name for step in guide.handle_flow]
    missing = [word for word in PERMIT_STEPS if not any(word in name for name in names)]
    if missing:
        yield "handle_flow", f"行政许可的办理流程缺少环节：{'、'.join(missing)}，请补充"
    elif len(names) < len(PERMIT_STEPS):
        yield "handle_flow", "行政许可的办理流程应把受理、审核、审批、办结、送达分为至少五个环节，请拆分"
    if not guide.faq:
        yield "faq", "行政许可应至少有一个常见问题，请补充"


def _catch_alls(guide: Guide) -> Iterator[Complaint]:
    """CAT-L11."""
    for material in guide.materials:
        if CATCH_ALL.search(material.name):
            yield "materials", f"材料「{material.name}」是兜底条款，申请人无法准备，请写明具体材料名称或删除"


def _intermediaries(guide: Guide) -> Iterator[Complaint]:
    """CAT-L12."""
    asked = guide.intermediary_services or [row.name for row in guide.materials if row.is_intermediary_report]
    if asked and not guide.intermediary_basis:
        services = "、".join(asked)
        yield "intermediary_basis", f"要求中介服务（{services}）但未写明法律、行政法规依据，请补充依据或取消要求"


def may_set_permit(basis: LegalBasis) -> bool:
    """A law, regulation, State Council decision or provincial government rule (行政许可法 arts. 14-17)."""
    name = re.sub(r"[（(][^（()）]*[）)]$", "", basis.law_name.strip("《》 ")).strip("《》 ")
    if LAW_NAME.search(name) or (name.startswith("国务院") and "决定" in name):
        return True
    return any(LAW_MAKERS.search(text) for text in (basis.doc_no, basis.issuer))


def _permit_basis(guide: Guide) -> Iterator[Complaint]:
    """CAT-L13."""
    if guide.task_type == ItemType.PERMIT and not any(map(may_set_permit, guide.by_law)):
        yield "by_law", "行政许可须以法律、法规或国务院决定为依据，部门规章和规范性文件不能设定；请补充依据"


def _flow(guide: Guide) -> Iterator[Complaint]:
    """CAT-L14: a flow that could not run is not published."""
    for number, reason in flow.problems(guide.flow):
        yield "flow", f"部门流程{f'第 {number} 行' if number else ''}：{reason}"


def _form(guide: Guide) -> Iterator[Complaint]:
    """CAT-L15: a form that nobody could fill in is not published, nor a flow that asks for a field it lacks."""
    for number, reason in forms.design_problems(guide.form):
        yield "form", f"申请表单{f'第 {number} 个字段' if number else ''}：{reason}"
    labels = {FORM + field.label for field in guide.form}
    for row in guide.flow:
        if row.when_fact.startswith(FORM) and row.when_fact not in labels:
            yield "flow", f"部门流程的条件项「{row.when_fact}」不在申请表单里"


Check = Callable[[Guide], Iterator[Complaint]]

RULES: tuple[tuple[str, LintLevel, Check], ...] = (
    ("CAT-REQ", LintLevel.ERROR, _required),
    ("CAT-L01", LintLevel.ERROR, _case_type),
    ("CAT-L02", LintLevel.ERROR, _promise),
    ("CAT-L03", LintLevel.ERROR, _visits),
    ("CAT-L04", LintLevel.ERROR, _depth),
    ("CAT-L05", LintLevel.ERROR, _fees),
    ("CAT-L06", LintLevel.ERROR, _phones),
    ("CAT-L07", LintLevel.ERROR, _topics),
    ("CAT-L08", LintLevel.WARNING, _result_type),
    ("CAT-L09", LintLevel.WARNING, _sample),
    ("CAT-L10", LintLevel.WARNING, _permit_steps),
    ("CAT-L11", LintLevel.ERROR, _catch_alls),
    ("CAT-L12", LintLevel.ERROR, _intermediaries),
    ("CAT-L13", LintLevel.ERROR, _permit_basis),
    ("CAT-L14", LintLevel.ERROR, _flow),
    ("CAT-L15", LintLevel.ERROR, _form),
)
