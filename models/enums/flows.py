"""Words of flows, parallel approval, projects and intermediaries (domain glossary §0.4, §2.9)."""

from models.enums.base import LabelEnum


class JoinRule(LabelEnum):
    """When a stage of several departments is done."""

    ALL = "all", "全部同意"
    ANY = "any", "任一同意"
    VOTE = "vote", "达到票数"


class TaskKind(LabelEnum):
    """What a department's answer is: its own permit, or an opinion for the leading department."""

    PERMIT = "permit", "本部门审批"
    OPINION = "opinion", "会签意见"


class ConsultationMode(LabelEnum):
    """R-PAR-01: each department for itself, or one meeting whose minutes bind."""

    CIRCULATE = "circulate", "抄告"
    MEETING = "meeting", "联审会议"


class ConditionOperator(LabelEnum):
    EQUALS = "equals", "等于"
    DIFFERS = "differs", "不等于"
    CONTAINS = "contains", "包含"
    LACKS = "lacks", "不包含"
    AT_LEAST = "at_least", "不小于"
    AT_MOST = "at_most", "不大于"
    FILLED = "filled", "已填写"
    BLANK = "blank", "未填写"


class Opinion(LabelEnum):
    """R-PAR-03; the last one is what R-PAR-06 allows where it is switched on."""

    AGREE = "agree", "同意"
    DISAGREE = "disagree", "不同意"
    FORWARD = "forward", "同意但需转报上级"
    ABSENT = "absent", "超时视为同意"


class EngagementState(LabelEnum):
    """An intermediary's service inside a case or project."""

    ENGAGED = "engaged", "服务中"
    REPORTED = "reported", "已交报告"
    RETURNED = "returned", "退回修改"
    ACCEPTED = "accepted", "已验收"
    CANCELLED = "cancelled", "已解除"


class EngagementAction(LabelEnum):
    ENGAGE = "engage", "委托"
    REPORT = "report", "提交报告"
    ACCEPT = "accept", "验收"
    RETURN = "return", "退回报告"
    CANCEL = "cancel", "解除委托"


class RatingSide(LabelEnum):
    """Who judges the other."""

    CLIENT = "client", "委托方评中介"
    INTERMEDIARY = "intermediary", "中介评委托方"


class PermitState(LabelEnum):
    """Where a permit of a project stands; derived from its case, never stored."""

    NOT_YET = "not_yet", "未到阶段"
    READY = "ready", "可以申报"
    OPEN = "open", "在办"
    GRANTED = "granted", "已取得"
    REFUSED = "refused", "未获准"
    NOT_APPLICABLE = "not_applicable", "不适用"


class StageState(LabelEnum):
    """Where a stage of a project stands; derived from its permits."""

    SHUT = "shut", "未开启"
    OPEN = "open", "进行中"
    PASSED = "passed", "已通过"
