"""Hashes of passwords, changing one's own, and the one-time passwords that administrators hand out."""

import datetime as dt
import secrets
from functools import lru_cache

import bcrypt
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.people import PasswordHistory, User
from services import audit
from services import sign_in_sessions as sessions
from services.actors import Actor
from services.errors import Invalid, NotFound
from services.rules import passwords as rules
from services.rules.passwords import MOST_BYTES

COST = 12  # a quarter of a second of one core
REMEMBERED = 5
ONE_TIME_LETTERS = "abcdefghjkmnpqrstuvwxyz"
ONE_TIME_CAPITALS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
ONE_TIME_DIGITS = "23456789"


def hashed(password: str) -> str:
    """Raises Invalid past 72 bytes, which bcrypt cannot tell apart."""
    raw = password.encode()
    if len(raw) > MOST_BYTES:
        raise Invalid(f"密码过长：最多 {MOST_BYTES} 字节（一个汉字占 3 字节，约 24 个汉字）")
    return bcrypt.hashpw(raw, bcrypt.gensalt(COST)).decode("ascii")


@lru_cache(maxsize=4)
def _decoy(cost: int) -> str:
    return bcrypt.hashpw(b"nobody", bcrypt.gensalt(cost)).decode("ascii")


def matches(password: str, password_hash: str | None) -> bool:
    """Whether the password fits. Without a hash (no such user) it takes as long, and does not."""
    raw = password.encode()
    fits = bcrypt.checkpw(raw[:MOST_BYTES], (password_hash or _decoy(COST)).encode("ascii"))
    return fits and password_hash is not None and len(raw) <= MOST_BYTES


def one_time() -> str:
    """A random password that can be read out over the telephone: 16 characters in four groups."""
    kinds = (ONE_TIME_LETTERS, ONE_TIME_CAPITALS, ONE_TIME_DIGITS, ONE_TIME_LETTERS)
    return "-".join("".join(secrets.choice(kind) for _ in range(4)) for kind in kinds)


def _own(session: Session, actor: Actor) -> User:
    user = session.get(User, (actor.district_id, actor.user_id)) if actor.user_id else None
    if user is None:
        raise NotFound("请先登录后再修改密码")
    return user


def prepare(session: Session, *, current: str, new: str, actor: Actor) -> str:
    """Check a change of one's own password; returns the new hash for `adopt`. Reads only, and takes a second of bcrypt.

    Raises Invalid when the present one is wrong, or the new one breaks a rule or was used lately.
    """
    user = _own(session, actor)
    if not matches(current, user.password_hash):
        raise Invalid("当前密码不正确", {"current": "当前密码不正确"})
    rules.check(new, username=user.username)
    earlier = session.scalars(
        select(PasswordHistory.password_hash)
        .where(PasswordHistory.district_id == actor.district_id, PasswordHistory.user_id == user.id)
        .order_by(PasswordHistory.changed_at.desc())
        .limit(REMEMBERED - 1)
    )
    if any(matches(new, old) for old in (user.password_hash, *earlier)):
        raise Invalid(f"新密码不得与最近 {REMEMBERED} 次用过的相同", {"password": "请换一个没有用过的密码"})
    return hashed(new)


def adopt(session: Session, password_hash: str, *, actor: Actor, now: dt.datetime) -> None:
    """Put the prepared hash in place; every other sign-in of the person ends."""
    user = _own(session, actor)
    replace(session, user, password_hash, now=now)
    user.must_change_password = False
    sessions.revoke_all(session, user.id, actor=actor, now=now, keep=actor.session_id)
    audit.record(session, "user.password_change", ("user", user.id), actor=actor, now=now)


def replace(session: Session, user: User, password_hash: str, *, now: dt.datetime) -> None:
    """The old hash goes into the history; failures and locks are forgotten."""
    session.add(
        PasswordHistory(district_id=user.district_id, user_id=user.id, password_hash=user.password_hash, changed_at=now)
    )
    user.password_hash = password_hash
    user.password_changed_at = now
    user.failed_count = 0
    user.locked_until = None
