"""A new item: only what must be known at first; everything else is edited in its draft."""

from collections.abc import Sequence

import streamlit as st

from models.catalogue import ServiceItem
from models.enums import ServiceTier
from services.actors import Actor
from services.catalogue import items
from services.database import Session
from services.organisations import OrganisationRow
from services.rules.guide import Guide
from ui import forms, page


def draw(actor: Actor, departments: Sequence[OrganisationRow]) -> None:
    """A popover with the form; the new item opens when it is filed."""
    mine = [row for row in departments if actor.department_id in (None, row.id)]
    fields = forms.Fields("new-item")
    with st.popover("新增事项", key="new-item-open"), st.form("new-item", border=False):
        name = fields.text("task_name", "事项名称", placeholder="例如 公共场所卫生许可证核发")
        code = fields.text("code", "本平台编码", placeholder="例如 510109-017-01-001-000")
        department = fields.choice("department_id", "实施部门", {row.id: row.name for row in mine})
        tier = fields.choice("tier", "办理层级", {tier: tier.label for tier in ServiceTier}, ServiceTier.DISTRICT)
        pressed = st.form_submit_button("新增并编辑", type="primary")

    def create(session: Session) -> ServiceItem:
        guide = Guide(task_name=name, dept_name=next((row.name for row in mine if row.id == department), ""))
        return items.create(
            session, code=code, department_id=department or 0, tier=tier, guide=guide, actor=actor, now=page.now()
        )

    if pressed:
        fields.perform(create, done=f"已新增「{name}」，请补充各项要素", then=_open)


def _open(item: ServiceItem) -> None:
    page.flash(f"已新增「{item.name}」，请补充各项要素")
    st.switch_page("pages/catalogue/item.py", query_params={"id": str(item.id), "view": "编辑"})
