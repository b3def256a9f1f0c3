"""Accounts and rights: who may do what to whom (三员分立)."""

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.enums import Permission, Role, ScopeKind
from models.people import User
from services import passwords, sign_in, user_lists, users
from services import sign_in_sessions as sessions
from services.actors import Actor
from services.errors import Conflict, Invalid, NotAllowed, NotFound
from services.rules.permissions import permissions_of
from tests import builders, people

BROWSER = sessions.hash_browser("")


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch):
    monkeypatch.setattr(passwords, "COST", 4)


def acting(user: User, *roles: Role) -> Actor:
    return Actor(user.district_id, user.id, user.display_name, frozenset(roles), permissions_of(roles))


@pytest.fixture
def system_admin(session):
    return acting(people.user(session, Role.SYSTEM_ADMIN, username="sys"), Role.SYSTEM_ADMIN)


@pytest.fixture
def security_admin(session):
    return acting(people.user(session, Role.SECURITY_ADMIN, username="sec"), Role.SECURITY_ADMIN)


@pytest.fixture
def zhang(session):
    return people.user(session, Role.WINDOW_CLERK, username="zhang")


def details(session, **changes):
    home = builders.organisation_id(session, "510109-S")
    base = {"username": "Li.Si", "display_name": "李四", "badge_number": "A100", "organisation_id": home}
    return users.UserDetails(**base | changes)


def test_a_new_account_has_no_rights_and_a_one_time_password(session, system_admin, now):
    issued = users.create(session, details(session), actor=system_admin, now=now)
    made = session.get(User, (builders.DISTRICT, issued.user_id))
    assert made.username == "li.si" and made.must_change_password
    assert passwords.matches(issued.password, made.password_hash)
    assert users.get(session, made.id, actor=system_admin).roles == frozenset()


def test_the_password_stands_nowhere_in_the_audit(session, system_admin, now):
    issued = users.create(session, details(session), actor=system_admin, now=now)
    session.flush()
    entries = session.execute(select(AuditEntry.before, AuditEntry.after, AuditEntry.reason)).all()
    assert entries and issued.password not in str(entries) and "$2b$" not in str(entries)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"username": "李四"}, "username"),
        ({"username": "ZHANG"}, "username"),
        ({"username": "a"}, "username"),
        ({"display_name": " "}, "display_name"),
        ({"badge_number": ""}, "badge_number"),
        ({"organisation_id": 7}, "organisation_id"),
        ({"department_id": 7}, "department_id"),
        ({"window_id": 7}, "window_id"),
    ],
)
def test_a_fault_is_told_at_its_field(session, system_admin, zhang, now, changes, field):
    with pytest.raises(Invalid) as refusal:
        users.create(session, details(session, **changes), actor=system_admin, now=now)
    assert set(refusal.value.fields) == {field}


def test_a_badge_number_is_one_persons(session, system_admin, zhang, now):
    with pytest.raises(Invalid) as refusal:
        users.create(session, details(session, badge_number=zhang.badge_number), actor=system_admin, now=now)
    assert zhang.display_name in refusal.value.fields["badge_number"]


def test_only_the_system_administrator_makes_accounts(session, security_admin, now):
    with pytest.raises(NotAllowed):
        users.create(session, details(session), actor=security_admin, now=now)


def test_only_the_security_administrator_gives_rights(session, system_admin, security_admin, zhang, now):
    def grant(actor):
        users.grant(
            session, zhang.id, [Role.INSPECTOR], ScopeKind.DISTRICT, version=zhang.version, actor=actor, now=now
        )

    with pytest.raises(NotAllowed):
        grant(system_admin)
    grant(security_admin)
    found = users.get(session, zhang.id, actor=security_admin)
    assert found.roles == {Role.INSPECTOR} and found.scope is ScopeKind.DISTRICT


def test_an_administrators_role_stands_alone(session, security_admin, zhang, now):
    with pytest.raises(Invalid, match="三员分立"):
        users.grant(
            session,
            zhang.id,
            [Role.AUDIT_ADMIN, Role.WINDOW_CLERK],
            ScopeKind.DISTRICT,
            version=zhang.version,
            actor=security_admin,
            now=now,
        )


def test_nobody_changes_their_own_rights_or_account(session, system_admin, security_admin, now):
    with pytest.raises(NotAllowed, match="自己"):
        users.grant(
            session,
            security_admin.user_id,
            [Role.INSPECTOR],
            ScopeKind.DISTRICT,
            version=1,
            actor=security_admin,
            now=now,
        )
    for act in (users.enable, users.reset_password):
        with pytest.raises(NotAllowed, match="自己"):
            act(session, system_admin.user_id, actor=system_admin, now=now)


def test_the_scope_of_a_department_needs_a_department(session, security_admin, zhang, now):
    with pytest.raises(Invalid, match="所属部门"):
        users.grant(
            session,
            zhang.id,
            [Role.REVIEWER],
            ScopeKind.DEPARTMENT,
            version=zhang.version,
            actor=security_admin,
            now=now,
        )


