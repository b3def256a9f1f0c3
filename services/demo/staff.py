"""The demonstration's staff: one account a role to try, and somebody at every window and in every department."""

import csv
import datetime as dt
import random
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

import settings
from models.enums import CENTRE_KINDS, OrganisationKind, Role, ScopeKind
from models.identity import new_id
from models.organisations import Organisation, Window
from models.people import User, UserRole
from services import passwords
from services.demo.distributions import declared
from services.demo.people import person_names

ACCOUNTS = settings.DATA / "demo_accounts.csv"
SCOPES = {
    Role.WINDOW_CLERK: ScopeKind.ORGANISATION,
    Role.REVIEWER: ScopeKind.DEPARTMENT,
    Role.CHIEF_REPRESENTATIVE: ScopeKind.DEPARTMENT,
}
Row = dict[str, Any]


def accounts() -> list[dict[str, str]]:
    """The accounts to try, as data/demo_accounts.csv has them; `what` says in one line what each is for."""
    with ACCOUNTS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def load(session: Session, district_id: int, *, now: dt.datetime) -> int:
    """Create the staff that is not there yet; returns how many. Only the accounts of the file have a known password."""
    places = {
        row.code: row for row in session.scalars(select(Organisation).where(Organisation.district_id == district_id))
    }
    windows = _windows(session, district_id)
    by_place = {(code, number): window_id for window_id, number, code in windows}
    known = set(session.scalars(select(User.username).where(User.district_id == district_id)))
    rows = [_account(account, places, by_place) for account in accounts()]
    seated = {row["window_id"] for row in rows}
    rows += _at_windows((each for each in windows if each[0] not in seated), places)
    rows += _in_departments(places, {row["department_id"] for row in rows if Role.REVIEWER in row["roles"]})
    fresh = [row for row in rows if row["username"] not in known]
    _store(session, district_id, fresh, now)
    return len(fresh)


def _windows(session: Session, district_id: int) -> list[tuple[int, str, str]]:
    """(id, number, code of the centre) of every window where cases are taken in."""
    rows = session.execute(
        select(Window.id, Window.number, Organisation.code)
        .join(Organisation, (Organisation.district_id == Window.district_id) & (Organisation.id == Window.centre_id))
        .where(Window.district_id == district_id, Organisation.kind.in_(CENTRE_KINDS))
        .order_by(Organisation.code, Window.number)
    )
    return [(window_id, number, code) for window_id, number, code in rows]


def _account(
    account: Mapping[str, str], places: Mapping[str, Organisation], windows: Mapping[tuple[str, str], int]
) -> Row:
    roles = [Role(each) for each in account["role"].split("+")]
    department = places[account["department_code"]].id if account["department_code"] else None
    return {
        "username": account["username"],
        "display_name": account["display_name"],
        "badge_number": account["badge"],
        "organisation_id": places[account["organisation_code"]].id,
        "department_id": department,
        "window_id": windows[account["organisation_code"], account["window"]] if account["window"] else None,
        "scope": SCOPES.get(roles[0], ScopeKind.DISTRICT),
        "roles": roles,
        "password_hash": passwords.hashed(account["password"]),
        "must_change_password": not settings.current().demo,
    }


def _at_windows(windows: Iterable[tuple[int, str, str]], places: Mapping[str, Organisation]) -> list[Row]:
    waiting = list(windows)
    names = person_names(len(waiting), declared().names, random.Random("window staff"))
    return [
        {
            "username": f"{centre.removeprefix(settings.current().district_code).strip('-').lower()}-{number}",
            "display_name": name,
            "badge_number": f"{position:05d}",
            "organisation_id": places[centre].id,
            "department_id": None,
            "window_id": window_id,
            "scope": ScopeKind.ORGANISATION,
            "roles": [Role.WINDOW_CLERK],
        }
        for position, ((window_id, number, centre), name) in enumerate(zip(waiting, names, strict=True), start=1)
    ]


def _in_departments(places: Mapping[str, Organisation], staffed: set[int]) -> list[Row]:
    """A reviewer for each department that has none yet, working in the first hall."""
    bodies = (row for row in places.values() if row.kind == OrganisationKind.DEPARTMENT and row.id not in staffed)
    found = sorted(bodies, key=lambda row: row.code)
    halls = sorted((row for row in places.values() if row.kind == OrganisationKind.HALL), key=lambda row: row.code)
    names = person_names(len(found), declared().names, random.Random("department staff"))
    return [
        {
            "username": f"bm-{department.code.lower()}",
            "display_name": name,
            "badge_number": f"8{position:04d}",
            "organisation_id": (halls[0] if halls else department).id,
            "department_id": department.id,
            "window_id": None,
            "scope": ScopeKind.DEPARTMENT,
            "roles": [Role.REVIEWER],
        }
        for position, (department, name) in enumerate(zip(found, names, strict=True), start=1)
    ]


def _store(session: Session, district_id: int, fresh: list[Row], now: dt.datetime) -> None:
    if not fresh:
        return
    nobodys = passwords.hashed(secrets.token_urlsafe(32))
    shared = {
        "district_id": district_id,
        "password_changed_at": now,
        "is_active": True,
        "failed_count": 0,
        "locked_until": None,
        "version": 1,
    }
    unusable = {"password_hash": nobodys, "must_change_password": True}
    rows = [{**shared, **unusable, **row, "id": new_id(now)} for row in fresh]
    roles = [
        {"district_id": district_id, "user_id": row["id"], "role": role} for row in rows for role in row.pop("roles")
    ]
    session.execute(insert(User), rows)
    session.execute(insert(UserRole), roles)
