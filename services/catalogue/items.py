"""Items: reading one, creating one, and keeping what lists and searches show of it."""

import datetime as dt
import functools
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models.catalogue import ItemCode, ItemEvent, ItemVersion, ServiceItem
from models.enums import Audience, CatalogueAction, ItemState, Permission, ServiceTier, VersionState
from models.identity import new_id
from models.organisations import Organisation
from services import access
from services.actors import Actor
from services.catalogue import codes, history, searching
from services.catalogue.finding import browse_counts as browse_counts
from services.catalogue.finding import find as find
from services.catalogue.finding import for_intake as for_intake
from services.catalogue.rows import BrowseCounts as BrowseCounts
from services.catalogue.rows import (
    EventRow,
    ItemDetail,
    PublishedItem,
    VersionDetail,
    VersionRow,
    topic_mark,
    type_label,
)
from services.catalogue.rows import ItemRow as ItemRow
from services.catalogue.rows import Page as Page
from services.errors import Invalid, NotFound
from services.rules.differences import with_keys
from services.rules.guide import Guide

NOT_FOUND = "没有这个事项，或不在您的管理范围内"
EDITORS = (
    Permission.CATALOGUE_EDIT,
    Permission.CATALOGUE_REVIEW_DEPARTMENT,
    Permission.CATALOGUE_REVIEW_CENTRE,
)
CODE_LENGTH = 64


def get(session: Session, item_id: int, actor: Actor) -> ItemDetail:
    """Raises NotFound outside the actor's district."""
    actor.must(Permission.CATALOGUE_READ)
    item = session.get(ServiceItem, (actor.district_id, item_id))
    if item is None:
        raise NotFound(NOT_FOUND)
    versions = list(session.scalars(_of(ItemVersion, item).order_by(ItemVersion.number.desc())))
    details = {version.id: _detail(version) for version in versions if version.id in _standing(item)}
    return ItemDetail(
        item=item,
        department=_department_name(session, item),
        item_type=type_label(item.item_type),
        codes=[(row.scheme, row.code) for row in session.scalars(_of(ItemCode, item).order_by(ItemCode.scheme))],
        published=details.get(item.published_version_id or 0),
        draft=details.get(item.draft_version_id or 0),
        versions=[VersionRow(**_version_fields(version)) for version in versions],
        events=_events(session, item, versions),
        is_editable=any(map(actor.may, EDITORS)) and _in_scope(session, item.id, actor) is not None,
    )


def _of(table: type[Any], item: ServiceItem) -> Select[Any]:
    return select(table).where(table.district_id == item.district_id, table.item_id == item.id)


def _standing(item: ServiceItem) -> tuple[int | None, int | None]:
    return item.published_version_id, item.draft_version_id


def _version_fields(version: ItemVersion) -> dict[str, Any]:
    return {name: getattr(version, name) for name in VersionRow.__dataclass_fields__}


def _detail(version: ItemVersion) -> VersionDetail:
    return VersionDetail(**_version_fields(version), guide=Guide.model_validate(version.guide))


def _events(session: Session, item: ServiceItem, versions: Iterable[ItemVersion]) -> list[EventRow]:
    numbers: dict[int | None, int] = {version.id: version.number for version in versions}
    rows = session.scalars(_of(ItemEvent, item).order_by(ItemEvent.id.desc()))
    return [EventRow(row.at, row.action, row.actor_name, row.opinion, numbers.get(row.version_id)) for row in rows]


def _department_name(session: Session, item: ServiceItem) -> str:
    department = session.get(Organisation, (item.district_id, item.department_id))
    return department.name if department else ""


def _in_scope(session: Session, item_id: int, actor: Actor) -> ServiceItem | None:
    return session.scalar(access.editable_items(select(ServiceItem).where(ServiceItem.id == item_id), actor))


def editable(session: Session, item_id: int, actor: Actor) -> ServiceItem:
    """The record itself, for the acts of `versions`. Out of the actor's scope reads as not found."""
    item = _in_scope(session, item_id, actor)
    if item is None:
        raise NotFound(NOT_FOUND)
    return item


def by_code(session: Session, code: str, actor: Actor) -> ServiceItem:
    """The item that has the code in any scheme. Raises NotFound."""
    actor.must(Permission.CATALOGUE_READ)
    item_id = codes.resolve(session, actor.district_id, [code.strip()]).get(code.strip())
    item = session.get(ServiceItem, (actor.district_id, item_id)) if item_id else None
    if item is None:
        raise NotFound(f"没有编码为「{code.strip()}」的事项")
    return item


def published(session: Session, district_id: int, key: int | str) -> PublishedItem:
    """What the public may read, by id or by a code. Raises NotFound for what is not published or was abolished."""
    item_id = key if isinstance(key, int) else codes.resolve(session, district_id, [key]).get(key)
    item = session.get(ServiceItem, (district_id, item_id)) if item_id else None
    if item is None or item.published_version_id is None or item.state not in searching.SHOWN:
        raise NotFound("没有这个事项，或尚未发布")
    version = session.get_one(ItemVersion, (district_id, item.published_version_id))
    return PublishedItem(
        id=item.id,
        code=item.code,
        name=item.name,
        department=_department_name(session, item),
        department_id=item.department_id,
        tier=item.tier,
        state=item.state,
        version_id=version.id,
        version_number=version.number,
        guide=Guide.model_validate(version.guide),
    )


