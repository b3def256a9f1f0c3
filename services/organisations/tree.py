"""The organisation tree: reading it, and keeping it."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from models.cases import Case
from models.catalogue import ServiceItem
from models.districts import District, WorkSchedule
from models.enums import CENTRE_KINDS, OPEN_STATUSES, ItemState, OrganisationKind, Permission, ServiceTier
from models.identity import new_id
from models.organisations import Organisation, Window
from models.people import User
from services import audit
from services.actors import Actor
from services.errors import Conflict, Invalid, NotFound, WrongState

KIND_ORDER = {kind: position for position, kind in enumerate(OrganisationKind)}
PATH_LENGTH = 500
_Versioned = TypeVar("_Versioned", Organisation, Window)


@dataclasses.dataclass(frozen=True)
class OrganisationDetails:
    """What a person types about an organisation."""

    code: str
    name: str
    kind: OrganisationKind
    tier: ServiceTier | None = None
    parent_id: int | None = None
    region_code: str = ""
    address: str = ""
    phone: str = ""
    schedule_code: str | None = None


@dataclasses.dataclass(frozen=True)
class OrganisationRow(OrganisationDetails):
    """An organisation as stored; `depth` is 0 at a root, `windows` counts the active ones."""

    id: int = 0
    path: str = ""
    depth: int = 0
    windows: int = 0
    is_active: bool = True
    version: int = 1


DETAILS = tuple(field.name for field in dataclasses.fields(OrganisationDetails))


def _row(organisation: Organisation, windows: int = 0) -> OrganisationRow:
    return OrganisationRow(
        **{name: getattr(organisation, name) for name in DETAILS},
        id=organisation.id,
        path=organisation.path,
        depth=organisation.path.count("/") - 2,
        windows=windows,
        is_active=organisation.is_active,
        version=organisation.version,
    )


def _in_tree_order(rows: Sequence[OrganisationRow]) -> list[OrganisationRow]:
    children: dict[int | None, list[OrganisationRow]] = {}
    for row in sorted(rows, key=lambda row: (KIND_ORDER[row.kind], row.code)):
        children.setdefault(row.parent_id, []).append(row)
    found: list[OrganisationRow] = []
    waiting = children.get(None, [])[::-1]
    while waiting:
        found.append(waiting.pop())
        waiting.extend(children.get(found[-1].id, [])[::-1])
    return found


def tree(session: Session, district_id: int) -> list[OrganisationRow]:
    """The whole district, each organisation followed by what lies under it."""
    counts = select(Window.centre_id, func.count()).where(Window.district_id == district_id, Window.is_active)
    windows: dict[int, int] = dict(session.execute(counts.group_by(Window.centre_id)).all())
    rows = session.scalars(select(Organisation).where(Organisation.district_id == district_id))
    return _in_tree_order([_row(row, windows.get(row.id, 0)) for row in rows])


def _active(session: Session, district_id: int, kinds: Sequence[OrganisationKind]) -> list[OrganisationRow]:
    rows = session.scalars(
        select(Organisation).where(
            Organisation.district_id == district_id, Organisation.kind.in_(kinds), Organisation.is_active
        )
    )
    return sorted(map(_row, rows), key=lambda row: (KIND_ORDER[row.kind], row.code))


def departments(session: Session, district_id: int) -> list[OrganisationRow]:
    """Departments in use, by code."""
    return _active(session, district_id, [OrganisationKind.DEPARTMENT])


def centres(session: Session, district_id: int) -> list[OrganisationRow]:
    """Where cases are taken in: halls, then street centres, then community points."""
    return _active(session, district_id, CENTRE_KINDS)


def find(session: Session, district_id: int, organisation_id: int) -> Organisation:
    """Raises NotFound outside the district."""
    found = session.get(Organisation, (district_id, organisation_id))
    if found is None:
        raise NotFound("没有找到这个机构，可能已被删除或不在本区")
    return found


def get(session: Session, organisation_id: int, actor: Actor) -> OrganisationRow:
    return _row(find(session, actor.district_id, organisation_id))


def _complaints(
    session: Session, details: OrganisationDetails, actor: Actor, own: Organisation | None
) -> dict[str, str]:
    found = {}
    if not details.code.strip():
        found["code"] = "请填写机构编码，例如 510109-D001"
    elif (other := _by_code(session, actor.district_id, details.code)) and other is not own:
        found["code"] = f"编码「{details.code}」已被「{other.name}」使用，请换一个"
    if not details.name.strip():
        found["name"] = "请填写机构名称"
    if details.region_code and not (details.region_code.isdigit() and len(details.region_code) in (6, 9, 12)):
        found["region_code"] = "行政区划代码应为 6、9 或 12 位数字，例如 510109"
    if details.schedule_code and session.get(WorkSchedule, details.schedule_code) is None:
        found["schedule_code"] = "没有这个作息时间，请从列表中选择"
    if own is not None and details.parent_id is not None:
        parent = find(session, actor.district_id, details.parent_id)
        if parent.path.startswith(own.path):
            found["parent_id"] = f"不能把「{own.name}」移到自己或自己的下级「{parent.name}」之下"
    return found


def _by_code(session: Session, district_id: int, code: str) -> Organisation | None:
    return session.scalar(
        select(Organisation).where(Organisation.district_id == district_id, Organisation.code == code.strip())
    )


def _check(session: Session, details: OrganisationDetails, actor: Actor, own: Organisation | None) -> None:
    if complaints := _complaints(session, details, actor, own):
        raise Invalid("；".join(complaints.values()), complaints)


def _path(session: Session, district_id: int, parent_id: int | None, own_id: int) -> str:
    path = (find(session, district_id, parent_id).path if parent_id else "/") + f"{own_id}/"
    if len(path) > PATH_LENGTH:
        raise Invalid("机构层级太深，请把它放到更高一级", {"parent_id": "机构层级太深"})
    return path


def _stripped(details: OrganisationDetails) -> dict[str, Any]:
    values = {name: getattr(details, name) for name in DETAILS}
    return {name: value.strip() if type(value) is str else value for name, value in values.items()}


def create(session: Session, details: OrganisationDetails, *, actor: Actor, now: dt.datetime) -> int:
    """A new organisation under its parent. Raises Invalid with the fields to mend."""
    actor.must(Permission.ORGANISATIONS_EDIT)
    _check(session, details, actor, None)
    own_id = new_id(now)
    values = _stripped(details)
    path = _path(session, actor.district_id, details.parent_id, own_id)
    session.add(Organisation(district_id=actor.district_id, id=own_id, path=path, is_active=True, **values))
    session.flush()
    audit.record(session, "organisation.create", ("organisation", own_id), actor=actor, now=now, after=values)
    return own_id


def edit(
    session: Session,
    organisation_id: int,
    details: OrganisationDetails,
    *,
    version: int,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """Change an organisation; moving it takes its whole subtree along.

    Raises Conflict when somebody else changed it since `version` was read, Invalid with the fields to mend.
    """
    actor.must(Permission.ORGANISATIONS_EDIT)
    own = unchanged_since(find(session, actor.district_id, organisation_id), version)
    _check(session, details, actor, own)
    before, after = {name: getattr(own, name) for name in DETAILS}, _stripped(details)
    if before == after:
        return
    if before["parent_id"] != after["parent_id"]:
        _move(session, own, _path(session, actor.district_id, details.parent_id, own.id))
    if before["schedule_code"] != after["schedule_code"]:
        _new_calendar_version(session, actor.district_id)
    for name, value in after.items():
        setattr(own, name, value)
    session.flush()
    audit.record(
        session, "organisation.edit", ("organisation", own.id), actor=actor, now=now, before=before, after=after
    )


def unchanged_since(row: _Versioned, version: int) -> _Versioned:
    """Raises Conflict when `row` is no longer at `version`."""
    if row.version != version:
        raise Conflict(f"「{row.name}」刚刚被其他人修改过。您填写的内容还在，请核对最新内容后再保存")
    return row


def _move(session: Session, own: Organisation, path: str) -> None:
    """Rewrite the subtree's paths in one statement."""
    session.flush()
    session.execute(
        update(Organisation)
        .where(Organisation.district_id == own.district_id, Organisation.path.startswith(own.path, autoescape=True))
        .values(path=path + func.substr(Organisation.path, len(own.path) + 1))
        .execution_options(synchronize_session="fetch")
    )


