"""Words of 综合治税 (domain §5)."""

from models.enums.base import LabelEnum
from models.enums.exchange import ImportKind

# The registers that are compared, each a sheet of one department.
REGISTER_KINDS = (
    ImportKind.BUSINESS_REGISTRATION,
    ImportKind.ORG_CODE_CERTIFICATE,
    ImportKind.TAX_REGISTRATION_NATIONAL,
    ImportKind.TAX_REGISTRATION_LOCAL,
    ImportKind.HOUSE_TRANSACTION,
    ImportKind.LAND_TRANSACTION,
    ImportKind.TAX_PAYMENT,
)


class BatchState(LabelEnum):
    """How far a delivery has come: its rows are seen once it is active."""

    LOADING = "loading", "读取中"
    ACTIVATING = "activating", "启用中"
    ACTIVE = "active", "已启用"
    UNDONE = "undone", "已撤销"


class CodeState(LabelEnum):
    """What the check digits say of a delivered code."""

    VALID = "valid", "校验相符"
    WRONG_CHECK = "wrong_check", "校验不符"
    MALFORMED = "malformed", "格式不对"
    ABSENT = "absent", "缺失"


class RegisterStatus(LabelEnum):
    """状态 of a business (存续 to 吊销) or a taxpayer (正常 to 非正常; 注销 stands in both)."""

    ALIVE = "alive", "存续"
    CANCELLED = "cancelled", "注销"
    REVOKED = "revoked", "吊销"
    NORMAL = "normal", "正常"
    SUSPENDED = "suspended", "停业"
    ABNORMAL = "abnormal", "非正常"


class DealKind(LabelEnum):
    """交易类型 of a house, 供地方式 of land."""

    NEW_HOUSE = "new_house", "新建商品房"
    EXISTING_HOUSE = "existing_house", "存量房"
    GIFT = "gift", "赠与"
    INHERITANCE = "inheritance", "继承"
    GRANT = "grant", "出让"
    TRANSFER = "transfer", "转让"
    ALLOCATION = "allocation", "划拨"


class TaxKind(LabelEnum):
    """The taxes at stake in the seven comparisons (domain §5.4)."""

    DEED = "deed", "契税"
    STAMP = "stamp", "印花税"
    BUSINESS = "business", "营业税"
    VAT = "vat", "增值税"
    SURCHARGE = "surcharge", "城建税及附加"
    INCOME = "income", "个人所得税"
    LAND_VALUE_INCREMENT = "land_value_increment", "土地增值税"
    LAND_USE = "land_use", "城镇土地使用税"
    FARMLAND = "farmland", "耕地占用税"


class Payer(LabelEnum):
    BUYER = "buyer", "买方（受让方）"
    SELLER = "seller", "卖方（转让方）"


class Regime(LabelEnum):
    """Whose registers a comparison is made for (domain §5.5)."""

    LEGACY_2008 = "legacy_2008", "2008 年体制"
    CURRENT = "current", "现行体制"


class RuleKind(LabelEnum):
    MISSING = "missing", "有此无彼"
    CONTRADICTION = "contradiction", "两边不一致"


class RuleVersionState(LabelEnum):
    DRAFT = "draft", "草稿"
    PUBLISHED = "published", "已发布"
    SUPERSEDED = "superseded", "已被替代"


class RunState(LabelEnum):
    RUNNING = "running", "比对中"
    DONE = "done", "已完成"
    UNDECIDABLE = "undecidable", "无法判定"
    FAILED = "failed", "已中断"


class FindingList(LabelEnum):
    """The three lists of a run (R-TAX-03: what is only suspected never counts in totals)."""

    CONFIRMED = "confirmed", "确认疑点"
    SUSPECTED = "suspected", "疑似同一户"
    LINKED = "linked", "自动关联"


class Confidence(LabelEnum):
    """R-TAX-03."""

    EXACT = "exact", "代码确证"
    STRONG = "strong", "名称与证件"
    WEAK = "weak", "相似推断"


class MatchStage(LabelEnum):
    """By what a record found its counterpart."""

    EXACT = "exact", "代码一致"
    ORG_CODE = "org_code", "机构代码一致"
    OTHER_KEY = "other_key", "其他编号一致"
    NAME_AND_ID = "name_and_id", "名称和证件一致"
    REPAIRED = "repaired", "校验码修复后一致"
    FUZZY = "fuzzy", "名称地址近似"
    JUDGED = "judged", "人工判定"
    NONE = "none", "无对应"


class PairVerdictKind(LabelEnum):
    SAME = "same", "同一户"
    DIFFERENT = "different", "不同户"
    UNSURE = "unsure", "待核"


class ModelState(LabelEnum):
    SHADOW = "shadow", "试算"
    ACTIVE = "active", "启用"
    RETIRED = "retired", "停用"


class LeadState(LabelEnum):
    """R-TAX-04."""

    NEW = "new", "待分派"
    ASSIGNED = "assigned", "已分派"
    VERIFYING = "verifying", "核实中"
    REGISTERED = "registered", "已补登记或更正"
    PAID = "paid", "已补缴"
    EXEMPT = "exempt", "依法免税"
    NOT_LIABLE = "not_liable", "无纳税义务"
    DATA_ERROR = "data_error", "数据有误"
    TRANSFERRED = "transferred", "移送稽查"


OPEN_LEAD_STATES = (LeadState.NEW, LeadState.ASSIGNED, LeadState.VERIFYING)


class LeadAction(LabelEnum):
    RAISE = "raise", "发现"
    FIND_AGAIN = "find_again", "再次发现"
    ASSIGN = "assign", "分派"
    START = "start", "开始核实"
    REGISTER = "register", "确认已补登记"
    PAY = "pay", "确认已补缴"
    EXEMPT = "exempt", "认定免税"
    CLEAR = "clear", "认定无纳税义务"
    CORRECT = "correct", "认定数据有误"
    TRANSFER = "transfer", "移送稽查"
    REOPEN = "reopen", "有新证据重开"
    NOTE = "note", "记录"
    SEND_LETTER = "send_letter", "发出通知书"


class LedgerKind(LabelEnum):
    """The way of the money from an estimate to what was paid and settled; only the tax authority assesses (R-TAX-05)."""

    ESTIMATED = "estimated", "估算"
    ASSESSED = "assessed", "核定"
    LATE_FEE = "late_fee", "滞纳金"
    PAID = "paid", "已缴"
    SETTLED = "settled", "结清"
    WAIVED = "waived", "免缴"


class JobKind(LabelEnum):
    REGISTER_CHECK = "register_check", "预检登记数据"
    REGISTER_IMPORT = "register_import", "导入登记数据"
    RECONCILIATION = "reconciliation", "比对"
    MODEL_ESTIMATE = "model_estimate", "重估匹配权重"


class JobState(LabelEnum):
    WAITING = "waiting", "等待"
    RUNNING = "running", "进行中"
    DONE = "done", "已完成"
    REFUSED = "refused", "已拒绝"
    STOPPED = "stopped", "已停止"
    BROKEN = "broken", "已中断"
