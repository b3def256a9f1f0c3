"""Words of messages to applicants (domain §2.8)."""

from models.enums.base import LabelEnum


class MessageChannel(LabelEnum):
    SMS = "sms", "短信"
    EMAIL = "email", "电子邮件"


class MessageState(LabelEnum):
    WAITING = "waiting", "待发送"
    SENDING = "sending", "发送中"
    SENT = "sent", "已发送"
    FAILED = "failed", "发送失败"
    UNKNOWN = "unknown", "结果待查"
    CANCELLED = "cancelled", "已取消"


class MessageEvent(LabelEnum):
    """What an applicant or an office is told of. Where a step of the case is told, the code is the step's own."""

    RECEIVED = "receive", "收件"
    DONE_AT_ONCE = "done_at_once", "即办件当场办结"
    CORRECTION_REQUESTED = "request_correction", "需要补正"
    CORRECTION_RECEIVED = "resubmit", "收到补正"
    ACCEPTED = "accept", "受理"
    DEEMED_ACCEPTED = "deem_accepted", "视为受理"
    REFUSED = "refuse_acceptance", "不予受理"
    NOT_REQUIRED = "declare_not_required", "不受理"
    SUSPENDED = "suspend", "进入特别程序"
    RESUMED = "resume", "特别程序结束"
    EXTENDED = "extend", "延长期限"
    FORWARDED = "forward_up", "转报上级"
    VISIT_PLANNED = "plan_visit", "现场勘验"
    FEE_ASKED = "ask_fee", "缴费"
    OVERDUE = "overdue", "超期致歉"
    GRANTED = "grant", "准予，请领取"
    DENIED = "deny", "不予许可"
    CLOSED_ABOVE = "close_forwarded", "上级直接办结"
    WITHHELD = "withhold", "暂缓发证"
    UPHELD = "uphold", "维持决定，请领取"
    REVOKED = "revoke", "撤销决定"
    DELIVERED = "deliver", "送达"
    WITHDRAWN = "withdraw", "撤回"
    CORRECTION_EXPIRED = "expire_correction", "补正逾期"
    CHASED = "chase", "催办部门"
    VISIT_INVITED = "visit", "邀请部门勘验"
    DUE_MOVED = "recompute", "到期重算告知部门"
    LEAD_ASSIGNED = "tax_lead_assigned", "线索分派"
