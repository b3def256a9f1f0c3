"""Forms: what was typed is kept, and what is wrong is said at its field."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from services import database
from services.errors import Invalid
from ui import page

T = TypeVar("T")


class Fields:
    """The fields of one form; each has a place under it for its own error.

    `name` begins every key, so that two records never share what was typed.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._places: dict[str, DeltaGenerator] = {}

    def key(self, field: str) -> str:
        return f"{self._name}-{field}"

    def keep(self, field: str) -> None:
        """A place for the error of a field drawn by somebody else."""
        self._places[field] = st.empty()

    def _keep(self, field: str, value: T) -> T:
        self.keep(field)
        return value

    def place(self, field: str) -> None:
        """Where the errors of a field are said that is more than one widget."""
        self._keep(field, None)

    def text(self, field: str, label: str, value: str = "", **more: Any) -> str:
        return self._keep(field, st.text_input(label, value, key=self.key(field), **more) or "")

    def long_text(self, field: str, label: str, value: str = "", **more: Any) -> str:
        return self._keep(field, st.text_area(label, value, key=self.key(field), **more) or "")

    def number(self, field: str, label: str, value: int | None = None, **more: Any) -> int | None:
        return self._keep(field, st.number_input(label, value=value, step=1, key=self.key(field), **more))

    def choice(self, field: str, label: str, options: Mapping[Any, str], value: Any = None, **more: Any) -> Any:
        """`options` are values with their labels; a key of None is a choice too."""
        keys = list(options)
        index = keys.index(value) if value in options else None
        return self._keep(
            field,
            st.selectbox(
                label, keys, index, format_func=options.__getitem__, key=self.key(field), placeholder="请选择", **more
            ),
        )

    def choices(
        self, field: str, label: str, options: Mapping[Any, str], value: Sequence[Any] = (), **more: Any
    ) -> Any:
        return self._keep(
            field,
            st.multiselect(
                label,
                list(options),
                [each for each in value if each in options],
                format_func=options.__getitem__,
                key=self.key(field),
                placeholder="请选择",
                **more,
            ),
        )

    def tick(self, field: str, label: str, value: bool = False, **more: Any) -> bool:
        return self._keep(field, st.checkbox(label, value, key=self.key(field), **more))

    def day(self, field: str, label: str, value: dt.date | None = None, **more: Any) -> dt.date | None:
        return self._keep(field, st.date_input(label, value, key=self.key(field), format="YYYY-MM-DD", **more))

    def mark(self, errors: Mapping[str, str]) -> None:
        """Say each error under its field."""
        for field, message in errors.items():
            if field in self._places:
                self._places[field].markdown(f":red[✕ {page.plain(message)}]")

    def perform(
        self,
        function: Callable[[database.Session], T],
        *,
        done: str | Callable[[T], str],
        then: Callable[[T], object] | None = None,
        key: str | None = None,
    ) -> None:
        """`page.perform`, with the refusal's fields marked."""

        def marking(session: database.Session) -> T:
            try:
                return function(session)
            except Invalid as error:
                self.mark(error.fields)
                raise

        page.perform(marking, done=done, then=then, key=key)


def seen(name: str, versions: Mapping[int, int]) -> dict[int, int]:
    """The versions that were on screen when a button was pressed; those drawn now are kept for the next press.

    A page reads its records anew before it acts: without this nobody would be told that somebody was quicker.
    """
    key = f"_seen-{name}"
    before = st.session_state.get(key, {})
    st.session_state[key] = dict(versions)
    return dict(versions) | {each: before[each] for each in versions if each in before}


def confirm(label: str, *, will_do: str, key: str, needs: str = "", hint: str = "", **button: Any) -> str | None:
    """An act that is asked twice: a popover that says what will happen; the words given, once confirmed, else None.

    `needs` is the label of a reason that must be given, `hint` of one that may.
    """
    with st.popover(label, key=f"{key}-open", **button), st.form(f"{key}-form", border=False):
        st.markdown(will_do)
        asked = needs or hint
        reason = (st.text_input(f"{asked}（必填）" if needs else asked, key=f"{key}-reason") if asked else "") or ""
        pressed = st.form_submit_button(f"确认{label}", type="primary", key=f"{key}-sure")
        if pressed and needs and not reason.strip():
            st.error(f"请先填写{needs}")
            return None
    return reason.strip() if pressed else None