def _new_calendar_version(session: Session, district_id: int) -> None:
    """The hall's hours decide its due dates."""
    session.execute(
        update(District).where(District.id == district_id).values(calendar_version=District.calendar_version + 1)
    )
    session.info["calendar_changed"] = True


def resting_on(session: Session, organisation: Organisation | OrganisationRow, district_id: int) -> dict[str, int]:
    """What keeps an organisation in use: a word and a count, nothing where there is none."""
    own = organisation.id
    questions = {
        "个下级机构": _count(Organisation, district_id, Organisation.parent_id == own, Organisation.is_active),
        "个在用窗口": _count(
            Window, district_id, (Window.centre_id == own) | (Window.zone_id == own), Window.is_active
        ),
        "名在岗人员": _count(
            User, district_id, (User.organisation_id == own) | (User.department_id == own), User.is_active
        ),
        "件在办办件": _count(
            Case, district_id, (Case.centre_id == own) | (Case.department_id == own), Case.status.in_(OPEN_STATUSES)
        ),
        "个在用事项": _count(
            ServiceItem, district_id, ServiceItem.department_id == own, ServiceItem.state != ItemState.ABOLISHED
        ),
    }
    found = {word: session.scalar(question) or 0 for word, question in questions.items()}
    return {word: count for word, count in found.items() if count}


def _count(model: Any, district_id: int, *conditions: Any) -> Any:
    return select(func.count()).select_from(model).where(model.district_id == district_id, *conditions)


def deactivate(
    session: Session, organisation_id: int, *, version: int, reason: str, actor: Actor, now: dt.datetime
) -> None:
    """Take an organisation out of use. Raises WrongState while people, windows, items or open cases rest on it."""
    actor.must(Permission.ORGANISATIONS_EDIT)
    own = unchanged_since(find(session, actor.district_id, organisation_id), version)
    if not reason.strip():
        raise Invalid("请写明停用原因", {"reason": "请写明停用原因，例如机构撤并文件"})
    if found := resting_on(session, own, actor.district_id):
        rests = "、".join(f"{count:,} {word}" for word, count in found.items())
        raise WrongState(f"「{own.name}」还有{rests}，请先转移或办结后再停用")
    own.is_active = False
    session.flush()
    audit.record(session, "organisation.deactivate", ("organisation", own.id), actor=actor, now=now, reason=reason)


def reactivate(session: Session, organisation_id: int, *, version: int, actor: Actor, now: dt.datetime) -> None:
    actor.must(Permission.ORGANISATIONS_EDIT)
    own = unchanged_since(find(session, actor.district_id, organisation_id), version)
    own.is_active = True
    session.flush()
    audit.record(session, "organisation.reactivate", ("organisation", own.id), actor=actor, now=now)
