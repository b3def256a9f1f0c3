"""The filter bar: its state is the page's address, its chips say what is filtered and take it away."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from ui import page

ANY = ""


@dataclasses.dataclass(frozen=True)
class Filter:
    """One choice of the bar: `name` is the address's parameter, `options` its values with their labels."""

    name: str
    label: str
    options: Mapping[str, str]
    width: int = 160
    any_label: str = "全部"


@dataclasses.dataclass(frozen=True)
class Words:
    """The search field of the bar."""

    name: str = "words"
    label: str = "搜索"
    placeholder: str = ""


def bar(
    filters: Sequence[Filter],
    *,
    search: Words | None = None,
    more: Sequence[Filter] = (),
    beside: Callable[[], object] | None = None,
    also: Mapping[str, str] | None = None,
    key: str = "filter",
) -> dict[str, str]:
    """Draw the bar and its chips; what is chosen, by parameter, "" where nothing is. `more` stand behind a button,
    `beside` draws what else belongs in the row, `also` are the chips of what that asks."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        if search is not None:
            _search(search, key)
        for choice in filters:
            _choice(choice, key)
        if more:
            with st.popover("更多条件", key=f"{key}-more"):
                for choice in more:
                    _choice(choice, key)
        if beside is not None:
            beside()
    filters = [*filters, *more]
    chosen = {choice.name: _asked(choice) for choice in filters}
    labels = {choice.name: f"{choice.label}：{choice.options.get(chosen[choice.name], '')}" for choice in filters}
    if search is not None:
        chosen[search.name] = page.query(search.name).strip()
        labels[search.name] = f"搜索：{chosen[search.name]}"
    chips({name: labels[name] for name, value in chosen.items() if value} | dict(also or {}), key=key)
    return chosen


def _asked(choice: Filter) -> str:
    asked = page.query(choice.name)
    return asked if asked in choice.options else ANY


def _search(search: Words, prefix: str) -> None:
    key, asked = f"{prefix}-{search.name}", page.query(search.name)
    if st.session_state.get(key) != asked:
        st.session_state[key] = asked
    st.text_input(
        search.label,
        key=key,
        type="search",
        placeholder=search.placeholder,
        on_change=page.set_query_from,
        args=(search.name, key),
        width=240,
    )


def _choice(choice: Filter, prefix: str) -> None:
    key, asked = f"{prefix}-{choice.name}", _asked(choice)
    if st.session_state.get(key) != asked:
        st.session_state[key] = asked
    st.selectbox(
        choice.label,
        [ANY, *choice.options],
        key=key,
        format_func=lambda value: choice.options.get(value, choice.any_label),
        on_change=page.set_query_from,
        args=(choice.name, key),
        width=choice.width,
    )


def chips(labels: Mapping[str, str], *, key: str) -> None:
    """What is filtered, each with × ; `labels` are by parameter, empty ones are left out."""
    labels = {name: label for name, label in labels.items() if label}
    if not labels:
        return
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        for name, label in labels.items():
            st.button(
                f"{page.plain(label)} ×",
                key=f"{key}-chip-{name}",
                help="去掉这个条件",
                on_click=page.set_query,
                kwargs={name: None},
            )
        if len(labels) > 1:
            st.button(
                "全部清除",
                key=f"{key}-chips",
                type="tertiary",
                on_click=page.set_query,
                kwargs=dict.fromkeys(labels),
            )
