"""消息: what went out by SMS and e-mail and what did not, and the texts of every event."""

import streamlit as st

from models.enums import Permission
from services.outbox import queue, templates
from ui import message_queue, message_texts, page

actor = page.begin(
    "消息",
    requires=Permission.TEMPLATES_EDIT,
    about="发给申请人和部门的短信、邮件：看发送情况，改各环节的文字。",
)
with page.transaction() as session:
    standing = queue.standing(session, actor)
    wordings = templates.all_(session, actor.district_id)

sent, texts, ways = st.tabs(["发送情况", "消息模板", "发送通道"], key="messages-tabs", on_change="rerun")
if sent.open:
    with sent:
        message_queue.draw(standing, actor)
if texts.open:
    with texts:
        message_texts.draw(wordings, actor)
if ways.open:
    with ways:
        message_queue.ways(actor)
