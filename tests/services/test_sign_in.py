"""Signing in: the password, the lock, the ticket, the cookie, and being signed in."""

import datetime as dt

import pytest
from sqlalchemy import select

import settings
from models.audit import AuditEntry
from models.enums import Role, ScopeKind, SignInOutcome
from models.people import SignInAttempt, User
from services import passwords, sign_in
from services import sign_in_sessions as sessions
from services.errors import Invalid
from services.rules.permissions import permissions_of
from tests import builders, people

BROWSER = sessions.hash_browser("this browser")
OTHER_BROWSER = sessions.hash_browser("another")
ADDRESS = "10.1.2.3"
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch):
    monkeypatch.setattr(passwords, "COST", 4)


@pytest.fixture
def user(session, now):
    return people.user(session, Role.WINDOW_CLERK, username="zhang", password="Yichuang-2026", now=now)


def attempt(session, now, password="Yichuang-2026", username="zhang", address=ADDRESS):
    known = sign_in.find(session, username, address=address, now=now)
    if known.is_throttled:
        return sign_in.throttled()
    matched = passwords.matches(password, known.password_hash)
    return sign_in.settle(session, known, matched, browser_hash=BROWSER, address=address, now=now)


def actions(session):
    return session.scalars(select(AuditEntry.action).order_by(AuditEntry.sequence)).all()


def test_the_right_password_opens_a_sign_in_whatever_the_case_of_the_name(session, user, now):
    result = attempt(session, now, username="  ZHANG ")
    assert result.outcome is SignInOutcome.OK and result.ticket
    assert sessions.resolve(session, session_id=result.session_id, browser_hash=BROWSER, now=now).user_id == user.id
    assert actions(session)[-1] == "user.sign_in"


def test_unknown_user_and_wrong_password_read_the_same(session, user, now):
    assert attempt(session, now, username="nobody") == attempt(session, now, "wrong")


def test_a_name_that_nobody_has_locks_like_any_other(session, user, now):
    for name in ("nobody", "zhang"):
        answers = [attempt(session, now, "wrong", username=name).outcome for _ in range(6)]
        assert answers == [SignInOutcome.BAD] * 5 + [SignInOutcome.LOCKED]


def test_every_attempt_is_recorded(session, user, now):
    attempt(session, now, "wrong")
    attempt(session, now)
    attempt(session, now, username="nobody")
    found = session.execute(select(SignInAttempt.username, SignInAttempt.outcome).order_by(SignInAttempt.id)).all()
    assert found == [
        ("zhang", SignInOutcome.BAD),
        ("zhang", SignInOutcome.OK),
        ("nobody", SignInOutcome.BAD),
    ]


def test_the_fifth_failure_locks_for_thirty_minutes_even_with_the_right_password(session, user, now):
    for _ in range(5):
        assert attempt(session, now, "wrong").outcome is SignInOutcome.BAD
    assert attempt(session, now).outcome is SignInOutcome.LOCKED
    assert attempt(session, now + 29 * MINUTE).outcome is SignInOutcome.LOCKED
    assert attempt(session, now + 31 * MINUTE).outcome is SignInOutcome.OK
    assert "user.lock" in actions(session)


def test_after_a_lock_ran_out_counting_starts_again(session, user, now):
    for _ in range(5):
        attempt(session, now, "wrong")
    later = now + 31 * MINUTE
    for _ in range(4):
        attempt(session, later, "wrong")
    assert attempt(session, later).outcome is SignInOutcome.OK


def test_failures_are_counted_by_the_database_not_by_what_was_read(session, user, now):
    """Five guesses that all looked the user up before the first was counted."""
    looked_up = [sign_in.find(session, "zhang", address=ADDRESS, now=now) for _ in range(6)]
    for known in looked_up[:5]:
        sign_in.settle(session, known, False, browser_hash=BROWSER, address=ADDRESS, now=now)
    late = sign_in.settle(session, looked_up[5], True, browser_hash=BROWSER, address=ADDRESS, now=now)
    assert late.outcome is SignInOutcome.LOCKED


