"""How every page begins, reads and acts.

    actor = page.begin("收件受理", requires=Permission.CASES_INTAKE)
    with page.transaction() as session: ...
    page.perform(accept, done="已受理")

`requires`: None is open to the public, one permission, a tuple (any of them), or `page.STAFF` (anybody signed in).
"""

import contextlib
import datetime as dt
import functools
import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import streamlit as st

from services import database, downloads
from services.actors import Actor
from services.errors import DomainError, Invalid
from ui import visitor
from ui.unbroken import unbroken
from ui.visitor import STAFF as STAFF
from ui.visitor import Requirement, allowed

ACCOUNT_PAGE = "pages/admin/account.py"
REMEMBERED_KEYS = 200
LARGEST_ID = 2**63 - 1
DIGITS = len(str(LARGEST_ID))
T = TypeVar("T")
_ADDRESS = re.compile(r"(?i)\b(?:https?|ftp):|\bwww(?=\.)|@")  # a word joiner behind keeps them from becoming links
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&^=])")


def begin(title: str, *, requires: Requirement, about: str = "", with_old_password: bool = False) -> Actor:
    """The first statement of every page: who is here, may they be here; then the title and what was left to say.

    A stranger gets the sign-in form on the same address, the wrong person 403; both stop the page.
    `with_old_password`: the page stays open while the person must change the password.
    """
    person = actor()
    if person.must_change_password and requires is not None and not with_old_password:
        st.switch_page(ACCOUNT_PAGE)
    visitor.remember(person, requires)
    if not allowed(person, requires):
        _refuse(person, title)
    visitor.keep_awake(person)
    st.title(title, anchor=False)
    if about:
        st.caption(about)
    with st.container():  # always there: else the page's widgets lose the focus when a flash goes
        _show_flashes()
    return person


def actor() -> Actor:
    """Who is here, read anew from the database."""
    try:
        with database.reading() as session:
            return visitor.resolve(session)
    except DomainError as error:
        show(error)
        st.stop()


def _refuse(actor: Actor, title: str) -> None:
    if actor.user_id is None:
        from ui import sign_in as form  # the form is itself a page's content and rests on this module

        st.title("登录", anchor=False)
        form.draw(reason=f"「{title}」需要登录后访问")
    else:
        st.title("无权访问", anchor=False)
        st.error(f"403 无权访问：您的账号没有打开「{title}」的权限。如工作需要，请联系安全管理员授权。")
    st.stop()


@contextlib.contextmanager
def transaction() -> Iterator[database.Session]:
    """A reading session. A refusal inside is shown in words and stops the page."""
    try:
        with database.reading() as session:
            yield session
    except DomainError as error:
        show(error)
        st.stop()


def perform(
    function: Callable[[database.Session], T],
    *,
    done: str | Callable[[T], str],
    then: Callable[[T], object] | None = None,
    key: str | None = None,
) -> None:
    """The only way to write: check the person again, run, commit, say `done`, draw the page anew.

    `then(result)` runs after the commit (e.g. to note an id in session state). `key` names what is filed: the same key
    is performed once a session, so that a double press files one case. A refusal is shown here, nothing typed is lost.
    A key pressed meanwhile waits until all of this is done, unless `function` draws: then nothing is written.
    """
    if key is not None and key in st.session_state.get("_performed", ()):
        st.rerun()

    @unbroken
    def act() -> bool:
        try:
            with database.writing() as session:
                visitor.confirm(session)
                result = function(session)
        except DomainError as error:
            show(error)
            return False
        if key is not None:
            st.session_state["_performed"] = [*st.session_state.get("_performed", ()), key][-REMEMBERED_KEYS:]
        if then is not None:
            then(result)
        flash(done(result) if callable(done) else done)
        return True

    if act():
        st.rerun()


@unbroken
def note(function: Callable[[database.Session], T], *, else_: T) -> T:
    """A small write beside what the person does (a look that is recorded): committed, said nowhere, nothing drawn anew.

    A refusal gives `else_`: what the person is doing goes on.
    """
    try:
        with database.writing() as session:
            visitor.confirm(session)
            return function(session)
    except DomainError:
        return else_


