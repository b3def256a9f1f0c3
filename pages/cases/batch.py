"""批量收件: rows pasted from a spreadsheet, all checked first, then filed as one or not at all."""

import streamlit as st

from models.enums import Permission
from services.cases import batches
from ui import batch, page

clerk = page.begin("批量收件", requires=Permission.CASES_INTAKE, about="一次收多件：先全部检查，确认后一并收件。")
text, is_complete = batch.paste()

with page.transaction() as session:
    checked = batches.check(session, text, materials_are_complete=is_complete, actor=clerk, now=page.now())

good = batch.found(checked) if checked else 0
pressed = good and st.button(f"确认收件 {good} 件", type="primary", shortcut="F9", key="batch-file")
batch.filed()


def file(session):
    again = batches.check(session, text, materials_are_complete=is_complete, actor=clerk, now=page.now())
    return batches.file(session, again, actor=clerk, now=page.now())


if pressed:
    page.perform(file, done=lambda done: f"本批收件 {len(done)} 件", then=batch.remember)
