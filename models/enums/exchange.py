"""Words of imports and exports."""

from models.enums.base import LabelEnum


class ImportKind(LabelEnum):
    CATALOGUE = "catalogue", "事项目录"
    CASES = "cases", "办件"
    ORGANISATIONS = "organisations", "机构窗口"


class RowOutcome(LabelEnum):
    CREATED = "created", "新增"
    CHANGED = "changed", "变更"
    UNCHANGED = "unchanged", "无变化"
    REJECTED = "rejected", "错误"
