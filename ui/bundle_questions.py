"""The questions that lead to a bundle, edited in a grid: a row is a question with one answer's consequence."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from services import bundles
from services.actors import Actor
from services.bundles import Addition, Journey, Question, composing, questioning
from ui import page, tables

QUESTION, OPTIONS, ANSWER, ITEM = "问题", "选项（用顿号隔开）", "选哪个时", "加办事项"
TITLES = (QUESTION, OPTIONS, ANSWER, ITEM)
Record = Mapping[str, Any]


def draw(item_id: int, actor: Actor) -> None:
    """The bundle's questions, or what to do first."""
    with page.transaction() as session:
        card = next((each for each in composing.bundles(session, actor.district_id) if each.item_id == item_id), None)
        if card is not None:
            found = bundles.questions(session, actor.district_id, card)
            members = composing.members(session, actor.district_id, card.id)
    if card is None:
        tables.empty("引导问题属于一件事", "在上面选择一件事（名称前有【一件事】）")
        return
    optional = [member.name for member in members if not member.is_mandatory]
    st.caption(
        "公众在「我要办一件事」里先回答这些问题，再看到要办的事项。一行写一个问题的一种回答加办什么；"
        "同一问题加办几项的，写几行。保存后立即生效。"
    )
    if not optional:
        st.caption("本件事没有按需选办的事项：可以只填标题，不提问题。")
    edited = _edit(found, optional)
    _acts(edited, optional, actor)


def _edit(found: Journey, optional: Sequence[str]) -> Journey:
    key = f"questions-{found.bundle.id}-{found.version}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        title = st.text_input("标题", found.title, key=f"{key}-title", max_chars=questioning.TITLE_LENGTH, width=420)
        is_offered = st.toggle("在公众服务里显示", found.is_offered or not found.version, key=f"{key}-offered")
    frame = pd.DataFrame(_rows(found), columns=list(TITLES))
    pick, text = st.column_config.SelectboxColumn, st.column_config.TextColumn
    edited = st.data_editor(
        frame,
        key=key,
        on_change="ignore",
        num_rows="dynamic",
        hide_index=True,
        column_config={
            QUESTION: text(QUESTION, width=260, max_chars=questioning.TEXT_LENGTH),
            OPTIONS: text(OPTIONS, width=220),
            ANSWER: text(ANSWER, width=120, max_chars=questioning.OPTION_LENGTH),
            ITEM: pick(ITEM, options=list(optional), width=280),
        },
        alt="引导问题：一行一个问题的一种回答，末行可新增",
    )
    return _read(found, " ".join(title.split()), is_offered, edited.to_dict("records"))


def _rows(found: Journey) -> list[list[str]]:
    options = {each.text: "、".join(each.options) for each in found.questions}
    return [[add.question, options.get(add.question, ""), add.answer, add.item] for add in found.adds]


def _read(found: Journey, title: str, is_offered: bool, rows: Sequence[Record]) -> Journey:
    """Rows of the same question with the same options are one question."""
    cells = [[_cell(row.get(name)) for name in TITLES] for row in rows]
    cells = [row for row in cells if any(row)]
    asked = dict.fromkeys((text, tuple(_options(options))) for text, options, _, _ in cells)
    return dataclasses.replace(
        found,
        title=title,
        is_offered=is_offered,
        questions=[Question(text, options) for text, options in asked],
        adds=[Addition(item, text, answer) for text, _, answer, item in cells if answer or item],
    )


def _cell(value: Any) -> str:
    return "" if tables.is_nothing(value) else " ".join(str(value).split())


def _options(text: str) -> list[str]:
    for mark in ("，", ",", "；", ";", "/"):
        text = text.replace(mark, "、")
    return [option.strip() for option in text.split("、") if option.strip()]


def _acts(edited: Journey, optional: Sequence[str], actor: Actor) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("检查", key="questions-check")
        pressed = st.button("保存引导问题", type="primary", key="questions-save", shortcut="F9")
        st.page_link("pages/portal/journeys.py", label="看公众看到的", query_params={"what": edited.bundle.code})
    for problem in questioning.problems(edited, optional):
        st.markdown(f":orange-badge[需要修改] {page.plain(problem)}")
    if pressed:
        page.perform(
            lambda session: bundles.save_questions(session, edited, actor=actor, now=page.now()),
            done=f"「{edited.bundle.name}」的引导问题已保存，公众马上能看到",
        )
