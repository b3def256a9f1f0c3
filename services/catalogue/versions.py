"""Versions of an item: drafting, reviewing, publishing, restoring (domain §1.7)."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from models.catalogue import ItemVersion, ServiceItem
from models.enums import CatalogueAction, Permission, VersionState
from services.actors import Actor
from services.catalogue import codes, history, items, records
from services.catalogue.impacts import Impact as Impact
from services.catalogue.impacts import impact as impact
from services.catalogue.prerequisites import circle as circle
from services.catalogue.publishing import abolish as abolish
from services.catalogue.publishing import publish as publish
from services.catalogue.publishing import publish_due as publish_due
from services.catalogue.publishing import resume as resume
from services.catalogue.publishing import suspend as suspend
from services.catalogue.records import content as content
from services.catalogue.records import get as get
from services.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from services.rules.differences import Change, differences, in_words, with_keys
from services.rules.guide import Guide
from services.rules.versions import next_item_state, next_state

A = CatalogueAction


def draft(session: Session, item: ServiceItem, *, actor: Actor, now: dt.datetime) -> ItemVersion:
    """A new draft with the published content. Raises WrongState when the item has one already."""
    actor.must(Permission.CATALOGUE_EDIT)
    if item.published_version_id is None:
        raise WrongState("该事项尚未发布过，请在现有草稿上修改")
    published = session.get_one(ItemVersion, (item.district_id, item.published_version_id))
    return _open(session, item, content(published), A.DRAFT, "", actor=actor, now=now)


def restore(session: Session, version: ItemVersion, *, actor: Actor, now: dt.datetime) -> ItemVersion:
    """A new draft with an old version's content: history only ever grows."""
    actor.must(Permission.CATALOGUE_EDIT)
    item = items.editable(session, version.item_id, actor)
    opinion = f"恢复第 {version.number} 版的内容"
    return _open(session, item, content(version), A.RESTORE, opinion, actor=actor, now=now)


def _open(
    session: Session,
    item: ServiceItem,
    guide: Guide,
    action: CatalogueAction,
    opinion: str,
    *,
    actor: Actor,
    now: dt.datetime,
) -> ItemVersion:
    items.editable(session, item.id, actor)
    next_item_state(item.state, A.DRAFT)
    if item.draft_version_id is not None:
        held = session.get_one(ItemVersion, (item.district_id, item.draft_version_id))
        raise WrongState(f"该事项已有第 {held.number} 版「{held.state.label}」，请在其上修改或先办完")
    version = items.new_version(item, guide, items.next_number(session, item), actor=actor, now=now)
    session.add(version)
    item.draft_version_id = version.id
    records.save(session, item)
    history.record(session, item, action, actor=actor, now=now, version=version, opinion=opinion)
    return version


def revise(
    session: Session,
    item_id: int,
    elements: Mapping[str, Any],
    *,
    expected_saves: int,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """Put elements of the guide into the item's draft. Raises Conflict when it was saved since, WrongState without one."""
    item = items.editable(session, item_id, actor)
    if item.version != expected_saves:
        raise Conflict(records.OVERTAKEN)
    if item.draft_version_id is None:
        raise WrongState("请先建立草稿再修改；已发布的版本不能改动")
    version = session.get_one(ItemVersion, (item.district_id, item.draft_version_id))
    guide = content(version).model_copy(update=dict(elements))
    edit(session, version, guide, expected_version=version.version, actor=actor, now=now)


def edit(
    session: Session, version: ItemVersion, guide: Guide, *, expected_version: int, actor: Actor, now: dt.datetime
) -> None:
    """Save a draft. Raises Conflict when it was saved since `expected_version`, WrongState once it was submitted."""
    actor.must(Permission.CATALOGUE_EDIT)
    item = items.editable(session, version.item_id, actor)
    state = next_state(version.state, A.EDIT)
    if version.version != expected_version:
        raise Conflict(records.OVERTAKEN)
    old = content(version)
    new = with_keys(guide, old=old)
    changes = in_words(differences(old, new))
    if state is version.state and old == new:
        return
    if not new.task_name:
        raise Invalid("请填写事项名称", {"task_name": "请填写事项名称"})
    version.state = state
    for column, value in items.guide_columns(new).items():
        setattr(version, column, value)
    if item.published_version_id is None:
        items.mirror(session, item, version)
        codes.write(session, item, new)
    records.save(session, item)
    history.record(session, item, A.EDIT, actor=actor, now=now, version=version, changes=changes)


def submit(session: Session, version: ItemVersion, *, actor: Actor, now: dt.datetime, opinion: str = "") -> None:
    actor.must(Permission.CATALOGUE_EDIT)
    _advance(session, version, A.SUBMIT, opinion, actor=actor, now=now)


def approve_department(
    session: Session, version: ItemVersion, *, actor: Actor, now: dt.datetime, opinion: str = ""
) -> None:
    actor.must(Permission.CATALOGUE_REVIEW_DEPARTMENT)
    _advance(session, version, A.APPROVE_DEPARTMENT, opinion, actor=actor, now=now)


def approve_centre(
    session: Session, version: ItemVersion, *, actor: Actor, now: dt.datetime, opinion: str = ""
) -> None:
    actor.must(Permission.CATALOGUE_REVIEW_CENTRE)
    _advance(session, version, A.APPROVE_CENTRE, opinion, actor=actor, now=now)


def reject(session: Session, version: ItemVersion, reason: str, *, actor: Actor, now: dt.datetime) -> None:
    """Send back to the drafter: by the department before its review, by the centre at any time before publication."""
    is_departments = version.state is VersionState.SUBMITTED and actor.may(Permission.CATALOGUE_REVIEW_DEPARTMENT)
    if not is_departments and not actor.may(Permission.CATALOGUE_REVIEW_CENTRE):
        raise NotAllowed("您没有退回该版本的权限")
    if not reason.strip():
        raise Invalid("请填写退回的原因", {"reason": "请填写退回的原因"})
    _advance(session, version, A.REJECT, reason.strip(), actor=actor, now=now)
    version.effective_on = None


def _advance(
    session: Session, version: ItemVersion, action: CatalogueAction, opinion: str, *, actor: Actor, now: dt.datetime
) -> None:
    item = items.editable(session, version.item_id, actor)
    records.advance(session, item, version, action, actor=actor, now=now, opinion=opinion)


def compare(session: Session, a_id: int, b_id: int, actor: Actor) -> list[Change]:
    """What changed from version `a_id` to version `b_id`."""
    actor.must(Permission.CATALOGUE_READ)
    found = [session.get(ItemVersion, (actor.district_id, version_id)) for version_id in (a_id, b_id)]
    guides = [content(version) for version in found if version is not None]
    if len(guides) < len(found):
        raise NotFound("没有这个版本")
    return differences(*guides)
