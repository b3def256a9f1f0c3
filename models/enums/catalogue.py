"""Words of the catalogue (GB/T 39046-2020 annex A, domain glossary §0.2)."""

from models.enums.base import LabelEnum


class ItemType(LabelEnum):
    """GB/T 39046-2020 A.1; further local types use the free codes 11-19 and 21-29, of which 21 is ours."""

    POWER = "00", "行政权力事项"
    PERMIT = "01", "行政许可"
    PENALTY = "02", "行政处罚"
    COERCION = "03", "行政强制"
    LEVY = "04", "行政征收"
    BENEFIT = "05", "行政给付"
    INSPECTION = "06", "行政检查"
    CONFIRMATION = "07", "行政确认"
    REWARD = "08", "行政奖励"
    ADJUDICATION = "09", "行政裁决"
    OTHER_POWER = "10", "其他类别"
    PUBLIC_SERVICE = "20", "公共服务事项"
    BUNDLE = "21", "一件事(并联审批)"


class ExerciseLevel(LabelEnum):
    """GB/T 39046-2020 A.2."""

    NATIONAL = "1", "国家级"
    PROVINCE = "2", "省级"
    CITY = "3", "市级"
    COUNTY = "4", "县级"
    STREET = "5", "镇(乡、街道)级"
    COMMUNITY = "6", "村(社区)级"
    BY_LEVEL = "7", "分级管理"


class BodyNature(LabelEnum):
    """GB/T 39046-2020 A.3."""

    STATUTORY = "1", "法定机关"
    AUTHORISED = "2", "授权组织"
    ENTRUSTED = "3", "受委托组织"
    OTHER = "9", "其他"


class ServiceTarget(LabelEnum):
    """GB/T 39046-2020 A.4."""

    PERSON = "1", "自然人"
    ENTERPRISE = "2", "企业法人"
    INSTITUTION = "3", "事业法人"
    SOCIAL_ORGANISATION = "4", "社会组织法人"
    AUTHORITY = "5", "行政机关"
    OTHER = "6", "其他组织"


class HandlingChannel(LabelEnum):
    """GB/T 39046-2020 A.5."""

    WINDOW = "1", "窗口办理"
    WEB = "2", "电脑端网上办理"
    MOBILE = "3", "移动端网上申请"
    COURIER = "4", "快递申请"
    OTHER = "9", "其他"


class CaseType(LabelEnum):
    """GB/T 39046-2020 A.6."""

    IMMEDIATE = "1", "即办件"
    PROMISED = "2", "承诺件"
    OTHER = "9", "其他"


class ReviewMode(LabelEnum):
    """审查类型 (CAT-L01)."""

    ON_THE_SPOT = "on_the_spot", "即审即办"
    REVIEW_THEN_APPROVE = "review_then_approve", "前审后批"


class OnlineDepth(LabelEnum):
    INFORMATION = "1", "Ⅰ级 信息公开"
    ENQUIRY = "2", "Ⅱ级 网上咨询预约"
    APPLICATION = "3", "Ⅲ级 网上申请受理"
    FULL = "4", "Ⅳ级 全程网办"


class ResultType(LabelEnum):
    CERTIFICATE = "certificate", "出证办结"
    APPROVAL = "approval", "审批办结"
    OTHER = "other", "办结"


class LimitUnit(LabelEnum):
    """R-TIM-02."""

    WORKDAY = "workday", "工作日"
    NATURAL_DAY = "natural_day", "自然日"
    WORK_HOUR = "work_hour", "工作小时"
    WORK_MINUTE = "work_minute", "工作分钟"
    MONTH = "month", "月"


class SourceChannel(LabelEnum):
    """来源渠道 of a required material."""

    APPLICANT = "applicant", "申请人自备"
    GOVERNMENT = "government", "政府部门核发"
    OTHER = "other", "其他"


class Medium(LabelEnum):
    PAPER = "paper", "纸质"
    ELECTRONIC = "electronic", "电子"
    BOTH = "both", "纸质或电子"


class CopyKind(LabelEnum):
    ORIGINAL = "original", "原件"
    COPY = "copy", "复印件"
    ORIGINAL_AND_COPY = "original_and_copy", "原件和复印件"


class Necessity(LabelEnum):
    REQUIRED = "required", "必要"
    CONDITIONAL = "conditional", "非必要(按情形)"
    DEFERRABLE = "deferrable", "容缺后补"


class TrustLevel(LabelEnum):
    """国办函〔2016〕108号: how far a material may be relied upon."""

    A = "A", "A 本机关核发"
    B = "B", "B 窗口已核验"
    C = "C", "C 用户上传待核原件"
    D = "D", "D 申请人自制承诺"


class SpecialKind(LabelEnum):
    """GB/T 39046-2020 A.7."""

    EXTENSION = "1", "延长审批"
    EXCLUDED = "2", "除延长审批之外的情况"


class Audience(LabelEnum):
    PERSON = "person", "个人办事"
    ENTERPRISE = "enterprise", "企业办事"


class CrossRegionScope(LabelEnum):
    NATIONAL = "national", "全国通办"
    PROVINCES = "provinces", "跨省通办"
    CITIES = "cities", "跨市通办"
    COUNTIES = "counties", "跨县通办"


class VersionState(LabelEnum):
    """Domain §1.7."""

    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "已提交"
    DEPARTMENT_REVIEWED = "department_reviewed", "部门已审"
    CENTRE_REVIEWED = "centre_reviewed", "中心已审"
    PUBLISHED = "published", "已发布"
    SUPERSEDED = "superseded", "已被替代"
    REJECTED = "rejected", "已退回"


class ItemState(LabelEnum):
    PREPARING = "preparing", "筹备"
    ACTIVE = "active", "在用"
    SUSPENDED = "suspended", "暂停"
    ABOLISHED = "abolished", "取消"


class CatalogueAction(LabelEnum):
    """What is done to a version or to an item, as the catalogue's history names it."""

    DRAFT = "draft", "起草"
    EDIT = "edit", "修改"
    SUBMIT = "submit", "提交"
    APPROVE_DEPARTMENT = "approve_department", "部门审核通过"
    APPROVE_CENTRE = "approve_centre", "中心审核通过"
    REJECT = "reject", "退回"
    SCHEDULE = "schedule", "定期发布"
    PUBLISH = "publish", "发布"
    SUPERSEDE = "supersede", "被替代"
    RESTORE = "restore", "恢复旧版"
    SUSPEND = "suspend", "暂停"
    RESUME = "resume", "恢复办理"
    ABOLISH = "abolish", "取消"
    IMPORT = "import", "导入"
    UNDO_IMPORT = "undo_import", "撤销导入"


class LintLevel(LabelEnum):
    ERROR = "error", "错误"
    WARNING = "warning", "提醒"


class CodeScheme(LabelEnum):
    """R-CAT-02: codes are opaque strings, several stand side by side."""

    OWN = "own", "本平台编码"
    BASIC = "basic", "基本编码"
    TASK = "task", "实施编码"
    OPTION = "option", "业务办理项编码"