def test_a_password_changed_between_look_up_and_check_does_not_open(session, user, now):
    known = sign_in.find(session, "zhang", address=ADDRESS, now=now)
    user.password_hash = passwords.hashed("Another-2026")
    session.flush()
    result = sign_in.settle(session, known, True, browser_hash=BROWSER, address=ADDRESS, now=now)
    assert result.outcome is SignInOutcome.BAD


def test_an_address_that_keeps_failing_must_wait_but_loopback_never(session, user, now):
    for count in range(sign_in.ADDRESS_FAILURES):
        attempt(session, now, "wrong", username=f"guess{count}")
        attempt(session, now, "wrong", username=f"guess{count}", address="127.0.0.1")
    assert "过于频繁" in attempt(session, now).message
    assert attempt(session, now, address="10.1.2.4").outcome is SignInOutcome.OK
    assert attempt(session, now, address="127.0.0.1").outcome is SignInOutcome.OK
    assert attempt(session, now + 11 * MINUTE).outcome is SignInOutcome.OK


def test_a_disabled_account_is_told_only_after_the_right_password(session, user, now):
    user.is_active = False
    session.flush()
    assert attempt(session, now, "wrong").outcome is SignInOutcome.BAD
    assert attempt(session, now).outcome is SignInOutcome.INACTIVE


def test_a_one_time_password_dies_after_a_day(session, user, now):
    user.must_change_password = True
    session.flush()
    assert attempt(session, now + dt.timedelta(hours=23)).outcome is SignInOutcome.OK
    assert attempt(session, now + dt.timedelta(hours=25)).outcome is SignInOutcome.EXPIRED


def test_a_password_past_72_bytes_is_refused_in_words(session, user):
    with pytest.raises(Invalid, match="72 字节"):
        passwords.hashed("一" * 25)
    assert not passwords.matches("Yichuang-2026" + "x" * 80, user.password_hash)


# --- the ticket ---


def test_a_ticket_gives_one_cookie_once(session, user, now):
    result = attempt(session, now)
    token = sign_in.redeem(session, result.ticket, browser_hash=BROWSER, now=now)
    assert sessions.resolve(session, token=token, browser_hash=BROWSER, now=now).user_id == user.id
    assert sign_in.redeem(session, result.ticket, browser_hash=BROWSER, now=now) is None


def test_a_ticket_dies_after_thirty_seconds(session, user, now):
    ticket = attempt(session, now).ticket
    assert sign_in.redeem(session, ticket, browser_hash=BROWSER, now=now + dt.timedelta(seconds=31)) is None


def test_a_ticket_is_worth_nothing_in_another_browser(session, user, now):
    ticket = attempt(session, now).ticket
    assert sign_in.redeem(session, ticket, browser_hash=OTHER_BROWSER, now=now) is None


# --- being signed in ---


@pytest.fixture
def signed_in(session, user, now):
    return attempt(session, now).session_id


def who(session, session_id, now, browser=BROWSER):
    return sessions.resolve(session, session_id=session_id, browser_hash=browser, now=now)


def test_a_sign_in_is_worth_nothing_in_another_browser(session, signed_in, now):
    assert who(session, signed_in, now, OTHER_BROWSER) is None


def test_fifteen_idle_minutes_end_it_and_work_keeps_it(session, signed_in, now):
    assert who(session, signed_in, now + 14 * MINUTE)
    assert who(session, signed_in, now + 15 * MINUTE) is None
    sessions.touch(session, who(session, signed_in, now), now=now + 10 * MINUTE)
    assert who(session, signed_in, now + 20 * MINUTE)


def test_twelve_hours_end_it_however_busy(session, signed_in, now):
    end = now + dt.timedelta(hours=settings.current().session_hours)
    sessions.touch(session, who(session, signed_in, now), now=end)
    assert who(session, signed_in, end - MINUTE)
    assert who(session, signed_in, end) is None