@unbroken
def record(note: Callable[[database.Session], object], *, seen: object = None) -> None:
    """Write down that guarded records were looked at (R-TAX-06); a refusal stops the page.

    `seen` names what was looked at: drawing the same again is no new look.
    """
    if seen is not None and st.session_state.get("_recorded") == seen:
        return
    try:
        with database.writing() as session:
            visitor.confirm(session)
            note(session)
    except DomainError as error:
        show(error)
        st.stop()
    st.session_state["_recorded"] = seen


def guard(requires: Requirement) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """For fragments, which Streamlit runs without the page's own check (security 2).

    Put it under `@st.fragment`; a refusal is shown and the function is not run.
    """

    def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            try:
                with database.reading() as session:
                    visitor.confirm(session, requires)
            except DomainError as error:
                show(error)
                return None
            return function(*args, **kwargs)

        return guarded

    return wrap


def callback(requires: Requirement) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """`guard` for callbacks, which also run to their end: a dropped one would not be called again."""
    return lambda function: unbroken(guard(requires)(function))


def offer_download(
    label: str,
    make: Callable[[database.Session], bytes],
    file_name: str,
    content_type: str,
    *,
    key: str,
    **button: Any,
) -> None:
    """A button that makes a file and hands it over once, to this person in this browser only (security 5).

    `make(session)` gets a reading session. `button` goes to st.button (type, width, help, shortcut, disabled).
    """
    if not st.button(label, key=key, **button):
        return
    try:
        with database.reading() as session:
            actor = visitor.confirm(session)
            content = make(session)
        with database.writing() as session:
            token = downloads.offer(
                session,
                content,
                file_name=file_name,
                content_type=content_type,
                actor=actor,
                browser_hash=visitor.browser_hash(),
                now=now(),
            )
    except DomainError as error:
        show(error)
        return
    follow(f"文件已生成：{file_name}（若未自动下载，请点此）", downloads.address(token), key=key)


def follow(label: str, url: str, *, key: str) -> None:
    """A link to a route of ours that the browser follows by itself (static/front.js), or that is there to press."""
    with st.container(key=f"follow-{key}"):
        st.link_button(plain(label), url)


def show(error: DomainError) -> None:
    """Say a refusal in words, with what to mend field by field."""
    lines = [plain(error.message)]
    if isinstance(error, Invalid):
        lines += [f"- {plain(text)}" for text in error.fields.values() if text not in error.message]
    st.error("\n\n".join(lines[:1]) + ("\n\n" + "\n".join(lines[1:]) if lines[1:] else ""))


def flash(message: str) -> None:
    """Something to say at the top of the next page drawn."""
    st.session_state.setdefault("_flashes", []).append(message)


def _show_flashes() -> None:
    if notice := st.session_state.pop("_notice", None):
        st.warning(plain(notice))
    for message in st.session_state.pop("_flashes", []):
        st.success(plain(message))


def plain(text: str) -> str:
    """Text that somebody typed, made safe where Streamlit would read Markdown."""
    return _MARKDOWN.sub(r"\\\1", _ADDRESS.sub("\\g<0>\u2060", text))


def now() -> dt.datetime:
    """The present instant in the installation's time zone."""
    return visitor.now()


def district_id() -> int:
    """The district that this installation serves."""
    return int(st.session_state["_district"])


def query(name: str, default: str = "") -> str:
    """A parameter of the page's address."""
    return st.query_params.get(name, default)


def identity(text: str) -> int | None:
    """An identity as an address holds it; None for what no column can hold."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= DIGITS else None
    return number if number is not None and number <= LARGEST_ID else None


@unbroken
def set_query(**values: object) -> None:
    """Put values into the page's address; None or "" takes one out."""
    for name, value in values.items():
        if value in (None, ""):
            st.query_params.pop(name, None)
        else:
            st.query_params[name] = str(value)


@unbroken
def set_query_from(name: str, key: str) -> None:
    """The address is the truth: what a field holds goes there, and comes from there."""
    set_query(**{name: st.session_state[key]})
