"""The front door: who may open what, what a stranger is answered, and what a page may do."""

import datetime as dt

import pytest
from streamlit.testing.v1 import AppTest

import app
import settings
from models.enums import Role
from models.people import SignInSession, User, UserRole
from services import database, passwords
from tests import builders
from tests.web import signing

pytestmark = pytest.mark.usefixtures("fresh_database")
CLOSED_TO_THE_PUBLIC = [place for place in app.SITEMAP if place.requires is not None]
PUBLIC = [place for place in app.SITEMAP if place.requires is None]


def written(places):
    return [place for place in places if (app.PAGES / place.file).exists()]


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch):
    monkeypatch.setattr(passwords, "COST", 4)


def end(sign_in_id):
    with database.writing() as session:
        session.get_one(SignInSession, (builders.DISTRICT, sign_in_id)).revoked_at = signing.now()


@pytest.mark.parametrize("place", written(CLOSED_TO_THE_PUBLIC), ids=lambda place: place.address)
def test_a_stranger_gets_the_sign_in_form_on_a_staff_page(place):
    at = signing.visit(place.file)
    assert not at.exception
    assert f"「{place.title}」需要登录后访问" in signing.said(at)
    assert [field.label for field in at.text_input] == ["用户名", "密码"]


@pytest.mark.parametrize("place", written(CLOSED_TO_THE_PUBLIC), ids=lambda place: place.address)
def test_somebody_without_rights_gets_403_on_all_but_the_account(place):
    at = signing.visit(place.file, signing.person())
    assert not at.exception
    assert ("403" in signing.said(at)) == (place.address != "account")


@pytest.mark.parametrize("place", written(CLOSED_TO_THE_PUBLIC), ids=lambda place: place.address)
def test_a_page_checks_for_itself_when_run_past_the_front_door(place):
    at = AppTest.from_file(str(app.PAGES / place.file), default_timeout=30).run()
    assert not at.exception
    assert "需要登录后访问" in signing.said(at)


@pytest.mark.parametrize("place", written(app.SITEMAP), ids=lambda place: place.address)
def test_a_pages_first_statement_is_begin(place):
    lines = (app.PAGES / place.file).read_text(encoding="utf-8").splitlines()
    assert any("page.begin(" in line for line in lines)


def test_the_three_administrators_see_their_own_pages_and_no_cases():
    for role, file in (
        (Role.SYSTEM_ADMIN, "admin/users.py"),
        (Role.SECURITY_ADMIN, "admin/users.py"),
        (Role.AUDIT_ADMIN, "admin/audit.py"),
    ):
        at = signing.visit(file, signing.person(role))
        assert not at.exception and "403" not in signing.said(at)


def test_no_two_places_share_an_address():
    assert len({place.address for place in app.SITEMAP}) == len(app.SITEMAP)


def test_who_must_change_the_password_is_sent_to_the_account():
    at = signing.visit("admin/users.py", signing.person(Role.SYSTEM_ADMIN, must_change_password=True))
    assert not at.exception
    assert at.title[0].value == "我的账号" and "请先修改密码" in signing.said(at)


def test_an_old_password_must_be_changed_too():
    long_ago = signing.now() - dt.timedelta(days=settings.current().password_days + 1)
    at = signing.visit("admin/users.py", signing.person(Role.SYSTEM_ADMIN, password_changed_at=long_ago))
    assert at.title[0].value == "我的账号"


def test_a_disabled_user_is_out_at_the_next_run():
    user = signing.person(Role.WINDOW_CLERK)
    at = signing.visit("admin/account.py", user)
    with database.writing() as session:
        session.get_one(User, (builders.DISTRICT, user)).is_active = False
    at.run()
    assert "登录已失效" in signing.said(at) and "修改密码" not in signing.said(at)


def test_the_form_signs_in_and_offers_the_ticket():
    signing.person(Role.WINDOW_CLERK, username="zhang")
    at = signing.visit("admin/account.py")
    at.text_input[0].set_value("zhang")
    at.text_input[1].set_value(signing.PASSWORD)
    at.button[0].click().run()
    assert not at.exception and not at.error
    assert any("/auth/claim?ticket=" in str(element.proto) for element in at.get("link_button"))


def test_the_form_says_what_is_wrong_and_does_not_say_which():
    signing.person(Role.WINDOW_CLERK, username="zhang")
    answers = set()
    for name in ("zhang", "nobody"):
        at = signing.visit("admin/account.py")
        at.text_input[0].set_value(name)
        at.text_input[1].set_value("wrong")
        at.button[0].click().run()
        answers.add(at.error[0].value)
    assert answers == {"用户名或密码错误"}


def test_a_password_is_changed_on_the_account_page():
    user = signing.person(Role.WINDOW_CLERK, must_change_password=True)
    at = signing.visit("admin/account.py", user)
    fields = [each for each in at.text_input if "密码" in each.label]
    for field, value in zip(fields, (signing.PASSWORD, "Gaoxin-2027", "Gaoxin-2027"), strict=True):
        field.set_value(value)
    next(button for button in at.button if button.label == "修改密码").click().run()
    assert not at.exception and "密码已修改" in signing.said(at)
    with database.reading() as session:
        found = session.get_one(User, (builders.DISTRICT, user))
        assert passwords.matches("Gaoxin-2027", found.password_hash) and not found.must_change_password


