"""Signing in, staying signed in, and being signed out. Knows nothing of Streamlit.

A sign-in is three steps, so that no write waits for bcrypt: `find` (read), `passwords.matches` (no transaction),
`settle` (write). It yields a ticket, which the browser turns into a cookie at a route of ours (`redeem`); from then on
`sign_in_sessions.resolve` says at every run who is there.
"""

import dataclasses
import datetime as dt
import secrets

from sqlalchemy import and_, case, func, literal, select, update
from sqlalchemy.orm import Session

import settings
from models.enums import SignInOutcome
from models.people import SignInAttempt, SignInSession, SignInTicket, User
from services import actors, audit, districts
from services.actors import Actor
from services.sign_in_sessions import hash_token

MOST_FAILURES = 5
MINUTE = dt.timedelta(minutes=1)
LOCK = dt.timedelta(minutes=30)
TICKET_LIFE = dt.timedelta(seconds=30)
ONE_TIME_LIFE = dt.timedelta(hours=24)
ADDRESS_FAILURES = 30
ADDRESS_WINDOW = dt.timedelta(minutes=10)
LOOPBACK = ("127.0.0.1", "::1", "")

MESSAGES = {
    SignInOutcome.BAD: "用户名或密码错误",
    SignInOutcome.LOCKED: f"登录失败次数过多，账号已锁定 {LOCK // MINUTE} 分钟；请稍后再试或联系系统管理员",
    SignInOutcome.INACTIVE: "账号已停用，请联系系统管理员",
    SignInOutcome.EXPIRED: "一次性密码已超过 24 小时失效，请联系系统管理员重置",
}


@dataclasses.dataclass(frozen=True)
class Known:
    """What is known of a user name before its password is tried. `user_id` is None for nobody."""

    district_id: int
    username: str
    user_id: int | None
    password_hash: str | None
    is_throttled: bool


@dataclasses.dataclass(frozen=True)
class Result:
    """How an attempt ended: with `session_id` and `ticket`, or with a message to show."""

    outcome: SignInOutcome
    message: str = ""
    session_id: int | None = None
    ticket: str = ""


def _is_throttled(session: Session, district: int, address: str, now: dt.datetime) -> bool:
    if address in LOOPBACK:
        return False
    failures = session.scalar(
        select(func.count()).where(
            SignInAttempt.district_id == district,
            SignInAttempt.address == address,
            SignInAttempt.at > now - ADDRESS_WINDOW,
            SignInAttempt.outcome == SignInOutcome.BAD,
        )
    )
    return (failures or 0) >= ADDRESS_FAILURES


def find(session: Session, username: str, *, address: str, now: dt.datetime) -> Known:
    """Look the user name up (lower-cased), and whether its address has failed too often."""
    district = districts.current_id(session)
    name = username.strip().lower()[:64]
    user = session.execute(
        select(User.id, User.password_hash).where(User.district_id == district, User.username == name)
    ).first()
    throttled = _is_throttled(session, district, address, now)
    return Known(district, name, user.id if user else None, user.password_hash if user else None, throttled)


def throttled() -> Result:
    return Result(SignInOutcome.LOCKED, f"本机地址登录失败过于频繁，请 {ADDRESS_WINDOW // MINUTE} 分钟后再试")


def settle(
    session: Session, known: Known, matched: bool, *, browser_hash: str, address: str, now: dt.datetime
) -> Result:
    """Count the failure, or open the sign-in. Never raises for a wrong password: the count must be committed."""
    user = _locked_row(session, known)
    outcome = _outcome(user, matched and user is not None and user.password_hash == known.password_hash, now)
    if user is None and _has_failed_often(session, known, now):
        outcome = SignInOutcome.LOCKED  # as a real account would be: the answer does not tell which names exist
    session.add(
        SignInAttempt(district_id=known.district_id, username=known.username, outcome=outcome, address=address, at=now)
    )
    if user is None or outcome is not SignInOutcome.OK:
        if user is not None and outcome is SignInOutcome.BAD:
            _count_failure(session, user, address=address, now=now)
        return Result(outcome, MESSAGES[outcome])
    _clear_failures(session, user)
    opened = admit(session, user, browser_hash=browser_hash, address=address, now=now)
    audit.record(session, "user.sign_in", ("user", user.id), actor=_as_actor(user, address), now=now)
    return Result(outcome, "", opened.id, issue_ticket(session, opened, now=now))


