"""Who is at the browser. The one place that reads cookies and addresses (under AppTest both are mocks)."""

import dataclasses
import datetime as dt

import streamlit as st

import settings
from models.enums import Permission
from services import actors, database, districts
from services import sign_in_sessions as sessions
from services.actors import Actor
from services.errors import NotAllowed

LOOPBACK = "127.0.0.1"
TOUCH_SECONDS = 60

Requirement = Permission | tuple[Permission, ...] | None
STAFF: tuple[Permission, ...] = ()  # as a requirement: anybody who is signed in


def now() -> dt.datetime:
    return dt.datetime.now(settings.current().zone)


def _cookie(name: str) -> str:
    value = st.context.cookies.get(name)
    return value if isinstance(value, str) else ""


def address() -> str:
    """The client's address; Streamlit tells none for the machine itself."""
    value = st.context.ip_address
    return value if isinstance(value, str) else LOOPBACK


def browser_hash() -> str:
    """What ties a sign-in to this browser: known to nobody who merely learnt a session id (security 1)."""
    return sessions.hash_browser(_cookie(sessions.BROWSER_COOKIE))


def resolve(session: database.Session) -> Actor:
    """The person signed in, read anew from the database, or the public."""
    state = st.session_state
    actor = sessions.resolve(
        session,
        session_id=state.get("_sign_in"),
        token=_cookie(sessions.COOKIE),
        browser_hash=browser_hash(),
        source=address(),
        now=now(),
    )
    if actor is not None:
        state["_sign_in"] = actor.session_id
        return actor
    if state.pop("_sign_in", None) is not None:
        state["_notice"] = "登录已失效，请重新登录"
    return actors.public(districts.current_id(session), source=address())


def keep_awake(actor: Actor) -> None:
    """Tell the database, once a minute at most, that the person is still at work."""
    moment = now()
    last = st.session_state.get("_touched")
    if actor.session_id is not None and (last is None or (moment - last).total_seconds() > TOUCH_SECONDS):
        with database.writing() as session:
            sessions.touch(session, actor, now=moment)
        st.session_state["_touched"] = moment


def allowed(actor: Actor, requires: Requirement) -> bool:
    """None: the public may; a tuple: any one of them is enough; an empty tuple: being signed in is enough."""
    if requires is None:
        return True
    wanted = (requires,) if isinstance(requires, Permission) else requires
    return actor.user_id is not None and (not wanted or any(actor.may(permission) for permission in wanted))


def remember(actor: Actor, requires: Requirement) -> None:
    """Note for whom, and under which requirement, the page is being drawn."""
    st.session_state["_district"] = actor.district_id
    st.session_state["_drawn_for"] = _fingerprint(actor)
    st.session_state["_requires"] = requires


def confirm(session: database.Session, requires: Requirement = None) -> Actor:
    """The actor, re-read, who must be the one the page was drawn for, with the same rights.

    Raises NotAllowed otherwise: a click may come after sign-out, from a forged frame, or after rights were taken away.
    """
    actor = resolve(session)
    state = st.session_state
    if actor.user_id is None and (requires is not None or state.get("_requires") is not None):
        raise NotAllowed("登录已失效，请重新登录后再试，本次操作未执行")
    if state.get("_drawn_for") != _fingerprint(actor):
        raise NotAllowed("您的登录或权限已变化，本次操作未执行，请刷新页面后再试")
    if not (allowed(actor, requires) and allowed(actor, state.get("_requires"))):
        raise NotAllowed("您没有执行此操作的权限")
    return actor


def _fingerprint(actor: Actor) -> int:
    return hash(dataclasses.replace(actor, source=""))
