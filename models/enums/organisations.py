"""Words of organisations and places (domain glossary §0.1)."""

from models.enums.base import LabelEnum


class OrganisationKind(LabelEnum):
    DISTRICT_CENTRE = "district_centre", "区级政务服务中心"
    HALL = "hall", "大厅"
    ZONE = "zone", "分区"
    STREET_CENTRE = "street_center", "街道社会事务服务中心"
    COMMUNITY_POINT = "community_point", "社区便民服务中心"
    DEPARTMENT = "department", "进驻部门"
    INTERMEDIARY = "intermediary", "中介服务机构"


# Where cases are taken in: the "centre" of a case.
CENTRE_KINDS = (
    OrganisationKind.HALL,
    OrganisationKind.STREET_CENTRE,
    OrganisationKind.COMMUNITY_POINT,
)


class ServiceTier(LabelEnum):
    """三级政务."""

    DISTRICT = "district", "区"
    STREET = "street", "街道"
    COMMUNITY = "community", "社区"


class WindowChannel(LabelEnum):
    """通道: the service track a window belongs to."""

    PARALLEL_ENTERPRISE = "parallel_enterprise", "企业设立并联"
    PARALLEL_PROJECT = "parallel_project", "项目报建并联"
    STANDARD = "standard", "标准件"
    INTERMEDIARY = "intermediary", "中介服务"
