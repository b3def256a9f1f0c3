"""Words of case handling (domain §2, glossary §0.3)."""

from models.enums.base import LabelEnum


class CaseStatus(LabelEnum):
    """Domain §2.2; one column, set by one function (services/cases/lifecycle)."""

    SUBMITTED = "submitted", "待受理"
    CORRECTION_REQUESTED = "correction_requested", "待补正"
    ACCEPTED = "accepted", "已受理"
    EXAMINING = "examining", "审查中"
    SUSPENDED = "suspended", "特别程序"
    WAITING_SUPERIOR = "waiting_superior", "转报上级"
    DECIDED = "decided", "已办结"
    WITHHELD = "withheld", "暂缓发证"
    DELIVERED = "delivered", "已送达"
    CLOSED = "closed", "已结束"


OPEN_STATUSES = (
    CaseStatus.SUBMITTED,
    CaseStatus.CORRECTION_REQUESTED,
    CaseStatus.ACCEPTED,
    CaseStatus.EXAMINING,
    CaseStatus.SUSPENDED,
    CaseStatus.WAITING_SUPERIOR,
)


class CaseResult(LabelEnum):
    """How a case ended: 办结结果, mapped to the common code set of domain §2.3."""

    GRANTED = "granted", "准予"
    DENIED = "denied", "不予"
    NOT_REQUIRED = "not_required", "不受理(无需许可)"
    ACCEPTANCE_REFUSED = "acceptance_refused", "不予受理"
    CORRECTION_EXPIRED = "correction_expired", "补正逾期"
    WITHDRAWN = "withdrawn", "申请人撤回"
    VOIDED = "voided", "作废"
    CLOSED_ELSEWHERE = "closed_elsewhere", "外部系统办结"
    FORWARDED_UP = "forwarded_up", "转报办结"
    REVOKED = "revoked", "撤销"


class CaseAction(LabelEnum):
    RECEIVE = "receive", "收件"
    REQUEST_CORRECTION = "request_correction", "一次性告知补正"
    RESUBMIT = "resubmit", "补正材料"
    ACCEPT = "accept", "受理"
    DEEM_ACCEPTED = "deem_accepted", "逾期未告知视为受理"
    REFUSE_ACCEPTANCE = "refuse_acceptance", "不予受理"
    DECLARE_NOT_REQUIRED = "declare_not_required", "不受理"
    EXAMINE = "examine", "审查"
    SUSPEND = "suspend", "进入特别程序"
    RESUME = "resume", "特别程序结束"
    EXTEND = "extend", "延长期限"
    FORWARD_UP = "forward_up", "转报上级"
    SUPERIOR_REPLY = "superior_reply", "上级答复"
    CLOSE_FORWARDED = "close_forwarded", "上级直接办结"
    GRANT = "grant", "准予"
    DENY = "deny", "不予"
    WITHHOLD = "withhold", "真实性审核不通过"
    UPHOLD = "uphold", "维持决定"
    REVOKE = "revoke", "撤销决定"
    LATE_REQUEST = "late_request", "受理后要求补充材料"
    PLAN_VISIT = "plan_visit", "安排现场勘验"
    HOLD_VISIT = "hold_visit", "现场勘验"
    ASK_FEE = "ask_fee", "告知缴费"
    PAY_FEE = "pay_fee", "缴费"
    DELIVER = "deliver", "送达"
    WITHDRAW = "withdraw", "撤回"
    EXPIRE_CORRECTION = "expire_correction", "补正逾期办结"
    VOID = "void", "作废"
    NOTE = "note", "外部系统记录"
    CLOSE_ELSEWHERE = "close_elsewhere", "外部系统办结"


class ApplicationChannel(LabelEnum):
    """How the application reached the centre."""

    WINDOW = "window", "窗口"
    ONLINE = "online", "网上"
    MOBILE = "mobile", "移动端"
    POST = "post", "邮寄"
    OTHER = "other", "其他"


class ApplicantKind(LabelEnum):
    PERSON = "person", "个人"
    ORGANISATION = "organisation", "单位"


class IdType(LabelEnum):
    """GA/T 2000.156 in the part that windows meet every day."""

    CITIZEN_ID = "111", "居民身份证"
    PASSPORT = "414", "护照"
    HK_MACAO_PERMIT = "516", "港澳居民来往内地通行证"
    TAIWAN_PERMIT = "511", "台湾居民来往大陆通行证"
    USCC = "001", "统一社会信用代码"
    ORG_CODE = "002", "组织机构代码"
    OTHER = "990", "其他证件"


class TaskState(LabelEnum):
    PENDING = "pending", "待办"
    DONE = "done", "已办"
    CANCELLED = "cancelled", "已撤销"


class MaterialState(LabelEnum):
    RECEIVED = "received", "已收"
    DEFERRED = "deferred", "容缺后补"
    NOT_APPLICABLE = "not_applicable", "不适用"
    MISSING = "missing", "未交"


class HolderKind(LabelEnum):
    """Who holds a case now: each working minute has exactly one holder."""

    WINDOW = "window", "窗口"
    DEPARTMENT = "department", "部门"
    APPLICANT = "applicant", "申请人"
    SPECIAL_PROCEDURE = "special_procedure", "特别程序"
    INTERMEDIARY = "intermediary", "中介机构"
    SUPERIOR = "superior", "上级机关"
    NOBODY = "nobody", "已办结"
