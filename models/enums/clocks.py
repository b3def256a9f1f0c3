"""Words of a case's clocks: what stops them, what lengthens them, what is marked (domain §2.2)."""

from models.enums.base import LabelEnum


class ProcedureKind(LabelEnum):
    """What stops the clock: the procedures that 行政许可法 art. 45 lists, and two by configuration."""

    HEARING = "hearing", "听证"
    BIDDING = "bidding", "招标"
    AUCTION = "auction", "拍卖"
    INSPECTION = "inspection", "检验"
    TESTING = "testing", "检测"
    QUARANTINE = "quarantine", "检疫"
    APPRAISAL = "appraisal", "鉴定"
    EXPERT_REVIEW = "expert_review", "专家评审"
    APPLICANT = "applicant", "申请人申请暂停"
    FORCE_MAJEURE = "force_majeure", "不可抗力"


LISTED_PROCEDURES = tuple(
    kind for kind in ProcedureKind if kind not in (ProcedureKind.APPLICANT, ProcedureKind.FORCE_MAJEURE)
)


class ExtensionState(LabelEnum):
    PROPOSED = "proposed", "待批准"
    APPROVED = "approved", "已批准"
    REFUSED = "refused", "未批准"


class MarkKind(LabelEnum):
    """What an inspector is to see on a case."""

    DEEMED_ACCEPTED = "deemed_accepted", "逾期未告知，视为受理"
    LATE_REQUEST = "late_request", "受理后要求补充材料"
    NOT_GENUINE = "not_genuine", "真实性审核不通过"


class ClockKind(LabelEnum):
    """The clocks of a case, in the order in which they run."""

    COMPLETENESS = "completeness", "收件审查"
    CORRECTION = "correction", "补正"
    PROMISE = "promise", "承诺办结"
    STATUTORY = "statutory", "法定办结"
    DELIVERY = "delivery", "送达"
