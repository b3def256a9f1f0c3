"""What a case search asks for, in the page's address: read, written, drawn as a bar, said as chips.

A person looked for (id, phone, name) stays in the session: addresses are logged, shared and kept.
"""

import datetime as dt
from collections.abc import Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from models.enums import OPEN_STATUSES, CaseStatus, CaseType, ScopeKind
from services import organisations
from services.actors import Actor
from services.cases.search import CaseFilter
from services.catalogue import items
from services.database import Session
from ui import page, pickers, words
from ui.pickers import Filter, Words
from ui.unbroken import unbroken

PERIODS = {"today": "今天", "7": "近 7 天", "30": "近 30 天", "month": "本月", "year": "今年"}
FINISHED = (CaseStatus.DECIDED, CaseStatus.DELIVERED, CaseStatus.CLOSED)
STATUSES: dict[str, tuple[str, tuple[CaseStatus, ...]]] = {
    "open": ("在办（全部）", OPEN_STATUSES),
    "finished": ("办结（全部）", FINISHED),
} | {status.value: (status.label, (status,)) for status in CaseStatus}
IDENTITIES = {"department_id": "department", "centre_id": "centre", "item_id": "item", "clerk_id": "clerk"}
DAYS = {"since": "from", "until": "to", "due_on": "due", "closed_on": "closed"}
DAY_WORDS = {"from": "收件自", "to": "收件至", "due": "当日到期未办结", "closed": "当日办结"}
NAMES = ("period", *IDENTITIES.values(), *DAYS.values(), "status", "type", "words", "number", "overdue")
PERSON = "_case_person"
MOST_ITEMS = 2000


def kept() -> dict[str, str]:
    """The address's conditions, to keep or to come back to."""
    return {name: page.query(name) for name in NAMES if page.query(name)}


def asked(now: dt.datetime) -> CaseFilter:
    """The search of the address; what cannot be read asks nothing."""
    since, until = _period(page.query("period"), now.date())
    days = {field: _day(page.query(name)) for field, name in DAYS.items()}
    identities = {field: page.identity(page.query(name)) for field, name in IDENTITIES.items()}
    kind = page.query("type")
    return CaseFilter(
        **identities,
        statuses=STATUSES.get(page.query("status"), ("", ()))[1],
        case_type=CaseType(kind) if kind in CaseType.labels() else None,
        since=days["since"] or since,
        until=days["until"] or until,
        due_on=days["due_on"],
        closed_on=days["closed_on"],
        is_overdue=page.query("overdue") == "1",
        number=page.query("number"),
        person=st.session_state.get(PERSON, ""),
        words=page.query("words"),
    )


def address(wanted: CaseFilter) -> dict[str, str]:
    """The address of a search, for a link to its list."""
    found = {name: getattr(wanted, field) for field, name in IDENTITIES.items()}
    found |= {name: getattr(wanted, field) for field, name in DAYS.items()}
    found |= {"words": wanted.words, "number": wanted.number, "overdue": "1" if wanted.is_overdue else None}
    found["type"] = wanted.case_type.value if wanted.case_type else None
    found["status"] = next((name for name, (_, group) in STATUSES.items() if group == wanted.statuses), None)
    return {name: str(value) for name, value in found.items() if value}


