"""What a bundle's own item must keep beyond an ordinary item's guide, whichever way it is published."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.bundles import BundleHandling
from models.catalogue import BundleItem, ServiceItem
from models.enums import ItemType, JoinRule, LimitUnit, TaskKind
from models.organisations import Organisation
from services.errors import Invalid
from services.rules.guide import FlowStage, Guide

JOINT_LIMIT = 45  # working days for joint handling, 行政许可法 art. 42 (R-PAR-07)


def check(session: Session, item: ServiceItem, guide: Guide) -> None:
    """Raises Invalid with what keeps the bundle from being published; says nothing of an ordinary item."""
    found = [reason for _, reason in problems(session, item, guide.flow)]
    limit = guide.anticipate_day or 0
    if item.item_type == ItemType.BUNDLE and guide.anticipate_type is LimitUnit.WORKDAY and limit > JOINT_LIMIT:
        found.append(
            f"统一办理的法定时限不得超过 {JOINT_LIMIT} 个工作日（行政许可法第四十二条），现为 {limit} 个工作日"
        )
    if found:
        raise Invalid("；".join(found), {"flow": "；".join(found)})


def problems(session: Session, item: ServiceItem, stages: Sequence[FlowStage]) -> list[tuple[int, str]]:
    """(row counted from 1, or 0 for the whole; what to mend) of a bundle's flow."""
    if item.item_type != ItemType.BUNDLE:
        return []
    own = session.get_one(Organisation, (item.district_id, item.department_id)).name
    return _problems(stages, _deciding(session, item), own)


def _deciding(session: Session, item: ServiceItem) -> list[str]:
    """The departments whose permits the bundle covers."""
    return list(
        session.scalars(
            select(Organisation.name)
            .distinct()
            .join(
                ServiceItem,
                (ServiceItem.district_id == Organisation.district_id) & (ServiceItem.department_id == Organisation.id),
            )
            .join(
                BundleItem, (BundleItem.district_id == ServiceItem.district_id) & (BundleItem.item_id == ServiceItem.id)
            )
            .join(
                BundleHandling,
                (BundleHandling.district_id == BundleItem.district_id)
                & (BundleHandling.bundle_id == BundleItem.bundle_id),
            )
            .where(BundleHandling.district_id == item.district_id, BundleHandling.item_id == item.id)
            .order_by(Organisation.name)
        )
    )


def _problems(stages: Sequence[FlowStage], deciding: Sequence[str], own: str) -> list[tuple[int, str]]:
    """Every permit of the bundle is decided by its department, and no stage ends without that."""
    permits = {row.department or own for row in stages if row.kind is TaskKind.PERMIT}
    missing = [name for name in deciding if name not in permits]
    found = [(0, f"「{name}」有本一件事的许可事项，流程中却没有它的「本部门审批」任务") for name in missing]
    return found + [
        (number, f"「本部门审批」不能被其他部门代替，第 {row.stage} 阶段的汇合规则应为「{JoinRule.ALL.label}」")
        for number, row in enumerate(stages, start=1)
        if row.kind is TaskKind.PERMIT and row.join is not JoinRule.ALL
    ]
