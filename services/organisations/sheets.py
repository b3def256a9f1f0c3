"""Organisations and windows from sheets: the reference data, and the exchange sheet of shared/exchange.md."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from models.districts import District
from models.enums import OrganisationKind, Permission, ServiceTier
from models.identity import new_id
from models.organisations import Organisation
from services import audit
from services.actors import Actor
from services.exchange.sheets import RowError
from services.organisations.outcomes import HEADING_ROWS, Numbered, Outcome, Row, cell, numbered
from services.organisations.window_sheets import load_windows
from services.upserts import table_of

CENTRE = "centre"  # the exchange sheet's word; the level says which
CENTRE_OF_LEVEL = {
    ServiceTier.DISTRICT: OrganisationKind.HALL,
    ServiceTier.STREET: OrganisationKind.STREET_CENTRE,
    ServiceTier.COMMUNITY: OrganisationKind.COMMUNITY_POINT,
}
CENTRE_WORDS = {CENTRE, "center", "中心"}


def import_reference(session: Session, folder: Path, *, district: District, now: dt.datetime) -> Outcome:
    """Load organisations.csv and windows.csv of the shipped reference data; loading again changes nothing."""
    outcome = load_organisations(session, numbered(folder / "organisations.csv"), district_id=district.id, now=now)
    windows = load_windows(session, numbered(folder / "windows.csv"), district_id=district.id, now=now)
    return outcome.plus(windows)


def import_organisations(
    session: Session, rows: Sequence[Row], *, district_id: int, now: dt.datetime, actor: Actor | None = None
) -> Outcome:
    """Load the exchange sheet's rows: window rows are those with a `centre_code`, organisation rows all others.

    With an actor the right to edit organisations is asked for, and what changed is audited.
    """
    if actor is not None:
        actor.must(Permission.ORGANISATIONS_EDIT)
    all_rows = list(enumerate(rows, start=HEADING_ROWS + 1))
    organisations = [(number, row) for number, row in all_rows if not cell(row, "centre_code")]
    windows = [(number, row) for number, row in all_rows if cell(row, "centre_code")]
    outcome = load_organisations(session, organisations, district_id=district_id, now=now)
    outcome = outcome.plus(load_windows(session, windows, district_id=district_id, now=now))
    if actor is not None and outcome.created + outcome.changed:
        counts = {"created": outcome.created, "changed": outcome.changed, "rejected": outcome.rejected}
        subject = ("organisations", district_id)
        audit.record(session, "organisations.import", subject, actor=actor, now=now, after=counts)
    return outcome


def _tier(text: str) -> ServiceTier | None:
    return ServiceTier(text) if text in ServiceTier.labels() else ServiceTier.of_label(text)


def _kind(text: str, tier: ServiceTier | None, is_root: bool) -> OrganisationKind | None:
    if text in CENTRE_WORDS:
        kind = CENTRE_OF_LEVEL[tier or ServiceTier.DISTRICT]
        return OrganisationKind.DISTRICT_CENTRE if is_root and kind is OrganisationKind.HALL else kind
    return OrganisationKind(text) if text in OrganisationKind.labels() else OrganisationKind.of_label(text)


def _values(row: Row) -> dict[str, Any]:
    tier = _tier(cell(row, "level"))
    return {
        "code": cell(row, "code"),
        "name": cell(row, "name"),
        "kind": _kind(cell(row, "kind"), tier, not cell(row, "parent_code")),
        "tier": tier,
        "region_code": cell(row, "region_code"),
        "address": cell(row, "address"),
        "phone": cell(row, "phone"),
    }


def _complaint(row: Row, values: Mapping[str, Any], codes: set[str]) -> tuple[str, str] | None:
    """The first column that cannot be taken, and why."""
    if not values["code"]:
        return "code", "机构编码不能为空"
    if not values["name"]:
        return "name", "机构名称不能为空"
    if values["kind"] is None:
        return "kind", "机构类别应为 centre、department 或 intermediary"
    if cell(row, "level") and values["tier"] is None:
        return "level", "层级应为 district、street 或 community"
    parent = cell(row, "parent_code")
    if parent and parent not in codes:
        return ("parent_code", f"上级机构「{parent}」既不在表中也不在系统中，请先补上级机构")
    return None


def load_organisations(session: Session, rows: Iterable[Numbered], *, district_id: int, now: dt.datetime) -> Outcome:
    """Create or change organisations by code, parents before children, all in a few statements."""
    known = {
        row.code: row for row in session.scalars(select(Organisation).where(Organisation.district_id == district_id))
    }
    outcome, good = Outcome(), {}
    all_rows = list(rows)
    codes = set(known) | {cell(row, "code") for _, row in all_rows}
    for number, row in all_rows:
        values = _values(row)
        complaint = _complaint(row, values, codes)
        if complaint is None and values["code"] in good:
            complaint = "code", f"机构编码「{values['code']}」在表中重复"
        if complaint:
            outcome.errors.append(RowError(number, complaint[0], cell(row, complaint[0]), complaint[1]))
        else:
            good[values["code"]] = (number, values | {"parent_code": cell(row, "parent_code")})
    _store(session, good, known, outcome, district_id, now)
    outcome.rows = len(all_rows)
    return outcome


def _store(
    session: Session,
    good: dict[str, tuple[int, dict[str, Any]]],
    known: dict[str, Organisation],
    outcome: Outcome,
    district_id: int,
    now: dt.datetime,
) -> None:
    places = {code: (row.id, row.path) for code, row in known.items()}
    fresh = []
    for code in _parents_first(good, set(known), outcome):
        number, values = good[code]
        parent_id, parent_path = places.get(values.pop("parent_code"), (None, "/"))
        if found := known.get(code):
            _change(found, values | {"parent_id": found.parent_id if parent_id is None else parent_id}, outcome)
        else:
            own_id = new_id(now)
            places[code] = (own_id, f"{parent_path}{own_id}/")
            fresh.append(
                {"district_id": district_id, "id": own_id, "path": places[code][1], "parent_id": parent_id}
                | {"is_active": True, "version": 1, "schedule_code": None}
                | values
            )
        outcome.targets[number] = places[code][0]
    outcome.created = len(fresh)
    if fresh:
        session.execute(insert(Organisation), fresh)
    session.flush()
    _mend_paths(session, district_id)


def _parents_first(good: dict[str, tuple[int, dict[str, Any]]], placed: set[str], outcome: Outcome) -> list[str]:
    """Codes so that a parent stands before its children; rows whose parents are bad or form a circle are errors."""
    order: list[str] = []
    waiting = dict(good)
    while waiting:
        ready = [code for code, (_, row) in waiting.items() if code in placed or row["parent_code"] in placed | {""}]
        if not ready:
            for number, row in waiting.values():
                reason = "上级机构有错误或互为上级，请先改正上级机构"
                outcome.errors.append(RowError(number, "parent_code", row["parent_code"], reason))
            return order
        order += ready
        placed = placed | set(ready)
        waiting = {code: row for code, row in waiting.items() if code not in placed}
    return order


def _change(found: Organisation, values: Mapping[str, Any], outcome: Outcome) -> None:
    different = {name: value for name, value in values.items() if getattr(found, name) != value}
    for name, value in different.items():
        setattr(found, name, value)
    if different:
        outcome.changed += 1
    else:
        outcome.unchanged += 1


def _mend_paths(session: Session, district_id: int) -> None:
    """After an import that moved organisations: every path follows its parents again."""
    rows = session.execute(
        select(Organisation.id, Organisation.parent_id, Organisation.path).where(
            Organisation.district_id == district_id
        )
    ).all()
    parents = {row.id: row.parent_id for row in rows}
    wrong = [{"own": row.id, "new": path} for row in rows if (path := _path_of(row.id, parents)) != row.path]
    if wrong:
        table = table_of(Organisation)
        moved = update(table).where(table.c.district_id == district_id, table.c.id == bindparam("own"))
        session.connection().execute(moved.values(path=bindparam("new")), wrong)
        session.expire_all()


def _path_of(own_id: int, parents: Mapping[int, int | None]) -> str:
    path, steps = "/", 0
    current: int | None = own_id
    while current is not None and steps <= len(parents):
        path, current, steps = f"/{current}{path}", parents[current], steps + 1
    return path