def test_the_second_of_two_administrators_is_told(session, system_admin, security_admin, zhang, now):
    seen = zhang.version
    users.edit(session, zhang.id, details(session, username="zhang"), version=seen, actor=system_admin, now=now)
    for act, person in ((users.edit, system_admin),):
        with pytest.raises(Conflict):
            act(session, zhang.id, details(session), version=seen, actor=person, now=now)


def test_a_grant_that_changes_roles_only_still_counts_as_a_change(session, security_admin, zhang, now):
    seen, scope = zhang.version, zhang.scope
    users.grant(session, zhang.id, [Role.MANAGEMENT], scope, version=seen, actor=security_admin, now=now)
    with pytest.raises(Conflict):
        users.grant(session, zhang.id, [Role.INSPECTOR], scope, version=seen, actor=security_admin, now=now)


def test_disabling_signs_out_and_needs_a_reason(session, system_admin, zhang, now):
    opened = sign_in.admit(session, zhang, browser_hash=BROWSER, address="", now=now)
    with pytest.raises(Invalid, match="原因"):
        users.disable(session, zhang.id, reason=" ", actor=system_admin, now=now)
    users.disable(session, zhang.id, reason="离岗", actor=system_admin, now=now)
    session.flush()
    assert sessions.resolve(session, session_id=opened.id, browser_hash=BROWSER, now=now) is None
    users.enable(session, zhang.id, actor=system_admin, now=now)
    assert zhang.is_active


def test_the_last_of_the_three_administrators_stays(session, system_admin, security_admin, now):
    with pytest.raises(Invalid, match="唯一"):
        users.disable(session, security_admin.user_id, reason="离岗", actor=system_admin, now=now)
    second = people.user(session, Role.SECURITY_ADMIN, username="sec2")
    users.disable(session, security_admin.user_id, reason="离岗", actor=system_admin, now=now)
    assert second.is_active


def test_who_makes_accounts_cannot_become_another_administrator_by_a_reset(
    session, system_admin, security_admin, zhang, now
):
    auditor = people.user(session, Role.AUDIT_ADMIN, username="audit")
    with pytest.raises(NotAllowed):
        users.reset_password(session, auditor.id, actor=system_admin, now=now)
    with pytest.raises(NotAllowed):
        users.reset_password(session, zhang.id, actor=security_admin, now=now)
    assert users.reset_password(session, auditor.id, actor=security_admin, now=now).password
    assert users.reset_password(session, zhang.id, actor=system_admin, now=now).password


def test_a_reset_ends_the_sign_ins_and_the_lock(session, system_admin, zhang, now):
    opened = sign_in.admit(session, zhang, browser_hash=BROWSER, address="", now=now)
    zhang.locked_until = now
    issued = users.reset_password(session, zhang.id, actor=system_admin, now=now)
    session.flush()
    assert zhang.must_change_password and zhang.locked_until is None
    assert passwords.matches(issued.password, zhang.password_hash)
    assert sessions.resolve(session, session_id=opened.id, browser_hash=BROWSER, now=now) is None


def test_a_user_elsewhere_reads_as_not_found(session, system_admin):
    with pytest.raises(NotFound):
        users.get(session, 12345, actor=system_admin)


def test_a_clerk_sees_no_users(session, zhang):
    clerk = acting(zhang, Role.WINDOW_CLERK)
    with pytest.raises(NotAllowed):
        users.get(session, zhang.id, actor=clerk)
    with pytest.raises(NotAllowed):
        user_lists.page(session, user_lists.Filters(), 1, actor=clerk)


def test_the_list_is_filtered_and_counted(session, system_admin, security_admin, zhang):
    def names(**filters):
        rows, total = user_lists.page(session, user_lists.Filters(**filters), 1, actor=system_admin)
        assert total == len(rows)
        return {row.username for row in rows}

    assert names() >= {"sys", "sec", "zhang"}
    assert names(words="zhan") == {"zhang"}
    assert names(words="%") == set()
    assert names(role=Role.SECURITY_ADMIN) == {"sec"}
    zhang.is_active = False
    session.flush()
    assert names(is_active=False) == {"zhang"}


def test_every_act_is_in_the_audit(session, system_admin, security_admin, zhang, now):
    users.edit(session, zhang.id, details(session, username="zhang"), version=1, actor=system_admin, now=now)
    users.grant(session, zhang.id, [Role.INSPECTOR], ScopeKind.DISTRICT, version=2, actor=security_admin, now=now)
    users.disable(session, zhang.id, reason="离岗", actor=system_admin, now=now)
    users.enable(session, zhang.id, actor=system_admin, now=now)
    users.reset_password(session, zhang.id, actor=system_admin, now=now)
    session.flush()
    done = session.scalars(select(AuditEntry.action).order_by(AuditEntry.sequence)).all()
    assert done == ["user.edit", "user.give_roles", "user.disable", "user.enable", "user.password_reset"]


def test_a_right_over_users_is_one_of_two(session):
    assert Permission.USERS_EDIT in permissions_of({Role.SYSTEM_ADMIN})
    assert Permission.GRANTS_APPROVE not in permissions_of({Role.SYSTEM_ADMIN})
