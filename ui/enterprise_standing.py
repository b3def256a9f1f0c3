"""An enterprise's standing in the departments' registers, beside the applicant at intake: for clerks who may see it."""

import streamlit as st

from models.enums import Permission
from services.rules.matching import keys
from services.tax import standing
from services.tax.standing import Enterprise
from ui import charts, page, words
from ui.charts import Meaning


def of(code: str) -> Enterprise | None:
    """Looked up once, as the field is left; nothing for a person's id or a clerk without the permission."""
    actor = page.actor()
    if not actor.may(Permission.ENTERPRISE_READ) or keys.read(code).org_code is None:
        return None
    return page.note(lambda session: standing.of_code(session, code, actor=actor, now=page.now()), else_=None)


def show(found: Enterprise | None) -> None:
    """A line a register: its state in a word and a colour, and how old the register is."""
    for each in found.registers if found else ():
        meaning = {True: Meaning.CLOSED, False: Meaning.WARNING, None: Meaning.NEUTRAL}[each.is_good]
        on = f"　{each.on}" if each.on else ""
        age = f"　名册 {words.brief(each.as_of)}" if each.as_of else ""
        name = f"　{page.plain(each.name)}" if each.name else ""
        st.caption(f"{each.register.label} {charts.badge(each.state, meaning)}{name}{on}{age}")
    if found and found.open_leads:
        st.caption(f"⚠ 综合治税未结线索 {found.open_leads} 条")