def create(
    session: Session,
    *,
    code: str,
    department_id: int,
    tier: ServiceTier,
    guide: Guide,
    actor: Actor,
    now: dt.datetime,
) -> ServiceItem:
    """A new item in preparation, with its first draft. Raises Invalid for a code that is missing or taken."""
    actor.must(Permission.CATALOGUE_EDIT)
    _check_new(session, code.strip(), department_id, guide, actor)
    item = ServiceItem(
        district_id=actor.district_id,
        id=new_id(now),
        code=code.strip(),
        department_id=department_id,
        tier=tier,
        state=ItemState.PREPARING,
    )
    version = new_version(item, with_keys(guide), 1, actor=actor, now=now)
    item.draft_version_id = version.id
    mirror(session, item, version)
    session.add(item)
    session.flush()
    editable(session, item.id, actor)
    session.add(version)
    codes.write(session, item, guide)
    history.record(session, item, CatalogueAction.DRAFT, actor=actor, now=now, version=version)
    return item


def _check_new(session: Session, code: str, department_id: int, guide: Guide, actor: Actor) -> None:
    if not code or len(code) > CODE_LENGTH:
        message = f"请填写本平台编码，最多 {CODE_LENGTH} 个字符"
        raise Invalid(message, {"code": message})
    taken = select(ServiceItem.name).where(ServiceItem.district_id == actor.district_id, ServiceItem.code == code)
    if (name := session.scalar(taken)) is not None:
        message = f"本平台编码「{code}」已被事项「{name}」使用"
        raise Invalid(message, {"code": message})
    if session.get(Organisation, (actor.district_id, department_id)) is None:
        raise Invalid("没有这个部门，请重新选择", {"department_id": "没有这个部门"})
    if not guide.task_name:
        raise Invalid("请填写事项名称", {"task_name": "请填写事项名称"})


def next_number(session: Session, item: ServiceItem) -> int:
    last = select(func.max(ItemVersion.number)).where(
        ItemVersion.district_id == item.district_id, ItemVersion.item_id == item.id
    )
    return (session.scalar(last) or 0) + 1


def new_version(
    item: ServiceItem, guide: Guide, number: int, *, actor: Actor, now: dt.datetime, batch_id: int | None = None
) -> ItemVersion:
    """A draft of the item, not yet in the session."""
    return ItemVersion(
        district_id=item.district_id,
        id=new_id(now),
        item_id=item.id,
        number=number,
        state=VersionState.DRAFT,
        batch_id=batch_id,
        created_by=actor.name,
        created_at=now,
        **guide_columns(guide),
    )


def guide_columns(guide: Guide) -> dict[str, Any]:
    """The columns of a version that hold its guide."""
    return {
        "guide": guide.model_dump(mode="json"),
        "name": guide.task_name,
        "case_type": guide.project_type,
        "promise_amount": guide.promise_day,
        "promise_unit": guide.promise_type,
        "statutory_amount": guide.anticipate_day,
        "statutory_unit": guide.anticipate_type,
    }


def mirror(session: Session, item: ServiceItem, version: ItemVersion) -> None:
    """Copy to the item what lists and searches need of the version: the only writer of those columns."""
    for column, value in mirrored(item.code, Guide.model_validate(version.guide)).items():
        if getattr(item, column) != value:
            setattr(item, column, value)


def mirrored(code: str, guide: Guide) -> dict[str, Any]:
    """The copied columns; topics are marked with their audience, since both lists use the same codes."""
    texts = (guide.task_name, guide.main_item, guide.result_name, *codes.of_guide(code, guide).values())
    return {
        "name": guide.task_name,
        "initials": initials(guide.task_name),
        "search_text": "\n".join(dict.fromkeys(text.lower() for text in texts if text)),
        "item_type": guide.task_type,
        "case_type": guide.project_type,
        "for_person": Audience.PERSON in guide.audiences,
        "for_enterprise": Audience.ENTERPRISE in guide.audiences,
        "topics": [topic_mark(Audience.PERSON, code) for code in guide.user_topic_type]
        + [topic_mark(Audience.ENTERPRISE, code) for code in guide.corp_topic_type],
    }


@functools.lru_cache(maxsize=4096)
def initials(name: str) -> str:
    """First letters as they are typed: 餐饮业卫生许可证 is cyywsxkz."""
    import pypinyin  # 30 MB of tables that most processes never need

    letters = "".join(pypinyin.lazy_pinyin(name, style=pypinyin.Style.FIRST_LETTER))
    return "".join(letter for letter in letters.lower() if letter.isascii() and letter.isalnum())[:500]
