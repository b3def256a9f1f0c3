"""A user's own phone, for texts about one's work: kept encrypted, changed by oneself only."""

import datetime as dt

from sqlalchemy.orm import Session

from models.people import User
from services import audit, confidential
from services.actors import Actor
from services.errors import Invalid, NotFound
from services.rules import identifiers


def _mine(session: Session, actor: Actor) -> User:
    user = session.get(User, (actor.district_id, actor.user_id)) if actor.user_id else None
    if user is None:
        raise NotFound("请先登录")
    return user


def shown(session: Session, *, actor: Actor) -> str:
    """One's own phone, masked; "" without one."""
    cipher = _mine(session, actor).phone_cipher
    return identifiers.mask_phone(confidential.decrypt(cipher)) if cipher else ""


def change(session: Session, phone: str, *, actor: Actor, now: dt.datetime) -> None:
    """Keep the phone, or none for "". Raises Invalid for what is no phone."""
    user, typed = _mine(session, actor), phone.strip()
    if typed and (problem := identifiers.problem_of_phone(typed)):
        raise Invalid(problem, {"phone": problem})
    user.phone_cipher = confidential.encrypt(identifiers.normalise_phone(typed)) if typed else None
    session.flush()
    after = {"has_phone": bool(typed)}
    audit.record(session, "user.phone", ("user", user.id), actor=actor, now=now, after=after)
