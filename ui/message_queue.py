"""The outbox on screen: how messages fared, tried again or called off; through which gateways they go."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlparse

import streamlit as st

import settings
from models.enums import MessageChannel, MessageState
from services import outbox
from services.actors import Actor
from services.errors import DomainError
from services.outbox import queue, writing
from services.outbox.queue import Line
from ui import case_papers, charts, forms, page, pickers, tables, words
from ui.charts import Meaning
from ui.tables import Column

S = MessageState
LINES = (
    Column("时间", lambda row: words.brief(row.message.created_at), width=140),
    Column("事由", lambda row: case_papers.EVENTS.get(row.message.event, row.message.event), width=120),
    Column("渠道", lambda row: row.message.channel, width=90),
    Column("发给", lambda row: row.message.recipient_masked, width=140),
    Column("办件编号", "case_number", width=190),
    Column("情况", lambda row: row.message.state, width=90),
    Column("次数", lambda row: row.message.attempts, kind="number", width=60),
    Column("说明", lambda row: row.message.error or words.NOTHING, width=240),
)
SHOWN = (S.WAITING, S.SENDING, S.SENT, S.FAILED, S.UNKNOWN)


def draw(standing: Mapping[MessageState, int], actor: Actor) -> None:
    """How many stand where; the list; what can be done about one."""
    st.markdown(
        "　".join(
            charts.badge(f"{state.label} {words.count(standing[state])}", _meaning(state, standing)) for state in SHOWN
        )
    )
    if standing[S.FAILED]:
        _all_again(standing[S.FAILED], actor)
    chosen = pickers.bar(
        [
            pickers.Filter("state", "情况", MessageState.labels(), 140),
            pickers.Filter("channel", "渠道", MessageChannel.labels(), 140),
            pickers.Filter("event", "事由", case_papers.EVENTS, 170),
        ],
        search=pickers.Words(label="办件编号", placeholder="20 位数字"),
        key="messages",
    )
    sought = queue.Sought(
        S(chosen["state"]) if chosen["state"] else None,
        MessageChannel(chosen["channel"]) if chosen["channel"] else None,
        chosen["event"] or None,
        chosen["words"],
    )
    number = tables.page_number("page", sought)
    with page.transaction() as session:
        rows, total = queue.page(session, actor, sought, number=number)
    if not rows:
        tables.empty(
            "没有这样的消息", "去掉上面的条件再看" if any(chosen.values()) else "办件有进展时，消息会出现在这里"
        )
        return
    picked = tables.pick(rows, LINES, key="outbox", alt="消息，选择一行看全文")
    tables.pages("page", total=total, page=number, per_page=queue.PAGE_SIZE)
    if total >= queue.MOST_COUNTED:
        st.caption(f"符合条件的在 {words.count(total)} 条以上，请缩小范围。")
    if picked is None:
        st.caption("选择一行，在此看全文、重发或取消。")
    else:
        _one(picked, actor)


def _meaning(state: MessageState, standing: Mapping[MessageState, int]) -> Meaning:
    return case_papers.OF_STATE[state] if standing[state] else Meaning.NEUTRAL


def _all_again(failed: int, actor: Actor) -> None:
    sure = forms.confirm(
        f"全部重发（{failed} 条）",
        will_do="发送失败的消息从头再发一遍；网关恢复以后用。",
        key="all-again",
    )
    if sure is not None:
        page.perform(
            lambda session: queue.all_again(session, actor=actor, now=page.now()),
            done=lambda number: f"{number} 条消息将重新发送",
        )


def _one(line: Line, actor: Actor) -> None:
    message = line.message
    with st.container(border=True):
        if message.subject:
            st.markdown(f"**{page.plain(message.subject)}**")
        st.text(message.body)
        if writing.LINK in message.body:
            st.caption(f"{writing.LINK} 在发出时换成打开这个办件的网址；系统不保存它。")
        if message.error:
            st.markdown(f":red[{page.plain(message.error)}]")
        if message.state is S.WAITING and message.attempts:
            st.caption(f"下次尝试：{words.moment(message.next_try_at)}")
        with st.container(horizontal=True, vertical_alignment="center"):
            if message.state in queue.AGAIN and st.button("重新发送", key=f"again-{message.id}", type="primary"):
                page.perform(
                    lambda session: queue.again(session, message.id, actor=actor, now=page.now()), done="消息将重新发送"
                )
            if message.state in (S.WAITING, *queue.AGAIN):
                _cancel(message.id, actor)
            if line.case_number:
                st.link_button("查看办件", f"/case?number={line.case_number}")


def _cancel(message_id: int, actor: Actor) -> None:
    reason = forms.confirm("取消发送", will_do="这条消息不再发送。", key=f"cancel-{message_id}", needs="原因")
    if reason is not None:
        page.perform(
            lambda session: queue.cancel(session, message_id, reason=reason, actor=actor, now=page.now()),
            done="消息已取消",
        )


def ways(actor: Actor) -> None:
    """Which gateways are configured, without their secrets; and a trial message."""
    chosen = settings.current()
    try:
        outbox.configured()
    except DomainError as error:
        page.show(error)
    rows: Sequence[tuple[str, str, str]] = (
        (MessageChannel.SMS.label, chosen.message_adapter, urlparse(chosen.sms_url).hostname or ""),
        (MessageChannel.EMAIL.label, chosen.email_adapter, chosen.smtp_host),
    )
    for label, adapter, host in rows:
        where = (
            host
            if adapter in ("http", "smtp")
            else {"console": "只打印在服务器日志里，不真正发出", "file": "只写入服务器上的文件，不真正发出"}.get(
                adapter, ""
            )
        )
        mark = charts.badge(adapter, Meaning.CLOSED if adapter in ("http", "smtp") else Meaning.WARNING)
        st.markdown(f"**{label}**　{mark}　:gray[{page.plain(where)}]")
    st.caption(
        "通道由系统管理员在服务器上设置（MESSAGE_ADAPTER、SMS_URL、EMAIL_ADAPTER、SMTP_HOST 等），由 cli.py worker 发送。"
    )
    fields = forms.Fields("trial")
    with st.form("trial", border=True, width=520):
        st.markdown("**发一条测试消息**")
        channel = fields.choice("channel", "渠道", {each: each.label for each in MessageChannel}, MessageChannel.SMS)
        recipient = fields.text("recipient", "手机号码或邮箱", max_chars=100, autocomplete="off")
        pressed = st.form_submit_button("发送测试消息", type="primary")
    if pressed:
        fields.perform(
            lambda session: queue.trial(session, channel, recipient, actor=actor, now=page.now()),
            done="测试消息已排队，请在「发送情况」里看结果",
        )