def test_signing_out_ends_it(session, signed_in, now):
    sessions.revoke(session, who(session, signed_in, now), now=now)
    assert who(session, signed_in, now) is None
    assert actions(session)[-1] == "user.sign_out"


def test_a_disabled_user_is_out_at_the_next_look(session, user, signed_in, now):
    user.is_active = False
    session.flush()
    assert who(session, signed_in, now) is None


def test_rights_are_those_of_the_roles(session, signed_in, now):
    actor = who(session, signed_in, now)
    assert actor.roles == {Role.WINDOW_CLERK}
    assert actor.permissions == permissions_of({Role.WINDOW_CLERK})


def test_a_user_without_roles_has_no_rights(session, now):
    people.user(session, username="bare", password="Yichuang-2026", now=now)
    actor = who(session, attempt(session, now, username="bare").session_id, now)
    assert actor.user_id and not actor.permissions


def test_the_scope_of_an_organisation_is_its_subtree(session, user, now, signed_in):
    user.scope = ScopeKind.ORGANISATION
    user.organisation_id = builders.organisation_id(session, "510109-J1")
    session.flush()
    inside = set(who(session, signed_in, now).centre_ids)
    assert user.organisation_id in inside
    assert builders.organisation_id(session, "510109-S") not in inside


# --- the password ---


def test_changing_the_password_ends_the_other_sign_ins(session, user, signed_in, now):
    elsewhere = attempt(session, now).session_id
    me = who(session, signed_in, now)
    prepared = passwords.prepare(session, current="Yichuang-2026", new="Gaoxin-2027", actor=me)
    passwords.adopt(session, prepared, actor=me, now=now)
    session.flush()
    assert who(session, signed_in, now) and who(session, elsewhere, now) is None
    assert attempt(session, now).outcome is SignInOutcome.BAD
    assert attempt(session, now, "Gaoxin-2027").outcome is SignInOutcome.OK


def test_the_last_five_passwords_may_not_return(session, signed_in, now):
    me, current = who(session, signed_in, now), "Yichuang-2026"
    for step in range(5):
        new = f"Gaoxin-200{step}"
        with pytest.raises(Invalid, match="最近 5 次"):
            passwords.prepare(session, current=current, new="Yichuang-2026", actor=me)
        prepared = passwords.prepare(session, current=current, new=new, actor=me)
        passwords.adopt(session, prepared, actor=me, now=now + step * MINUTE)
        session.flush()
        current = new
    assert passwords.prepare(session, current=current, new="Yichuang-2026", actor=me)


@pytest.mark.parametrize("new", ["Short-1", "alllowercase-only", "x" * 73 + "A1", "Zhang-2026-x", " Gaoxin-2027"])
def test_a_weak_password_is_refused(session, signed_in, now, new):
    with pytest.raises(Invalid, match="新密码须"):
        passwords.prepare(session, current="Yichuang-2026", new=new, actor=who(session, signed_in, now))


def test_the_present_password_is_asked_for(session, signed_in, now):
    with pytest.raises(Invalid, match="当前密码"):
        passwords.prepare(session, current="wrong", new="Gaoxin-2027", actor=who(session, signed_in, now))


def test_an_old_password_must_be_changed_except_in_a_demonstration(session, user, signed_in, now, monkeypatch):
    user.password_changed_at = now - dt.timedelta(days=91)
    session.flush()
    assert who(session, signed_in, now).must_change_password
    monkeypatch.setattr(settings.current(), "demo", True)
    assert not who(session, signed_in, now).must_change_password


def test_a_lock_does_not_disturb_an_administrator_who_edits_the_user(session, user, now):
    version = user.version
    attempt(session, now, "wrong")
    session.expire_all()
    assert session.get(User, (user.district_id, user.id)).version == version