def _locked_row(session: Session, known: Known) -> User | None:
    if known.user_id is None:
        return None
    return session.scalar(
        select(User)
        .where(User.district_id == known.district_id, User.id == known.user_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _has_failed_often(session: Session, known: Known, now: dt.datetime) -> bool:
    failures = session.scalar(
        select(func.count()).where(
            SignInAttempt.district_id == known.district_id,
            SignInAttempt.username == known.username,
            SignInAttempt.at > now - LOCK,
            SignInAttempt.outcome == SignInOutcome.BAD,
        )
    )
    return (failures or 0) >= MOST_FAILURES


def _outcome(user: User | None, matched: bool, now: dt.datetime) -> SignInOutcome:
    if user is None:
        return SignInOutcome.BAD
    if user.locked_until and user.locked_until > now:
        return SignInOutcome.LOCKED
    if not matched:
        return SignInOutcome.BAD
    if not user.is_active:
        return SignInOutcome.INACTIVE
    if user.must_change_password and not settings.current().demo and user.password_changed_at < now - ONE_TIME_LIFE:
        return SignInOutcome.EXPIRED
    return SignInOutcome.OK


def _count_failure(session: Session, user: User, *, address: str, now: dt.datetime) -> None:
    """One statement, so that two failures at once are both counted; a lock that ran out starts from one again."""
    ran_out = and_(User.locked_until.is_not(None), User.locked_until <= now)
    count = case((ran_out, 1), else_=User.failed_count + 1)
    until = literal(now + LOCK, User.locked_until.type)  # untyped it would be stored in local time
    locked_until = session.scalar(
        update(User)
        .where(User.district_id == user.district_id, User.id == user.id)
        .values(failed_count=count, locked_until=case((count >= MOST_FAILURES, until), else_=None))
        .returning(User.locked_until)
        .execution_options(synchronize_session=False)
    )
    if locked_until is not None:
        audit.record(
            session,
            "user.lock",
            ("user", user.id),
            actor=actors.public(user.district_id, source=address),
            now=now,
            after={"locked_until": locked_until.isoformat(), "failures": MOST_FAILURES},
            reason="连续登录失败",
        )


def _clear_failures(session: Session, user: User) -> None:
    session.execute(
        update(User)
        .where(User.district_id == user.district_id, User.id == user.id)
        .values(failed_count=0, locked_until=None)
        .execution_options(synchronize_session=False)
    )


def _as_actor(user: User, address: str) -> Actor:
    return Actor(user.district_id, user.id, user.display_name, source=address)


def admit(session: Session, user: User, *, browser_hash: str, address: str, now: dt.datetime) -> SignInSession:
    """Open a sign-in for somebody whose password was right."""
    opened = SignInSession(
        district_id=user.district_id,
        user_id=user.id,
        token_hash=None,
        browser_hash=browser_hash,
        created_at=now,
        seen_at=now,
        expires_at=now + dt.timedelta(hours=settings.current().session_hours),
        revoked_at=None,
        address=address,
    )
    session.add(opened)
    session.flush()
    return opened


def issue_ticket(session: Session, opened: SignInSession, *, now: dt.datetime) -> str:
    """What the browser turns into its cookie, once, within 30 seconds."""
    ticket = secrets.token_urlsafe(32)
    session.add(
        SignInTicket(
            district_id=opened.district_id,
            ticket_hash=hash_token(ticket),
            session_id=opened.id,
            expires_at=now + TICKET_LIFE,
            used_at=None,
        )
    )
    return ticket


def redeem(session: Session, ticket: str, *, browser_hash: str, now: dt.datetime) -> str | None:
    """Turn a ticket into the cookie's token, once, within 30 seconds and in the browser that signed in; else None."""
    district = districts.current_id(session)
    session_id = session.scalar(
        update(SignInTicket)
        .where(
            SignInTicket.district_id == district,
            SignInTicket.ticket_hash == hash_token(ticket),
            SignInTicket.used_at.is_(None),
            SignInTicket.expires_at > now,
        )
        .values(used_at=now)
        .returning(SignInTicket.session_id)
    )
    token = secrets.token_urlsafe(32)
    taken = session.scalar(
        update(SignInSession)
        .where(
            SignInSession.district_id == district,
            SignInSession.id == session_id,
            SignInSession.browser_hash == browser_hash,
            SignInSession.revoked_at.is_(None),
        )
        .values(token_hash=hash_token(token))
        .returning(SignInSession.id)
    )
    return token if taken is not None else None
