"""Being signed in: who is behind a session id or a cookie, read anew at every run of a page, and ending it."""

import dataclasses
import datetime as dt
from collections.abc import Iterable

from sqlalchemy import ColumnElement, Select, and_, select, update
from sqlalchemy.orm import Session

import settings
from models.enums import Role, ScopeKind, SignInOutcome
from models.organisations import Organisation
from models.people import SignInAttempt, SignInSession, User, UserRole
from services import audit, confidential, districts
from services.actors import Actor
from services.errors import NotFound
from services.rules import permissions

COOKIE = "yichuang_sign_in"
BROWSER_COOKIE = "yichuang_browser"


def hash_browser(cookie: str) -> str:
    """What a sign-in, a ticket or a download is tied to: the browser's own cookie, keyed."""
    return confidential.mac("browser", cookie)


def hash_token(token: str) -> str:
    return confidential.mac("sign-in token", token)


def resolve(
    session: Session,
    *,
    session_id: int | None = None,
    token: str = "",
    browser_hash: str,
    now: dt.datetime,
    source: str = "",
) -> Actor | None:
    """The person behind a sign-in, read anew: None when it is revoked, idle, expired, disabled or another browser's."""
    if session_id is None and not token:
        return None
    chosen = SignInSession.id == session_id if session_id is not None else SignInSession.token_hash == hash_token(token)
    rows = session.execute(_people(districts.current_id(session), now).where(chosen)).all()
    rows = [row for row in rows if confidential.same(row.browser_hash, browser_hash)]
    if not rows:
        return None
    opened, _, user, path, _ = rows[0]
    found = _actor(session, user, path, [row.role for row in rows], source)
    return dataclasses.replace(found, session_id=opened, must_change_password=_password_is_due(user, now))


def person(session: Session, user_id: int, *, source: str) -> Actor:
    """A member of staff for whom work goes on without a browser. Raises NotFound when disabled meanwhile."""
    home = and_(Organisation.district_id == User.district_id, Organisation.id == User.organisation_id)
    found = session.execute(
        select(User, Organisation.path)
        .join(Organisation, home)
        .where(User.district_id == districts.current_id(session), User.id == user_id, User.is_active)
    ).first()
    if found is None:
        raise NotFound("发起人的账号已停用")
    user, path = found
    held = select(UserRole.role).where(UserRole.district_id == user.district_id, UserRole.user_id == user.id)
    return _actor(session, user, path, session.scalars(held), source)


def _actor(session: Session, user: User, path: str, held: Iterable[Role | None], source: str) -> Actor:
    roles = frozenset(role for role in held if role is not None)
    return Actor(
        district_id=user.district_id,
        user_id=user.id,
        name=user.display_name,
        roles=roles,
        permissions=permissions.permissions_of(roles),
        scope=user.scope,
        organisation_id=user.organisation_id,
        centre_ids=_subtree(session, user.district_id, path) if user.scope is ScopeKind.ORGANISATION else (),
        department_id=user.department_id,
        window_id=user.window_id,
        source=source,
    )


def _people(district: int, now: dt.datetime) -> Select[int, str, User, str, Role]:
    """Live sign-ins with their user, the path of the user's organisation, and a row for each role."""
    idle_since = now - dt.timedelta(minutes=settings.current().session_idle_minutes)
    home = and_(Organisation.district_id == User.district_id, Organisation.id == User.organisation_id)
    return (
        select(SignInSession.id, SignInSession.browser_hash, User, Organisation.path, UserRole.role)
        .join(User, and_(User.district_id == SignInSession.district_id, User.id == SignInSession.user_id))
        .join(Organisation, home)
        .outerjoin(UserRole, and_(UserRole.district_id == User.district_id, UserRole.user_id == User.id))
        .where(
            SignInSession.district_id == district,
            SignInSession.revoked_at.is_(None),
            SignInSession.expires_at > now,
            SignInSession.seen_at > idle_since,
            User.is_active,
        )
    )


def _subtree(session: Session, district: int, path: str) -> tuple[int, ...]:
    return tuple(
        session.scalars(
            select(Organisation.id)
            .where(Organisation.district_id == district, Organisation.path.startswith(path, autoescape=True))
            .order_by(Organisation.id)
        )
    )


def _password_is_due(user: User, now: dt.datetime) -> bool:
    chosen = settings.current()
    if chosen.demo:
        return False
    return user.must_change_password or user.password_changed_at < now - dt.timedelta(days=chosen.password_days)


def touch(session: Session, actor: Actor, *, now: dt.datetime) -> None:
    """The person is still at work: the idle time starts again."""
    session.execute(
        update(SignInSession)
        .where(SignInSession.district_id == actor.district_id, SignInSession.id == actor.session_id)
        .values(seen_at=now)
    )


def revoke(session: Session, actor: Actor, *, now: dt.datetime) -> None:
    """Sign out: this sign-in ends everywhere it is open."""
    if _end(session, SignInSession.id == actor.session_id, actor=actor, now=now):
        audit.record(session, "user.sign_out", ("user", actor.user_id), actor=actor, now=now)


def revoke_all(session: Session, user_id: int, *, actor: Actor, now: dt.datetime, keep: int | None = None) -> int:
    """End every sign-in of a user but `keep`; returns how many ended."""
    theirs = and_(SignInSession.user_id == user_id, SignInSession.id != (keep or 0))
    ended = _end(session, theirs, actor=actor, now=now)
    if ended:
        audit.record(session, "user.sign_ins_ended", ("user", user_id), actor=actor, now=now, after={"count": ended})
    return ended


def _end(session: Session, which: ColumnElement[bool], *, actor: Actor, now: dt.datetime) -> int:
    ended = session.scalars(
        update(SignInSession)
        .where(SignInSession.district_id == actor.district_id, SignInSession.revoked_at.is_(None), which)
        .values(revoked_at=now)
        .returning(SignInSession.id)
    )
    return len(ended.all())


@dataclasses.dataclass(frozen=True)
class OpenSignIn:
    id: int
    address: str
    created_at: dt.datetime
    seen_at: dt.datetime
    is_here: bool


def mine(session: Session, *, actor: Actor, now: dt.datetime) -> list[OpenSignIn]:
    """Where the actor is signed in, latest first."""
    idle_since = now - dt.timedelta(minutes=settings.current().session_idle_minutes)
    rows = session.scalars(
        select(SignInSession)
        .where(
            SignInSession.district_id == actor.district_id,
            SignInSession.user_id == actor.user_id,
            SignInSession.revoked_at.is_(None),
            SignInSession.expires_at > now,
            SignInSession.seen_at > idle_since,
        )
        .order_by(SignInSession.seen_at.desc())
    )
    return [OpenSignIn(row.id, row.address, row.created_at, row.seen_at, row.id == actor.session_id) for row in rows]


@dataclasses.dataclass(frozen=True)
class Attempt:
    at: dt.datetime
    outcome: SignInOutcome
    address: str


def attempts(session: Session, *, actor: Actor, limit: int = 10) -> list[Attempt]:
    """The latest attempts to sign in under the actor's user name, so that a stranger's tries are noticed."""
    own = select(User.username).where(User.district_id == actor.district_id, User.id == actor.user_id)
    rows = session.execute(
        select(SignInAttempt.at, SignInAttempt.outcome, SignInAttempt.address)
        .where(SignInAttempt.district_id == actor.district_id, SignInAttempt.username == own.scalar_subquery())
        .order_by(SignInAttempt.at.desc())
        .limit(limit)
    )
    return [Attempt(*row) for row in rows]
