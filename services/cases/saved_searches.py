"""Searches that a person keeps under a name and opens again; what is kept is the page's address, never a person."""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.cases import SavedSearch
from models.enums import Permission
from services.actors import Actor
from services.errors import Invalid, NotAllowed, NotFound

NAME_LENGTH = 40
MOST_KEPT = 50


@dataclasses.dataclass(frozen=True)
class KeptSearch:
    id: int
    name: str
    query: Mapping[str, str]


def listed(session: Session, actor: Actor) -> Sequence[KeptSearch]:
    """The actor's own, by name."""
    rows = session.execute(
        select(SavedSearch.id, SavedSearch.name, SavedSearch.query)
        .where(SavedSearch.district_id == actor.district_id, SavedSearch.user_id == actor.user_id)
        .order_by(SavedSearch.name)
    )
    return [KeptSearch(*row) for row in rows]


def save(session: Session, name: str, query: Mapping[str, str], *, actor: Actor, now: dt.datetime) -> str:
    """Keep a search; one of the same name is replaced. Returns the name as kept. Raises Invalid."""
    actor.must(Permission.CASES_SEARCH)
    if actor.user_id is None:
        raise NotAllowed("登录后才能保存查询")
    name = " ".join(name.split())
    if not 0 < len(name) <= NAME_LENGTH:
        message = f"请给这个查询起个名字（{NAME_LENGTH} 个字以内）"
        raise Invalid(message, {"name": message})
    if not query:
        raise Invalid("当前没有任何查询条件，请先设置条件再保存")
    mine = (SavedSearch.district_id == actor.district_id, SavedSearch.user_id == actor.user_id)
    kept = session.scalar(select(SavedSearch).where(*mine, SavedSearch.name == name))
    if kept is not None:
        kept.query, kept.created_at = dict(query), now
        return name
    if (session.scalar(select(func.count()).select_from(SavedSearch).where(*mine)) or 0) >= MOST_KEPT:
        raise Invalid(f"最多保存 {MOST_KEPT} 个查询，请先删除不用的")
    session.add(
        SavedSearch(district_id=actor.district_id, user_id=actor.user_id, name=name, query=dict(query), created_at=now)
    )
    return name


def forget(session: Session, search_id: int, *, actor: Actor) -> str:
    """Delete one of the actor's own; returns its name. Raises NotFound for anybody else's."""
    kept = session.get(SavedSearch, (actor.district_id, search_id))
    if kept is None or kept.user_id != actor.user_id:
        raise NotFound("没有找到这个已保存的查询")
    session.delete(kept)
    return kept.name
