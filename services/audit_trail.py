"""Reading the audit trail: searched, paged, its actions and subjects in words."""

import dataclasses
import datetime as dt
import json
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

import settings
from models.audit import AuditEntry
from models.enums import CaseAction, CatalogueAction, EngagementAction, ImportKind, LeadAction, Permission
from services.actors import Actor
from services.exchange import workbooks

PAGE_SIZE = 50
MOST_COUNTED = 10_000
MOST_EXPORTED = 50_000
CELL_TEXT = 8_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADINGS = ("序号", "时间", "人员", "操作", "对象", "编号", "理由", "来自", "改动前", "改动后")

SUBJECTS = {
    "user": "用户",
    "case": "办件",
    "cases": "办件名单",
    "catalogue": "事项",
    "item": "事项",
    "item_version": "事项版本",
    "organisation": "机构",
    "organisations": "机构",
    "window": "窗口",
    "calendar": "工作日历",
    "calendar_day": "日历日",
    "calendar_year": "日历年",
    "calendar_override": "大厅日历",
    "file": "文件",
    "import": "导入",
    "undo_import": "撤销导入",
    "import_batch": "导入批次",
    "district": "本区",
    "bundle": "一件事",
    "flow": "流程",
    "project": "项目",
    "engagement": "中介委托",
    "register": "登记名册",
    "register_record": "登记记录",
    "heading_mapping": "列名对应",
    "enterprise": "企业",
    "tax": "综合治税",
    "tax_rule": "比对规则",
    "tax_run": "比对",
    "tax_finding": "比对结果",
    "tax_lead": "线索",
    "tax_leads": "线索名单",
    "tax_ledger": "线索账目",
    "tax_letter": "通知书",
    "document_template": "文书模板",
    "message_template": "消息模板",
    "message": "消息",
    "messages": "消息",
    "tax_rate": "税率",
    "pair_verdict": "同户判定",
    "match_model": "匹配权重",
}
VERBS = {
    **CaseAction.labels(),
    **CatalogueAction.labels(),
    **ImportKind.labels(),
    **LeadAction.labels(),
    **EngagementAction.labels(),
    "receive_material": "补收材料",
    "export": "导出",
    "reveal": "查看完整证件号",
    "view": "查看",
    "reuse": "复用材料",
    "write_documents": "补出具文书",
    "again": "重新发送",
    "trial": "发送测试",
    "questions": "修改引导问题",
    "cancel": "取消",
    "compare_originals": "核验原件",
    "propose_extension": "提请延期",
    "judge_extension": "批准或退回延期",
    "phone": "修改手机号",
    "recompute": "重算到期时间",
    "demo": "装入演示数据",
    "import": "导入",
    "sign_in": "登录",
    "sign_out": "退出登录",
    "sign_ins_ended": "登录被终止",
    "lock": "账号锁定",
    "password_change": "修改密码",
    "password_reset": "重置密码",
    "create": "新建",
    "edit": "修改",
    "give_roles": "授权",
    "disable": "停用",
    "enable": "恢复使用",
    "deactivate": "停用",
    "reactivate": "恢复使用",
    "download": "下载",
    "day": "调整日期",
    "year": "导入年度安排",
    "override": "调整",
    "override_removed": "撤销调整",
    "items": "调整事项组成",
    "policy": "调整催办与缺席规则",
    "opine": "提交意见",
    "absent": "逾期未提意见",
    "meeting": "记录联审会议",
    "send_up": "转报上级",
    "superior_reply": "上级答复",
    "open": "开立",
    "apply": "申报事项",
    "waive": "注明不适用",
    "unwaive": "取消不适用",
    "rate": "评价",
    "save": "保存",
    "freshness": "设置过期天数",
    "compare": "运行",
    "list": "查看名单",
    "subject": "查看主体",
    "standing": "查看企业登记状况",
    "active": "启用或停用",
    "try": "试算",
    "enter": "记账",
    "issue": "发出",
    "give": "判定",
    "revoke": "撤回",
    "estimate": "试算",
    "adopt": "采用",
    "retire": "停用",
}


@dataclasses.dataclass(frozen=True)
class Filters:
    words: str = ""  # part of the actor's name, the action or the subject's number
    subject_kind: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None


@dataclasses.dataclass(frozen=True)
class Entry:
    """One line of the trail; `id` is its number in the chain."""

    id: int
    at: dt.datetime
    actor_name: str
    action: str
    subject_kind: str
    subject_id: str
    reason: str
    source: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def _entry(row: AuditEntry) -> Entry:
    names = [field.name for field in dataclasses.fields(Entry)][1:]
    return Entry(row.sequence, *(getattr(row, name) for name in names))


def action_words(action: str) -> str:
    """`user.lock` → 用户：账号锁定."""
    subject, _, verb = action.partition(".")
    return f"{SUBJECTS.get(subject, subject)}：{VERBS.get(verb, verb)}" if verb else action


def _narrowed(query: Select[Any], filters: Filters, actor: Actor) -> Select[Any]:
    actor.must(Permission.AUDIT_READ)
    query = query.where(AuditEntry.district_id == actor.district_id)
    if words := filters.words.strip():
        codes = [code for code, label in VERBS.items() if words in label]
        query = query.where(
            or_(
                AuditEntry.actor_name.contains(words, autoescape=True),
                AuditEntry.action.contains(words, autoescape=True),
                AuditEntry.subject_id.contains(words, autoescape=True),
                *(AuditEntry.action.endswith(f".{code}", autoescape=True) for code in codes),
            )
        )
    if filters.subject_kind:
        query = query.where(AuditEntry.subject_kind == filters.subject_kind)
    if filters.since:
        query = query.where(AuditEntry.at >= filters.since)
    if filters.until:
        query = query.where(AuditEntry.at < filters.until)
    return query


def _latest(session: Session, filters: Filters, actor: Actor, *, limit: int, offset: int = 0) -> list[Entry]:
    query = _narrowed(select(AuditEntry), filters, actor).order_by(AuditEntry.sequence.desc())
    return [_entry(row) for row in session.scalars(query.limit(limit).offset(offset))]


def page(session: Session, filters: Filters, number: int, *, actor: Actor) -> tuple[list[Entry], int]:
    """The `number`th page (from 1), latest first, and how many there are (counted to 10,000)."""
    counted = _narrowed(select(AuditEntry.sequence), filters, actor).limit(MOST_COUNTED).subquery()
    total = session.scalar(select(func.count()).select_from(counted)) or 0
    return _latest(session, filters, actor, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE), total


def workbook(session: Session, filters: Filters, *, actor: Actor) -> bytes:
    """What is filtered, latest first, at most 50,000 lines, as XLSX."""
    zone = settings.current().zone
    rows = (
        (
            entry.id,
            entry.at.astimezone(zone).isoformat(sep=" ", timespec="seconds"),
            entry.actor_name,
            action_words(entry.action),
            SUBJECTS.get(entry.subject_kind, entry.subject_kind),
            entry.subject_id,
            entry.reason,
            entry.source,
            _json(entry.before),
            _json(entry.after),
        )
        for entry in _latest(session, filters, actor, limit=MOST_EXPORTED)
    )
    return workbooks.write([("审计记录", HEADINGS, rows)])


def _json(value: dict[str, Any] | None) -> str:
    return json.dumps(value, ensure_ascii=False)[:CELL_TEXT] if value else ""
