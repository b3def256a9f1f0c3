"""窗口: the numbered counters of a hall, street centre or community point."""

import dataclasses
import datetime as dt
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from models.cases import Case
from models.enums import CENTRE_KINDS, OPEN_STATUSES, OrganisationKind, Permission, WindowChannel
from models.identity import new_id
from models.organisations import Organisation, Window, WindowDepartment
from models.people import User
from services import audit
from services.actors import Actor
from services.errors import Invalid, NotFound, WrongState
from services.organisations.tree import find, unchanged_since

SERVING_KINDS = (OrganisationKind.DEPARTMENT, OrganisationKind.INTERMEDIARY)


@dataclasses.dataclass(frozen=True)
class WindowDetails:
    """What a person types about a window."""

    number: str
    name: str
    channel: WindowChannel
    zone_id: int | None = None
    phone: str = ""
    department_ids: tuple[int, ...] = ()


@dataclasses.dataclass(frozen=True)
class WindowRow(WindowDetails):
    id: int = 0
    centre_id: int = 0
    zone_name: str = ""
    department_names: tuple[str, ...] = ()
    is_active: bool = True
    version: int = 1


COLUMNS = ("number", "name", "channel", "zone_id", "phone")


def windows(session: Session, district_id: int, centre_id: int) -> list[WindowRow]:
    """All windows of a centre, by number; those out of use last."""
    found = session.scalars(
        select(Window).where(Window.district_id == district_id, Window.centre_id == centre_id)
    ).all()
    served = _served(session, district_id, centre_id)
    named = select(Organisation.id, Organisation.name).where(
        Organisation.district_id == district_id, Organisation.id.in_({window.zone_id for window in found})
    )
    zones: dict[int, str] = dict(session.execute(named).all())
    rows = [_row(window, served.get(window.id, []), zones) for window in found]
    return sorted(rows, key=lambda row: (not row.is_active, len(row.number), row.number))


