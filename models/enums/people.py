"""Words of users, roles and rights."""

from models.enums.base import LabelEnum


class Role(LabelEnum):
    WINDOW_CLERK = "window_clerk", "窗口人员"
    REVIEWER = "reviewer", "部门审批人员"
    CHIEF_REPRESENTATIVE = "chief_representative", "首席代表"
    CENTRE_STAFF = "centre_staff", "中心业务管理员"
    INSPECTOR = "inspector", "督查人员"
    MANAGEMENT = "management", "中心领导"
    TAX_OFFICER = "tax_officer", "税务人员"
    TAX_SUPERVISOR = "tax_supervisor", "税务主管"
    ENTERPRISE_VIEWER = "enterprise_viewer", "企业信息查看"
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    AUDIT_ADMIN = "audit_admin", "审计管理员"


# 三员分立 (GB/T 22239-2019): each excludes every other role.
EXCLUSIVE_ROLES = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})


class Permission(LabelEnum):
    CASES_INTAKE = "cases_intake", "收件"
    CASES_REVIEW = "cases_review", "审查决定"
    CASES_EXTEND = "cases_extend", "批准延期"
    CASES_DELIVER = "cases_deliver", "送达"
    CASES_SEARCH = "cases_search", "办件查询"
    CASES_EXPORT = "cases_export", "导出办件"
    CASES_REVEAL = "cases_reveal", "查看完整证件号"
    CASES_IMPORT = "cases_import", "导入办件"
    CATALOGUE_READ = "catalogue_read", "查看事项"
    CATALOGUE_EDIT = "catalogue_edit", "编辑事项"
    CATALOGUE_REVIEW_DEPARTMENT = "catalogue_review_department", "事项部门审核"
    CATALOGUE_REVIEW_CENTRE = "catalogue_review_centre", "事项中心审核发布"
    CATALOGUE_IMPORT = "catalogue_import", "导入事项"
    ORGANISATIONS_EDIT = "organisations_edit", "维护机构窗口"
    CALENDAR_EDIT = "calendar_edit", "维护工作日历"
    TEMPLATES_EDIT = "templates_edit", "维护文书和消息"
    STATISTICS_READ = "statistics_read", "查看统计"
    USERS_EDIT = "users_edit", "维护用户"
    GRANTS_APPROVE = "grants_approve", "授权"
    AUDIT_READ = "audit_read", "查看审计"
    TAX_READ = "tax_read", "查看综合治税"
    TAX_IMPORT = "tax_import", "导入登记数据"
    TAX_COMPARE = "tax_compare", "运行比对"
    TAX_LEADS = "tax_leads", "核实线索"
    TAX_ASSIGN = "tax_assign", "分派线索"
    TAX_RULES = "tax_rules", "维护比对规则"
    TAX_MODELS = "tax_models", "采用匹配权重"
    TAX_REVEAL = "tax_reveal", "查看涉税完整证件号"
    ENTERPRISE_READ = "enterprise_read", "查看企业登记状况"


class ScopeKind(LabelEnum):
    """What part of the district's records a person sees."""

    DISTRICT = "district", "全区"
    ORGANISATION = "organisation", "本机构及下级"
    DEPARTMENT = "department", "本部门"
    WINDOW = "window", "本窗口"


class SignInOutcome(LabelEnum):
    OK = "ok", "成功"
    BAD = "bad", "用户名或密码错误"
    LOCKED = "locked", "账号已锁定"
    INACTIVE = "inactive", "账号已停用"
    EXPIRED = "expired", "初始密码已失效"
