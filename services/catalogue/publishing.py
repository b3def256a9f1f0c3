"""Publishing a version at the gate of the lint, now or on a day, and closing an item."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

import settings
from models.catalogue import ItemVersion, ServiceItem
from models.enums import CatalogueAction, ItemState, LintLevel, Permission, VersionState
from services import actors
from services.actors import Actor
from services.catalogue import bundle_flows, codes, history, items, prerequisites, records
from services.errors import DomainError, Invalid
from services.rules.guide import Guide
from services.rules.lint import lint
from services.rules.versions import next_item_state, next_state

A = CatalogueAction


def publish(
    session: Session, version: ItemVersion, *, actor: Actor, now: dt.datetime, on: dt.date | None = None
) -> None:
    """Put the version in force, or on `on` (default: the guide's planned day) when that lies ahead.

    Raises Invalid with every lint error, WrongState before both reviews. Cases keep the version they were filed under.
    """
    actor.must(Permission.CATALOGUE_REVIEW_CENTRE)
    item = items.editable(session, version.item_id, actor)
    guide = records.content(version)
    next_state(version.state, A.PUBLISH)
    _check(session, item, guide)
    today = now.astimezone(settings.current().zone).date()
    day = on or guide.plan_effective_date
    if day is None or day <= today:
        _put_in_force(session, item, version, guide, today, actor=actor, now=now)
    else:
        version.effective_on = day
        records.advance(session, item, version, A.SCHEDULE, actor=actor, now=now, opinion=f"{day} 起施行")


def _check(session: Session, item: ServiceItem, guide: Guide) -> None:
    next_item_state(item.state, A.PUBLISH)
    errors = [finding for finding in lint(guide) if finding.level is LintLevel.ERROR]
    if errors:
        told = "；".join(f"{finding.rule} {finding.message}" for finding in errors)
        raise Invalid(f"发布检查未通过：{told}", {finding.field: finding.message for finding in errors})
    prerequisites.check(session, guide, item)
    bundle_flows.check(session, item, guide)


def _put_in_force(
    session: Session,
    item: ServiceItem,
    version: ItemVersion,
    guide: Guide,
    day: dt.date,
    *,
    actor: Actor,
    now: dt.datetime,
) -> None:
    codes.write(session, item, guide)
    prerequisites.write(session, guide, item)
    if item.published_version_id is not None:
        old = session.get_one(ItemVersion, (item.district_id, item.published_version_id))
        records.advance(session, item, old, A.SUPERSEDE, actor=actor, now=now, opinion=f"被第 {version.number} 版替代")
    version.effective_on, version.published_at = day, now
    item.state = next_item_state(item.state, A.PUBLISH)
    item.published_version_id, item.draft_version_id = version.id, None
    items.mirror(session, item, version)
    records.advance(session, item, version, A.PUBLISH, actor=actor, now=now)


def publish_due(session: Session, *, now: dt.datetime) -> int:
    """Publish what is due, in every district; a version that no longer passes goes back with the reason."""
    today = now.astimezone(settings.current().zone).date()
    due = session.scalars(
        select(ItemVersion)
        .join(
            ServiceItem,
            (ServiceItem.district_id == ItemVersion.district_id) & (ServiceItem.id == ItemVersion.item_id),
        )
        .where(
            ItemVersion.state == VersionState.CENTRE_REVIEWED,
            ItemVersion.effective_on <= today,
            ServiceItem.state != ItemState.ABOLISHED,
        )
        .order_by(ItemVersion.effective_on, ItemVersion.id)
    )
    return sum(_publish_one(session, version, today, now=now) for version in list(due))


def _publish_one(session: Session, version: ItemVersion, today: dt.date, *, now: dt.datetime) -> bool:
    actor = actors.system(version.district_id, source="定期发布")
    try:
        with session.begin_nested():
            publish(session, version, actor=actor, now=now, on=today)
    except DomainError as refusal:
        version.effective_on = None
        item = items.editable(session, version.item_id, actor)
        records.advance(session, item, version, A.REJECT, actor=actor, now=now, opinion=f"定期发布未成功：{refusal}")
        return False
    return True


def suspend(session: Session, item: ServiceItem, reason: str, *, actor: Actor, now: dt.datetime) -> None:
    """No new applications until 恢复办理; running cases go on."""
    _change(session, item, A.SUSPEND, reason, actor=actor, now=now)


def resume(session: Session, item: ServiceItem, reason: str, *, actor: Actor, now: dt.datetime) -> None:
    _change(session, item, A.RESUME, reason, actor=actor, now=now)


def abolish(session: Session, item: ServiceItem, reason: str, *, actor: Actor, now: dt.datetime) -> None:
    """No new applications ever; running cases go on."""
    _change(session, item, A.ABOLISH, reason, actor=actor, now=now)


def _change(
    session: Session, item: ServiceItem, action: CatalogueAction, reason: str, *, actor: Actor, now: dt.datetime
) -> None:
    actor.must(Permission.CATALOGUE_REVIEW_CENTRE)
    items.editable(session, item.id, actor)
    if not reason.strip() and action is not A.RESUME:
        raise Invalid(f"请填写{action.label}的原因", {"reason": f"请填写{action.label}的原因"})
    item.state = next_item_state(item.state, action)
    records.save(session, item)
    history.record(session, item, action, actor=actor, now=now, opinion=reason.strip())