def _served(session: Session, district_id: int, centre_id: int) -> dict[int, list[tuple[int, str]]]:
    """Window to the departments it serves."""
    rows = session.execute(
        select(WindowDepartment.window_id, Organisation.id, Organisation.name)
        .join(Window, (Window.district_id == WindowDepartment.district_id) & (Window.id == WindowDepartment.window_id))
        .join(
            Organisation,
            (Organisation.district_id == WindowDepartment.district_id)
            & (Organisation.id == WindowDepartment.department_id),
        )
        .where(WindowDepartment.district_id == district_id, Window.centre_id == centre_id)
        .order_by(Organisation.code)
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for window_id, department_id, name in rows:
        found.setdefault(window_id, []).append((department_id, name))
    return found


def _row(window: Window, served: list[tuple[int, str]], zones: dict[int, str]) -> WindowRow:
    return WindowRow(
        **{name: getattr(window, name) for name in COLUMNS},
        department_ids=tuple(identity for identity, _ in served),
        department_names=tuple(name for _, name in served),
        zone_name=zones.get(window.zone_id or 0, ""),
        id=window.id,
        centre_id=window.centre_id,
        is_active=window.is_active,
        version=window.version,
    )


def _find(session: Session, district_id: int, window_id: int) -> Window:
    found = session.get(Window, (district_id, window_id))
    if found is None:
        raise NotFound("没有找到这个窗口，可能已被删除或不在本区")
    return found


def _check(session: Session, details: WindowDetails, centre: Organisation, own_id: int | None) -> None:
    found = {}
    if centre.kind not in CENTRE_KINDS:
        raise Invalid(f"「{centre.name}」是{centre.kind.label}，不设窗口；请选择大厅、街道或社区中心")
    same = select(Window.id).where(
        Window.district_id == centre.district_id,
        Window.centre_id == centre.id,
        Window.number == details.number.strip(),
        Window.id != (own_id or 0),
    )
    if not details.number.strip():
        found["number"] = "请填写窗口号，例如 A12"
    elif session.scalar(same) is not None:
        found["number"] = f"「{centre.name}」已有 {details.number} 号窗口，请换一个窗口号"
    if not details.name.strip():
        found["name"] = "请填写窗口名称，例如 卫生健康窗口"
    kinds = select(Organisation.id).where(
        Organisation.district_id == centre.district_id,
        Organisation.id.in_(details.department_ids),
        Organisation.kind.in_(SERVING_KINDS),
    )
    if not details.department_ids:
        found["department_ids"] = "请至少选择一个进驻部门或中介机构"
    elif len(session.scalars(kinds).all()) != len(set(details.department_ids)):
        found["department_ids"] = "窗口只能由进驻部门或中介机构使用，请重新选择"
    if found:
        raise Invalid("；".join(found.values()), found)


def _serve(session: Session, window: Window, departments: tuple[int, ...]) -> None:
    session.execute(
        delete(WindowDepartment).where(
            WindowDepartment.district_id == window.district_id, WindowDepartment.window_id == window.id
        )
    )
    for department_id in sorted(set(departments)):
        session.add(WindowDepartment(district_id=window.district_id, window_id=window.id, department_id=department_id))


def _stripped(details: WindowDetails) -> dict[str, Any]:
    values = {name: getattr(details, name) for name in COLUMNS}
    return {name: value.strip() if type(value) is str else value for name, value in values.items()}


def create_window(session: Session, centre_id: int, details: WindowDetails, *, actor: Actor, now: dt.datetime) -> int:
    """A new window of a centre. Raises Invalid with the fields to mend."""
    actor.must(Permission.ORGANISATIONS_EDIT)
    centre = find(session, actor.district_id, centre_id)
    _check(session, details, centre, None)
    values = _stripped(details)
    window = Window(district_id=actor.district_id, id=new_id(now), centre_id=centre_id, is_active=True, **values)
    session.add(window)
    session.flush()
    _serve(session, window, details.department_ids)
    audit.record(
        session,
        "window.create",
        ("window", window.id),
        actor=actor,
        now=now,
        after=values | {"departments": list(details.department_ids)},
    )
    return window.id


def edit_window(
    session: Session, window_id: int, details: WindowDetails, *, version: int, actor: Actor, now: dt.datetime
) -> None:
    """Raises Conflict when somebody else changed the window since `version` was read."""
    actor.must(Permission.ORGANISATIONS_EDIT)
    window = unchanged_since(_find(session, actor.district_id, window_id), version)
    centre = find(session, actor.district_id, window.centre_id)
    _check(session, details, centre, window.id)
    served = [identity for identity, _ in _served(session, actor.district_id, centre.id).get(window.id, [])]
    before = {name: getattr(window, name) for name in COLUMNS} | {"departments": sorted(served)}
    after = _stripped(details) | {"departments": sorted(set(details.department_ids))}
    if before == after:
        return
    for name in COLUMNS:
        setattr(window, name, after[name])
    flag_modified(window, "number")  # a change of departments alone is a new version too
    _serve(session, window, details.department_ids)
    session.flush()
    audit.record(session, "window.edit", ("window", window.id), actor=actor, now=now, before=before, after=after)


def deactivate_window(
    session: Session, window_id: int, *, version: int, reason: str, actor: Actor, now: dt.datetime
) -> None:
    """Raises WrongState while people sit at it or open cases were taken in there."""
    actor.must(Permission.ORGANISATIONS_EDIT)
    window = unchanged_since(_find(session, actor.district_id, window_id), version)
    if not reason.strip():
        raise Invalid("请写明停用原因", {"reason": "请写明停用原因"})
    people = select(func.count()).where(
        User.district_id == actor.district_id, User.window_id == window.id, User.is_active
    )
    cases = select(func.count()).where(
        Case.district_id == actor.district_id, Case.window_id == window.id, Case.status.in_(OPEN_STATUSES)
    )
    rests = [
        f"{count:,} {word}"
        for word, question in (("名在岗人员", people), ("件在办办件", cases))
        if (count := session.scalar(question) or 0)
    ]
    if rests:
        raise WrongState(f"{window.number} 号窗口还有{'、'.join(rests)}，请先调整人员或办结后再停用")
    window.is_active = False
    session.flush()
    audit.record(session, "window.deactivate", ("window", window.id), actor=actor, now=now, reason=reason)


def reactivate_window(session: Session, window_id: int, *, version: int, actor: Actor, now: dt.datetime) -> None:
    actor.must(Permission.ORGANISATIONS_EDIT)
    window = unchanged_since(_find(session, actor.district_id, window_id), version)
    window.is_active = True
    session.flush()
    audit.record(session, "window.reactivate", ("window", window.id), actor=actor, now=now)
