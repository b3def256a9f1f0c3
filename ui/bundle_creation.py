"""A new 一件事, composed on screen of published items."""

import dataclasses

import streamlit as st

from models.enums import ItemState, ItemType, LimitUnit
from services import bundles
from services.actors import Actor
from services.bundles import setting_up
from services.bundles.setting_up import NewBundle
from services.catalogue import items
from ui import forms, page, tables

UNITS = {unit: unit.label for unit in (LimitUnit.WORKDAY, LimitUnit.WORK_HOUR)}
MOST_ITEMS = 500


def draw(actor: Actor) -> None:
    """It begins with all departments at once; the flow is drawn afterwards."""
    options = _options(actor)
    fields = forms.Fields("new-bundle")
    with st.form("new-bundle", border=True, width=760):
        st.markdown("**新建一件事**")
        new = _asked(fields, options)
        pressed = st.form_submit_button("新建", type="primary")
    if pressed:
        fields.perform(
            lambda session: (
                setting_up.own_item(session, setting_up.create(session, new, actor=actor, now=page.now())).id
            ),
            done="已建立草稿：请核对流程后发布",
            then=_go_to,
        )


def _options(actor: Actor) -> dict[int, str]:
    with page.transaction() as session:
        rows = items.find(session, actor, state=ItemState.ACTIVE, per_page=MOST_ITEMS).rows
    return {row.id: f"{row.name}　{row.department}" for row in rows if row.item_type != ItemType.BUNDLE.label}


def change(item_id: int, actor: Actor) -> None:
    """The items of the bundle that is taken in under the item."""
    with page.transaction() as session:
        cards = bundles.bundles(session, actor.district_id)
        card = next((each for each in cards if each.item_id == item_id), None)
        found = bundles.compose(session, actor.district_id, card.id) if card else None
    if card is None or found is None:
        st.caption("这不是一件事，没有事项组成。")
        return
    options = _options(actor)
    fields = forms.Fields(
        f"members-{card.id}-{tables.signature([(each.id, each.is_mandatory) for each in found.members])}"
    )
    with st.form(fields.key("form"), border=True, width=760):
        st.caption("改动对新收件立即生效，在办办件不变；新的部门须先在流程中有审批任务。")
        mandatory = fields.choices(
            "items", "必办事项", options, [each.id for each in found.members if each.is_mandatory]
        )
        optional = fields.choices(
            "optional", "按需选办的事项", options, [each.id for each in found.members if not each.is_mandatory]
        )
        fields.place("lead")
        pressed = st.form_submit_button("保存事项组成", type="primary")
    if pressed:
        fields.perform(
            lambda session: setting_up.change_items(session, card.id, mandatory, optional, actor=actor, now=page.now()),
            done=f"「{card.name}」的事项组成已保存",
        )


def _asked(fields: forms.Fields, options: dict[int, str]) -> NewBundle:
    asked = NewBundle(
        name=fields.text("name", "名称", max_chars=60, placeholder="如 开办药店"),
        mandatory=fields.choices("items", "必办事项", options),
        optional=fields.choices("optional", "按需选办的事项", options),
        lead_item=fields.choice("lead", "主办事项（办件归其部门，应是必办事项）", options) or 0,
        description=fields.text("description", "一句话说明", max_chars=200),
    )
    with st.container(horizontal=True):
        amount = st.number_input("承诺时限", 1, 60, 5, key="new-bundle-amount", width=160)
        unit = st.selectbox("单位", list(UNITS), format_func=UNITS.__getitem__, key="new-bundle-unit", width=160)
    return dataclasses.replace(asked, promise=(int(amount), LimitUnit(unit)))


def _go_to(item_id: int) -> None:
    st.session_state.pop("flow-subject", None)
    page.set_query(item=item_id)