def _period(name: str, today: dt.date) -> tuple[dt.date | None, dt.date | None]:
    if name not in PERIODS:
        return None, None
    starts = {"today": today, "month": today.replace(day=1), "year": today.replace(month=1, day=1)}
    return starts[name] if name in starts else today - dt.timedelta(days=int(name) - 1), today


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def bar(session: Session, actor: Actor) -> None:
    """Period, department, centre, status and words in one row, the rest behind a button; then the chips."""
    departments = {str(row.id): row.name for row in organisations.departments(session, actor.district_id)}
    centres = {str(row.id): row.name for row in organisations.centres(session, actor.district_id)}
    if actor.scope == ScopeKind.ORGANISATION:
        centres = {key: name for key, name in centres.items() if int(key) in actor.centre_ids}
    choices = [
        Filter("period", "收件时间", PERIODS, 110, "全部时间"),
        Filter("department", "实施部门", departments, 160),
        Filter("centre", "收件地点", centres, 170),
        Filter("status", "状态", {name: label for name, (label, _) in STATUSES.items()}, 130),
    ]
    chosen = [choice for choice in choices if len(choice.options) > 1]
    if actor.scope == ScopeKind.DEPARTMENT:
        chosen = [choice for choice in chosen if choice.name != "department"]
    pickers.bar(
        chosen,
        search=Words(placeholder="事项或申请人名称中的词"),
        beside=lambda: _more(session, actor),
        also={name: said for name, value in kept().items() if (said := _said(session, actor, name, value))},
        key="cases",
    )
    _person_chip()


def _more(session: Session, actor: Actor) -> None:
    """Person, number, item, days, overdue; its long list of items is read only while it is open."""
    drawer = st.popover("更多条件", key="cases-more", on_change="rerun")
    if not drawer.open:
        return
    with drawer:
        _text("办件编号", "number", hint="整个编号，或至少前 14 位（区划和日期）")
        st.text_input("申请人", key=_synced(PERSON), placeholder="证件号、手机号或姓名", on_change=_take_person)
        names = {str(row.id): row.name for row in items.find(session, actor, per_page=MOST_ITEMS).rows}
        _choice("事项", "item", names)
        _choice("办件类型", "type", CaseType.labels())
        left, right = st.columns(2)
        _date(left, "收件自", "from")
        _date(right, "收件至", "to")
        _choice("是否超期", "overdue", {"1": "只看已超期的在办件"})


@unbroken
def _take_person() -> None:
    st.session_state[PERSON] = st.session_state[f"{PERSON}-typed"].strip()


def _synced(name: str) -> str:
    key = f"{name}-typed"
    if st.session_state.get(key) != st.session_state.get(name, ""):
        st.session_state[key] = st.session_state.get(name, "")
    return key


def _text(label: str, name: str, *, hint: str) -> None:
    key = f"cases-more-{name}"
    st.session_state[key] = page.query(name)
    st.text_input(label, key=key, placeholder=hint, on_change=page.set_query_from, args=(name, key))


def _choice(label: str, name: str, options: Mapping[str, str]) -> None:
    key = f"cases-more-{name}"
    st.session_state[key] = page.query(name) if page.query(name) in options else ""
    st.selectbox(
        label,
        ["", *options],
        key=key,
        format_func=lambda value: options.get(value, "不限"),
        on_change=page.set_query_from,
        args=(name, key),
    )


def _date(place: DeltaGenerator, label: str, name: str) -> None:
    key = f"cases-more-{name}"
    st.session_state[key] = _day(page.query(name))
    place.date_input(label, key=key, format="YYYY-MM-DD", on_change=page.set_query_from, args=(name, key))


def _person_chip() -> None:
    if person := st.session_state.get(PERSON):
        shown = person if len(person) < 7 else f"{person[:3]}…{person[-2:]}"
        st.button(f"申请人：{page.plain(shown)} ×", key="cases-person", help="去掉这个条件", on_click=_forget_person)


def _said(session: Session, actor: Actor, name: str, value: str) -> str:
    """A condition in words; nothing for those that the bar shows, and for what cannot be read."""
    match name:
        case "from" | "to" | "due" | "closed":
            return f"{DAY_WORDS[name]} {words.day(_day(value))}" if _day(value) else ""
        case "number":
            return f"编号 {value}"
        case "item":
            return f"事项：{items.get(session, int(value), actor).item.name}" if page.identity(value) else ""
        case "type":
            return f"办件类型：{CaseType(value).label}" if value in CaseType.labels() else ""
        case "overdue":
            return "只看已超期" if value == "1" else ""
        case "clerk":
            return "我收的件" if value == str(actor.user_id) else "某位同事收的件"
    return ""


@unbroken
def _forget_person() -> None:
    st.session_state[PERSON] = ""
