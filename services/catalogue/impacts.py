"""What a change or an abolition touches, told before it is done."""

import dataclasses

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.cases import Case
from models.catalogue import Bundle, BundleItem, ItemVersion, ServiceItem
from models.enums import OPEN_STATUSES, Permission
from models.organisations import Organisation, Window, WindowDepartment
from services.actors import Actor
from services.catalogue import prerequisites
from services.catalogue.rows import limit_in_words
from services.rules.guide import Guide


@dataclasses.dataclass(frozen=True)
class Impact:
    """Lists are names, sorted as people read them."""

    item_id: int
    open_cases: int
    required_by: list[str]
    bundles: list[str]
    windows: list[str]  # hall and number
    stages: list[str]  # the guide's department flow, one line a task


def impact(session: Session, item: ServiceItem, *, actor: Actor) -> Impact:
    """Cases that keep running under the old version, items and bundles that rest on it, windows that serve it."""
    actor.must(Permission.CATALOGUE_READ)
    return Impact(
        item_id=item.id,
        open_cases=_open_cases(session, item),
        required_by=prerequisites.required_by(session, item),
        bundles=_bundles(session, item),
        windows=_windows(session, item),
        stages=_stages(session, item),
    )


def _open_cases(session: Session, item: ServiceItem) -> int:
    query = select(func.count()).where(
        Case.district_id == item.district_id, Case.item_id == item.id, Case.status.in_(OPEN_STATUSES)
    )
    return session.scalar(query) or 0


def _bundles(session: Session, item: ServiceItem) -> list[str]:
    query = (
        select(Bundle.name)
        .join(BundleItem, (BundleItem.district_id == Bundle.district_id) & (BundleItem.bundle_id == Bundle.id))
        .where(BundleItem.district_id == item.district_id, BundleItem.item_id == item.id)
        .order_by(Bundle.code)
    )
    return list(session.scalars(query))


def _windows(session: Session, item: ServiceItem) -> list[str]:
    query = (
        select(Organisation.name, Window.number)
        .join(Window, (Window.district_id == Organisation.district_id) & (Window.centre_id == Organisation.id))
        .join(
            WindowDepartment,
            (WindowDepartment.district_id == Window.district_id) & (WindowDepartment.window_id == Window.id),
        )
        .where(
            WindowDepartment.district_id == item.district_id,
            WindowDepartment.department_id == item.department_id,
            Window.is_active,
        )
        .order_by(Organisation.code, Window.number)
    )
    return [f"{row.name} {row.number}" for row in session.execute(query)]


def _stages(session: Session, item: ServiceItem) -> list[str]:
    standing = item.draft_version_id or item.published_version_id
    if standing is None:
        return []
    version = session.get_one(ItemVersion, (item.district_id, standing))
    return [
        f"第 {stage.stage} 阶段 {stage.department} {limit_in_words(stage.limit, stage.unit)}"
        for stage in Guide.model_validate(version.guide).stages()
    ]
