"""The texts of every event, edited beside what its reader will get."""

import dataclasses
from collections.abc import Sequence

import streamlit as st

from models.enums import MessageEvent
from services.actors import Actor
from services.errors import Invalid
from services.outbox import templates, writing
from services.outbox.templates import Wording
from services.rules import message_texts as rules
from ui import charts, forms, page
from ui.charts import Meaning


def draw(wordings: Sequence[Wording], actor: Actor) -> None:
    """Choose an event, edit its texts, see them filled in."""
    by_event = {each.event: each for each in wordings}
    event = st.selectbox(
        "环节", list(by_event), format_func=lambda each: _label(by_event[each]), key="message-event", width=320
    )
    wording = by_event[event]
    editing, showing = st.columns(2, gap="large")
    with editing:
        typed = _edit(wording, actor)
    with showing:
        _show(typed)


def _label(wording: Wording) -> str:
    marks = ["已修改"] if wording.version else []
    marks += [] if wording.is_sent else ["不发送"]
    return f"{wording.event.label}{'（' + '、'.join(marks) + '）' if marks else ''}"


def _edit(wording: Wording, actor: Actor) -> Wording:
    fields = forms.Fields(f"wording-{wording.event}-{wording.version}")
    is_sent = fields.tick("is_sent", "发送", wording.is_sent)
    sms = fields.long_text("sms", "短信", wording.sms, height=120)
    subject = body = ""
    if wording.event not in rules.OFFICES:
        subject = fields.text("email_subject", "邮件标题", wording.email_subject)
        body = fields.long_text("email_body", "邮件正文", wording.email_body, height=300)
    typed = dataclasses.replace(wording, is_sent=is_sent, sms=sms, email_subject=subject, email_body=body)
    try:
        rules.check(wording.event, sms.strip(), subject.strip(), body.strip())
    except Invalid as error:
        fields.mark(error.fields)
    with st.container(horizontal=True):
        if st.button("保存", type="primary", key=f"save-{wording.event}-{wording.version}"):
            fields.perform(
                lambda session: templates.save(session, typed, actor=actor, now=page.now()),
                done=f"「{wording.event.label}」的文字已保存，以后的消息按它发送",
            )
        if wording.version:
            _restore(wording.event, actor)
    names = "　".join(f"`{{{name}}}`" for name in rules.examples(wording.event))
    st.caption(f"可用的占位符：{names}")
    return typed


def _restore(event: MessageEvent, actor: Actor) -> None:
    sure = forms.confirm("恢复出厂文字", will_do="换回系统自带的文字；现在的文字留在审计里。", key=f"restore-{event}")
    if sure is not None:
        page.perform(
            lambda session: templates.restore(session, event, actor=actor, now=page.now()),
            done=f"「{event.label}」已恢复出厂文字",
        )


def _show(typed: Wording) -> None:
    """As it will be read, with an example in every place."""
    known = rules.examples(typed.event)
    st.markdown("**部门收到的**" if typed.event in rules.OFFICES else "**申请人收到的**")
    if not typed.is_sent:
        st.markdown(charts.badge("这个环节不发消息", Meaning.NEUTRAL))
        return
    for label, text, longest in (
        ("短信", typed.sms, rules.SMS_LENGTH),
        ("邮件标题", typed.email_subject, rules.SUBJECT_LENGTH),
        ("邮件正文", typed.email_body, rules.BODY_LENGTH),
    ):
        if not text:
            continue
        if rules.problem_of(text, longest, known) is not None:
            st.caption(f"{label}：改正左边标红的问题后显示")
            continue
        filled = rules.fill(text, known)
        if label == "短信":
            filled = writing.SIGNATURE + filled
        with st.container(border=True):
            length = f"　{len(filled)} 个字，计 {rules.parts(filled)} 条" if label == "短信" else ""
            st.caption(f"{label}{length}")
            st.text(filled)
