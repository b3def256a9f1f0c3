"""Windows from a sheet: by centre and number, with the departments they serve."""

import dataclasses
import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from models.enums import CENTRE_KINDS, WindowChannel
from models.identity import new_id
from models.organisations import Organisation, Window, WindowDepartment
from services.exchange.sheets import RowError
from services.organisations.outcomes import Numbered, Outcome, Row, cell
from services.organisations.windows import SERVING_KINDS

SEPARATORS = re.compile(r"[;；、]")
Key = tuple[int, str]  # centre, number


@dataclasses.dataclass
class _Known:
    """What the district has already."""

    organisations: dict[str, Organisation]
    windows: dict[Key, Window]
    served: dict[int, set[int]]


def _known(session: Session, district_id: int) -> _Known:
    def rows(model: Any) -> Any:
        return session.scalars(select(model).where(model.district_id == district_id))

    served: dict[int, set[int]] = {}
    for pair in rows(WindowDepartment):
        served.setdefault(pair.window_id, set()).add(pair.department_id)
    return _Known(
        {row.code: row for row in rows(Organisation)},
        {(row.centre_id, row.number): row for row in rows(Window)},
        served,
    )


def load_windows(session: Session, rows: Iterable[Numbered], *, district_id: int, now: dt.datetime) -> Outcome:
    """Create or change windows in a few statements; a second load changes nothing."""
    known, outcome = _known(session, district_id), Outcome()
    fresh: list[dict[str, Any]] = []
    serving: dict[int, set[int]] = {}
    seen: set[Key] = set()
    for number, row in rows:
        outcome.rows += 1
        if complaint := _complaint(row, known, seen):
            outcome.errors.append(RowError(number, complaint[0], cell(row, complaint[0]), complaint[1]))
            continue
        values = _values(row, known)
        seen.add((values["centre_id"], values["number"]))
        departments = _departments(row, known)
        if found := known.windows.get((values["centre_id"], values["number"])):
            outcome.targets[number] = found.id
            if _change(found, values, departments != known.served.get(found.id, set()), outcome):
                serving[found.id] = departments
        else:
            own_id = outcome.targets[number] = new_id(now)
            fresh.append({"district_id": district_id, "id": own_id, "is_active": True, "version": 1} | values)
            serving[own_id] = departments
            outcome.created += 1
    if fresh:
        session.execute(insert(Window), fresh)
    _serve(session, district_id, serving)
    return outcome


def _departments(row: Row, known: _Known) -> set[int]:
    codes = [code.strip() for code in SEPARATORS.split(cell(row, "department_code"))]
    return {known.organisations[code].id for code in codes if code}


def _values(row: Row, known: _Known) -> dict[str, Any]:
    zone, number = cell(row, "zone_code"), cell(row, "number")
    return {
        "centre_id": known.organisations[cell(row, "centre_code")].id,
        "zone_id": known.organisations[zone].id if zone else None,
        "number": number,
        "name": cell(row, "name") or f"{number} 号窗口",
        "channel": _channel(cell(row, "channel")),
        "phone": cell(row, "phone"),
    }


def _channel(text: str) -> WindowChannel | None:
    return WindowChannel(text) if text in WindowChannel.labels() else WindowChannel.of_label(text)


def _complaint(row: Row, known: _Known, seen: set[Key]) -> tuple[str, str] | None:
    """The first column that cannot be taken, and why."""
    centre = known.organisations.get(cell(row, "centre_code"))
    if centre is None:
        return "centre_code", "没有这个编码的中心，请先导入机构"
    if centre.kind not in CENTRE_KINDS:
        return "centre_code", f"「{centre.name}」是{centre.kind.label}，不设窗口"
    if not cell(row, "number"):
        return "number", "窗口号不能为空"
    if (centre.id, cell(row, "number")) in seen:
        return "number", "同一中心的窗口号在表中重复"
    if (zone := cell(row, "zone_code")) and zone not in known.organisations:
        return "zone_code", "没有这个编码的分区，请先导入机构"
    if _channel(cell(row, "channel")) is None:
        return "channel", f"通道应为 {'、'.join(WindowChannel.labels())} 之一"
    return _department_complaint(row, known)


def _department_complaint(row: Row, known: _Known) -> tuple[str, str] | None:
    codes = [code.strip() for code in SEPARATORS.split(cell(row, "department_code")) if code.strip()]
    if not codes:
        return "department_code", "请至少写一个进驻部门编码，多个用分号隔开"
    for code in codes:
        found = known.organisations.get(code)
        if found is None or found.kind not in SERVING_KINDS:
            return "department_code", f"「{code}」不是进驻部门或中介机构的编码"
    return None


def _change(found: Window, values: Mapping[str, Any], is_served_anew: bool, outcome: Outcome) -> bool:
    """Whether the departments must be written again."""
    different = {name: value for name, value in values.items() if getattr(found, name) != value}
    for name, value in different.items():
        setattr(found, name, value)
    if different or is_served_anew:
        outcome.changed += 1
    else:
        outcome.unchanged += 1
    return is_served_anew


def _serve(session: Session, district_id: int, serving: Mapping[int, set[int]]) -> None:
    """Replace the departments of the windows of `serving`."""
    session.flush()
    session.execute(
        delete(WindowDepartment).where(
            WindowDepartment.district_id == district_id, WindowDepartment.window_id.in_(serving)
        )
    )
    pairs = [(window, department) for window, departments in serving.items() for department in sorted(departments)]
    if pairs:
        session.execute(
            insert(WindowDepartment),
            [{"district_id": district_id, "window_id": window, "department_id": other} for window, other in pairs],
        )
