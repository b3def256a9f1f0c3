"""Words of imports and exports."""

from models.enums.base import LabelEnum


class ImportKind(LabelEnum):
    CATALOGUE = "catalogue", "事项目录"
    CASES = "cases", "办件"
    ORGANISATIONS = "organisations", "机构窗口"
    BUSINESS_REGISTRATION = "business_registration", "工商登记"
    ORG_CODE_CERTIFICATE = "org_code_certificate", "组织机构代码证"
    TAX_REGISTRATION_NATIONAL = "tax_registration_national", "国税登记"
    TAX_REGISTRATION_LOCAL = "tax_registration_local", "地税登记"
    HOUSE_TRANSACTION = "house_transaction", "房产交易"
    LAND_TRANSACTION = "land_transaction", "土地交易"
    TAX_PAYMENT = "tax_payment", "完税记录"


class RowOutcome(LabelEnum):
    CREATED = "created", "新增"
    CHANGED = "changed", "变更"
    UNCHANGED = "unchanged", "无变化"
    REJECTED = "rejected", "错误"
    GONE = "gone", "不再列出"
