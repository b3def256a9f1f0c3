"""Texts of messages: placeholders in braces, checked as they are edited, filled as they are sent. No id numbers in them."""

import re
import string
from collections.abc import Collection, Mapping

from models.enums import MessageEvent
from services.errors import Invalid
from services.rules import identifiers

SMS_LENGTH, SUBJECT_LENGTH, BODY_LENGTH = 200, 80, 2000
FIRST_PART, NEXT_PART = 70, 67  # characters of one short message, and of each part of a longer one
EXAMPLES: dict[str, str] = {  # of what applicants are told
    "事项": "公共场所卫生许可（新办）",
    "办件编号": "51010920261126000017",
    "中心": "政务服务中心",
    "窗口": "政务服务中心 12 号窗口",
    "地址": "天府大道 1 号",
    "办公时间": "工作日 9:00-12:00，13:00-17:00",
    "咨询电话": "028-85000000",
    "承诺期限": "2026年12月3日 17:00",
    "补正期限": "2026年12月11日",
    "补正内容": "1. 租赁合同：缺页，请补第 3 页",
    "理由": "现场检查未通过",
    "勘验时间": "2026年12月1日 10:00",
    "勘验地点": "天府大道店",
    "缴费金额": "10.00",
    "缴费期限": "2026年12月20日",
    "查询网址": "http://localhost:8501/track",
}
CASE = {name: EXAMPLES[name] for name in ("事项", "办件编号")}
OFFICES: dict[MessageEvent, dict[str, str]] = {  # of what offices and officers are told, by SMS alone
    MessageEvent.CHASED: CASE | {"部门": "消防大队", "已用": "80%", "答复期限": "12-03 17:00"},
    MessageEvent.VISIT_INVITED: CASE | {"勘验时间": "12-01 10:00", "勘验地点": "天府大道店"},
    MessageEvent.DUE_MOVED: {"部门": "卫生局", "办件": "51010920261126000017（改为12-04）", "件数": "1"},
    MessageEvent.LEAD_ASSIGNED: {"件数": "12", "期限": "2026-12-10"},
}
NUMBERS = ("办件编号", "办件")  # longer than any id
_ID_LIKE = re.compile(r"(?<![0-9A-Za-z])(?:[0-9]{15}|[0-9]{17}[0-9Xx]|[0-9A-HJ-NPQRTUWXY]{18})(?![0-9A-Za-z])")


def examples(event: MessageEvent) -> Mapping[str, str]:
    """What the texts of an event may name, each with an example."""
    return OFFICES.get(event, EXAMPLES)


def placeholders(text: str) -> set[str]:
    """The names in braces. Raises ValueError for braces that do not match."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def problem_of(text: str, longest: int, allowed: Collection[str]) -> str | None:
    """What is wrong with a text, or None. `allowed`: the placeholders that it may name."""
    if len(text) > longest:
        return f"最多 {longest} 个字，现为 {len(text)} 个字"
    try:
        named = placeholders(text)
    except ValueError:
        return "花括号不成对：占位符应写成 {事项} 的样子"
    if unknown := sorted(named - set(allowed)):
        shown = "、".join(f"{{{name}}}" for name in unknown)
        return f"没有这个占位符：{shown}；可用 {'、'.join(sorted(f'{{{name}}}' for name in allowed))}"
    if any(spec or conversion for _, name, spec, conversion in string.Formatter().parse(text) if name is not None):
        return "占位符里只写名称，不加冒号和格式"
    if _ID_LIKE.search(text):
        return "消息中不得出现证件号码"
    return None


def check(event: MessageEvent, sms: str, subject: str, body: str) -> None:
    """Raises Invalid naming the fields `sms`, `email_subject`, `email_body`."""
    fields = {
        "sms": (sms, SMS_LENGTH),
        "email_subject": (subject, SUBJECT_LENGTH),
        "email_body": (body, BODY_LENGTH),
    }
    known = examples(event)
    problems = {
        field: problem for field, (text, longest) in fields.items() if (problem := problem_of(text, longest, known))
    }
    if not sms.strip():
        problems["sms"] = "请填写短信内容；不发送的，取消「发送」"
    if body.strip() and not subject.strip():
        problems["email_subject"] = "有邮件正文时须有标题"
    if problems:
        raise Invalid("；".join(problems.values()), problems)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text as it is sent; what looks like an id in a value is masked."""
    return text.format_map({name: value if name in NUMBERS else hide_ids(value) for name, value in values.items()})


def hide_ids(text: str) -> str:
    """A person's or an enterprise's id written into free text is masked."""
    return _ID_LIKE.sub(lambda found: identifiers.mask_id(found.group()), text)


def parts(text: str) -> int:
    """How many short messages the text takes."""
    return 1 if len(text) <= FIRST_PART else -(-len(text) // NEXT_PART)
