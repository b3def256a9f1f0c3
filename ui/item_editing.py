"""Editing a draft. What two people type at once is never lost: the second sees both and saves on top of the first."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from models.enums import Permission
from services.actors import Actor
from services.catalogue import versions
from services.catalogue.items import ItemDetail, VersionDetail
from services.rules.differences import differences, in_words
from services.rules.guide import Guide
from services.rules.versions import EDITABLE
from ui import forms, guide_editor, page, tables
from ui.guides import Topics
from ui.unbroken import unbroken


def draw(detail: ItemDetail, actor: Actor, topics: Topics) -> None:
    """The draft's form, or why there is none."""
    draft = detail.draft
    if draft is None or draft.state not in EDITABLE:
        tables.empty("现在没有可以修改的草稿", "在「流转」中起草新版本，或请审核人退回正在审核的版本")
    elif not (detail.is_editable and actor.may(Permission.CATALOGUE_EDIT)):
        tables.empty("您不能修改这个草稿", "草稿由实施部门和政务服务中心的编辑人员修改")
    else:
        _form(draft, actor, topics)


def _pinned(draft: VersionDetail) -> tuple[str, int, Guide]:
    """What the form was first drawn from; the draft itself may have been saved by another since."""
    key = f"editing-{draft.id}"
    held = st.session_state.setdefault(key, {"version": draft.version, "guide": draft.guide.model_dump_json()})
    return key, held["version"], Guide.model_validate_json(held["guide"])


def _form(draft: VersionDetail, actor: Actor, topics: Topics) -> None:
    key, version, base = _pinned(draft)
    is_overtaken = version != draft.version
    if is_overtaken:
        _overtaken(key, base, draft)
    fields = forms.Fields(f"edit-{draft.id}-{version}")
    with st.form(f"edit-{draft.id}", border=False, enter_to_submit=False):
        values = guide_editor.draw(base, fields, topics)
        label = "在最新内容上保存我的修改" if is_overtaken else "保存草稿"
        pressed = st.form_submit_button(label, type="primary", shortcut="F9")
    if pressed:
        fields.perform(
            lambda session: versions.edit(
                session,
                versions.get(session, draft.id, actor),
                _on_top(base, values, draft.guide),
                expected_version=draft.version,
                actor=actor,
                now=page.now(),
            ),
            done="草稿已保存",
            then=lambda _: st.session_state.pop(key, None),
        )


def _on_top(base: Guide, values: Mapping[str, Any], latest: Guide) -> Guide:
    """The latest content with the elements that were changed here. Raises Invalid for what cannot be read."""
    mine = guide_editor.changed(base, values)
    own = {element: getattr(mine, element) for element in Guide.model_fields}
    return latest.model_copy(update={name: value for name, value in own.items() if value != getattr(base, name)})


def _overtaken(key: str, base: Guide, draft: VersionDetail) -> None:
    st.warning("他人刚刚保存了同一草稿。您填写的内容仍在下方：保存时只写入您改动的要素，其余采用最新内容。")
    with st.expander("他人改了什么", expanded=True):
        lines = in_words(differences(base, draft.guide))
        st.markdown("\n".join(f"- {page.plain(line)}" for line in lines) or "仅状态有变化")
    st.button(
        "放弃我的修改，载入最新内容", key=f"{key}-reload", on_click=unbroken(st.session_state.pop), args=(key, None)
    )
