"""Lists of items: searched, at the counter, and by the doors people browse through."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from models.catalogue import ItemVersion, ServiceItem
from models.districts import Topic
from models.enums import Audience, CaseType, ItemState, LimitUnit, Permission, VersionState
from models.organisations import Organisation
from services.actors import Actor
from services.catalogue import searching
from services.catalogue.rows import BrowseCounts, ItemRow, Page, limit_in_words, topic_mark, type_label


def find(
    session: Session,
    actor: Actor,
    *,
    words: str = "",
    department_id: int | None = None,
    audience: Audience | None = None,
    topic: str | None = None,
    item_type: str | None = None,
    case_type: CaseType | None = None,
    state: ItemState | None = None,
    version_state: VersionState | None = None,
    only_published: bool = False,
    page: int = 1,
    per_page: int = 50,
) -> Page[ItemRow]:
    """Items whose names or codes hold every word; `only_published` is what the public may see.

    Raises NotAllowed for unpublished items without 查看事项.
    """
    query = _matching(
        actor,
        words=words,
        department_id=department_id,
        audience=audience,
        topic=topic,
        item_type=item_type,
        case_type=case_type,
        state=state,
        version_state=version_state,
        only_published=only_published,
    )
    total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    query = query.limit(per_page).offset((max(page, 1) - 1) * per_page)
    return Page(_item_rows(session, query), total, max(page, 1), per_page)


def standing(session: Session, actor: Actor, **filters: Any) -> list[tuple[int, int]]:
    """All that `find` would list under the same filters: (item, version) in the same order."""
    query = _matching(actor, **filters).with_only_columns(ServiceItem.id, ItemVersion.id)
    return [(row[0], row[1]) for row in session.execute(query) if row[1] is not None]


def _matching(actor: Actor, *, words: str = "", only_published: bool = False, **filters: Any) -> Select[Any]:
    if not only_published:
        actor.must(Permission.CATALOGUE_READ)
    typed = searching.split(words)
    conditions = searching.matches(typed) + searching.filters(**filters)
    return _rows(actor.district_id, conditions, only_published=only_published).order_by(*searching.order(typed))


def _rows(district_id: int, conditions: Iterable[ColumnElement[bool]], *, only_published: bool) -> Select[Any]:
    shown = ServiceItem.published_version_id if only_published else searching.CURRENT
    query: Any = (
        select(
            ServiceItem.id,
            ServiceItem.code,
            ServiceItem.name,
            Organisation.name.label("department"),
            ServiceItem.department_id,
            ServiceItem.tier,
            ServiceItem.item_type,
            ServiceItem.case_type,
            ServiceItem.state,
            ItemVersion.id.label("version_id"),
            ItemVersion.number,
            ItemVersion.state.label("version_state"),
            ItemVersion.promise_amount,
            ItemVersion.promise_unit,
        )
        .join(Organisation, _same_district(Organisation, Organisation.id == ServiceItem.department_id))
        .outerjoin(ItemVersion, _same_district(ItemVersion, ItemVersion.id == shown))
        .where(ServiceItem.district_id == district_id, *conditions)
    )
    if only_published:
        query = query.where(ServiceItem.published_version_id.is_not(None), ServiceItem.state.in_(searching.SHOWN))
    return query


def _same_district(
    table: type[Organisation] | type[ItemVersion], condition: ColumnElement[bool]
) -> ColumnElement[bool]:
    return and_(table.district_id == ServiceItem.district_id, condition)


def _item_rows(session: Session, query: Select[Any]) -> list[ItemRow]:
    return [
        ItemRow(
            id=found.id,
            code=found.code,
            name=found.name,
            department=found.department,
            department_id=found.department_id,
            tier=found.tier,
            item_type=type_label(found.item_type),
            case_type=found.case_type,
            state=found.state,
            version_id=found.version_id,
            version_number=found.number,
            version_state=found.version_state,
            promise=limit_in_words(found.promise_amount, found.promise_unit or LimitUnit.WORKDAY),
        )
        for found in session.execute(query)
    ]


def for_intake(session: Session, actor: Actor, text: str, limit: int = 8) -> list[ItemRow]:
    """What a clerk means by a few letters: items in force that the clerk's window serves."""
    actor.must(Permission.CASES_INTAKE)
    typed = searching.split(text)
    in_force = [ServiceItem.state == ItemState.ACTIVE, *searching.at_window(actor), *searching.matches(typed)]
    query = _rows(actor.district_id, in_force, only_published=True)
    return _item_rows(session, query.order_by(*searching.order(typed)).limit(limit))


def browse_counts(session: Session, district_id: int) -> BrowseCounts:
    """How many items in force each department, audience and topic holds."""
    rows = session.execute(
        select(ServiceItem.department_id, ServiceItem.for_person, ServiceItem.for_enterprise, ServiceItem.topics).where(
            ServiceItem.district_id == district_id,
            ServiceItem.published_version_id.is_not(None),
            ServiceItem.state.in_(searching.SHOWN),
        )
    ).all()
    departments = Counter(row.department_id for row in rows)
    topics = Counter(topic for row in rows for topic in row.topics)
    named = session.execute(
        select(Organisation.id, Organisation.name)
        .where(Organisation.district_id == district_id, Organisation.id.in_(departments))
        .order_by(Organisation.code)
    )
    themes = session.scalars(select(Topic).order_by(Topic.audience, Topic.code))
    return BrowseCounts(
        departments=[(row.id, row.name, departments[row.id]) for row in named],
        audiences={
            Audience.PERSON: sum(row.for_person for row in rows),
            Audience.ENTERPRISE: sum(row.for_enterprise for row in rows),
        },
        topics=[
            (topic.audience, topic.code, topic.name, topics[mark])
            for topic in themes
            if (mark := topic_mark(topic.audience, topic.code)) in topics
        ],
    )