# --- perform, guard, callback ---


def _scratch():
    import streamlit as st
    from streamlit.runtime.scriptrunner import RerunData, get_script_run_ctx

    from services.errors import DomainError, Invalid
    from ui import page

    me = page.begin("试", requires=page.STAFF)

    def refuse(session):
        raise Invalid("请改正", {"name": "姓名 *必填*"})

    def note(session):
        st.session_state["performed"] = st.session_state.get("performed", 0) + 1
        return 7

    def newer_event():
        """What a browser sends while the run is under way: Streamlit drops the run where it next touches its state."""
        get_script_run_ctx().script_requests.request_rerun(RerunData())

    def callback():
        newer_event()
        st.session_state["called"] = True

    def overtaken(session):
        newer_event()
        return note(session)

    st.button("回调", key="callback", on_click=page.callback(page.STAFF)(callback))
    if st.button("办理时又按一键", key="overtaken"):
        page.perform(overtaken, done="已办", then=lambda result: st.session_state.update(kept=result))
    if st.button("办理", key="do"):
        page.perform(
            note, done=lambda result: f"已办 {result}", then=lambda result: st.session_state.update(kept=result)
        )
    if st.button("办理一次", key="once"):
        page.perform(note, done="已办", key="form-1")
    if st.button("不成", key="refused"):
        page.perform(refuse, done="不会")
    if st.button("读不成", key="reading"):
        with page.transaction():
            raise DomainError("没有找到")
    st.write(f"到底了 {me.name}")


@pytest.fixture
def scratch():
    user = signing.person(Role.WINDOW_CLERK)
    at = AppTest.from_function(_scratch, default_timeout=30)
    at.session_state["_sign_in"] = signing.admitted(user)
    return at.run()


def test_what_is_performed_is_said_on_the_page_drawn_anew(scratch):
    scratch.button(key="do").click().run()
    assert [message.value for message in scratch.success] == ["已办 7"]
    assert scratch.session_state["kept"] == 7
    scratch.run()
    assert not scratch.success


def test_a_refusal_is_said_in_place_with_its_fields_and_the_page_goes_on(scratch):
    scratch.button(key="refused").click().run()
    assert "请改正" in scratch.error[0].value and r"姓名 \*必填\*" in scratch.error[0].value
    assert "到底了" in signing.said(scratch)


def test_a_refused_reading_stops_the_page_without_a_traceback(scratch):
    scratch.button(key="reading").click().run()
    assert scratch.error[0].value == "没有找到" and not scratch.exception
    assert "到底了" not in signing.said(scratch)


def test_one_key_is_performed_once(scratch):
    scratch.button(key="once").click().run()
    scratch.button(key="once").click().run()
    assert scratch.session_state["performed"] == 1


def test_what_is_performed_ends_though_a_newer_event_came(scratch):
    scratch.button(key="overtaken").click().run()
    assert (scratch.session_state["performed"], scratch.session_state["kept"]) == (1, 7)
    assert [message.value for message in scratch.success] == ["已办"]


def test_a_callback_runs_for_the_person_to_its_end_and_not_after_sign_out(scratch):
    scratch.button(key="callback").click().run()
    assert scratch.session_state["called"]
    del scratch.session_state["called"]
    end(scratch.session_state["_sign_in"])
    scratch.button(key="callback").click().run()
    assert "called" not in scratch.session_state


def _as_a_fragment():
    """A fragment's rerun comes without the page's `begin`."""
    import streamlit as st

    from ui import page

    if "begun" not in st.session_state:
        page.begin("试", requires=page.STAFF)
        st.session_state["begun"] = True

    def note(session):
        st.session_state["performed"] = True

    def make(session):
        st.session_state["performed"] = True
        return b""

    if st.button("办理", key="do"):
        page.perform(note, done="已办")
    page.offer_download("下载", make, "a.txt", "text/plain", key="file")


@pytest.fixture
def fragment():
    at = AppTest.from_function(_as_a_fragment, default_timeout=30)
    at.session_state["_sign_in"] = signing.admitted(signing.person(Role.WINDOW_CLERK, username="zhang"))
    return at.run()


@pytest.mark.parametrize("key", ["do", "file"])
def test_a_fragment_performs_for_the_person_it_was_drawn_for(fragment, key):
    fragment.button(key=key).click().run()
    assert fragment.session_state["performed"] and not fragment.error


@pytest.mark.parametrize("key", ["do", "file"])
def test_a_fragment_performs_nothing_after_sign_out(fragment, key):
    end(fragment.session_state["_sign_in"])
    fragment.button(key=key).click().run()
    assert "performed" not in fragment.session_state and "登录已失效" in fragment.error[0].value


@pytest.mark.parametrize("key", ["do", "file"])
def test_a_fragment_performs_nothing_when_the_rights_have_changed(fragment, key):
    with database.writing() as session:
        session.query(UserRole).update({"role": Role.MANAGEMENT})
    fragment.button(key=key).click().run()
    assert "performed" not in fragment.session_state and "权限已变化" in fragment.error[0].value
