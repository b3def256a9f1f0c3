"""The fields of an application form as a citizen fills them in: the same in the portal and in the designer's preview."""

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from models.enums import FieldKind
from services.rules import forms as rules
from services.rules import identifiers
from services.rules.form_schema import FormField
from ui import page
from ui.forms import Fields

K = FieldKind
EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2100, 12, 31)
LONG_HEIGHT = 110
CHECKED = (K.ID_NUMBER, K.USCC, K.PHONE)
EXAMPLES = {K.ID_NUMBER: "18 位，末位可为 X", K.USCC: "18 位", K.PHONE: "手机，或带区号的固定电话"}


def draw(form: Sequence[FormField], answers: Mapping[str, Any], fields: Fields) -> dict[str, Any]:
    """Draw section by section what is asked; the answers as they stand. What is shown follows what is answered."""
    given: dict[str, Any] = {}
    for section, members in itertools.groupby(form, key=lambda field: field.section):
        asked = list(members)
        with st.container(border=bool(section), gap="small"):
            heading = st.empty()
            for field in asked:
                if field in rules.shown(form, given):
                    given[field.key] = _field(field, answers.get(field.key), fields)
            if section and any(field.key in given for field in asked):
                heading.markdown(f"**{page.plain(section)}**")
    return given


def _field(field: FormField, answer: Any, fields: Fields) -> Any:
    found = _widget(field, answer, fields)
    if hint := _hint(field):
        st.caption(page.plain(hint))
    fields.keep(field.key)
    if field.kind in CHECKED and found and (problem := _checked(field.kind, found)):
        fields.mark({field.key: problem})
    return found


def _checked(kind: FieldKind, text: str) -> str | None:
    """An id is checked as it is left."""
    if kind is K.ID_NUMBER:
        return identifiers.problem_of_citizen_id(identifiers.normalise(text))
    return (
        identifiers.problem_of_uscc(identifiers.normalise(text))
        if kind is K.USCC
        else identifiers.problem_of_phone(text)
    )


def label_of(field: FormField) -> str:
    unit = f"（{field.unit}）" if field.unit else ""
    return page.plain(f"{field.label}{unit}{'' if field.is_required else '（选填）'}")


def _hint(field: FormField) -> str:
    limits = ""
    if field.minimum is not None and field.maximum is not None:
        limits = f"{field.minimum:f}—{field.maximum:f}"
    elif field.minimum is not None:
        limits = f"不小于 {field.minimum:f}"
    elif field.maximum is not None:
        limits = f"不大于 {field.maximum:f}"
    return "；".join(filter(None, (field.help, field.pattern_hint, limits)))


def _widget(field: FormField, answer: Any, fields: Fields) -> Any:
    label, key = label_of(field), fields.key(field.key)
    match field.kind:
        case K.NUMBER:
            value = float(answer) if isinstance(answer, int | float) and not isinstance(answer, bool) else None
            return _number(st.number_input(label, value=value, step=1.0, format="%g", key=key))
        case K.DATE:
            day = st.date_input(label, _day(answer), EARLIEST, LATEST, key=key, format="YYYY-MM-DD")
            return day.isoformat() if isinstance(day, dt.date) else None
        case K.CHOICE:
            index = field.options.index(answer) if answer in field.options else None
            return st.radio(label, field.options, index, key=key, format_func=page.plain)
        case K.CHOICES:
            chosen = [each for each in answer or () if each in field.options]
            return st.multiselect(label, field.options, chosen, key=key, placeholder="请选择，可多选")
        case K.YES_NO:
            index = None if answer is None else int(not answer)
            said = st.radio(label, ("是", "否"), index, key=key, horizontal=True)
            return None if said is None else said == "是"
        case K.LONG_TEXT:
            most = field.max_length or rules_length(field)
            return st.text_area(label, answer or "", key=key, height=LONG_HEIGHT, max_chars=most) or ""
        case _:
            return _text(field, answer, label, key)


def _text(field: FormField, answer: Any, label: str, key: str) -> str:
    """One line; an id that was saved is shown masked and stays what it is until somebody types another."""
    known = answer or ""
    masked = rules.in_words(field, known, is_masked=True) if field.kind in CHECKED else known
    example = EXAMPLES.get(field.kind)
    most = field.max_length or rules_length(field)
    typed = st.text_input(label, masked, key=key, max_chars=most, placeholder=example, autocomplete="off") or ""
    return known if known and typed == masked else typed


def rules_length(field: FormField) -> int:
    """The length at which a browser stops the typing."""
    return {K.LONG_TEXT: 2000}.get(field.kind, 200)


def _number(value: float | None) -> int | float | None:
    return int(value) if value is not None and value.is_integer() else value


def _day(answer: Any) -> dt.date | None:
    try:
        return dt.date.fromisoformat(answer) if answer else None
    except ValueError:
        return None
