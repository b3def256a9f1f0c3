"""What went out about a case: its written vouchers as Word and PDF, and its messages with how they fared."""

from collections.abc import Callable, Sequence

import streamlit as st

from models.documents import CaseDocument
from models.enums import CaseType, MessageEvent, MessageState, Permission
from models.messages import OutboxMessage
from services import documents
from services.actors import Actor
from services.cases import details, telling
from services.cases.details import CaseDetail
from services.database import Session
from services.documents import templates
from services.outbox import queue
from ui import charts, page, tables, words
from ui.charts import Meaning
from ui.tables import Column

PDF = "application/pdf"
OF_STATE = {
    MessageState.WAITING: Meaning.OPEN,
    MessageState.SENDING: Meaning.OPEN,
    MessageState.SENT: Meaning.CLOSED,
    MessageState.FAILED: Meaning.RED,
    MessageState.UNKNOWN: Meaning.WARNING,
    MessageState.CANCELLED: Meaning.NEUTRAL,
}
WRITERS = (Permission.CASES_INTAKE, Permission.CASES_REVIEW, Permission.CASES_DELIVER)
EVENTS: dict[str, str] = {**MessageEvent.labels(), queue.TRIAL: "测试"}
MESSAGES = (
    Column("时间", lambda row: words.brief(row.created_at), width=130),
    Column("事由", lambda row: EVENTS.get(row.event, row.event), width=110),
    Column("情况", "state", width=84),
    Column("渠道", "channel", width=80),
    Column("发给", "recipient_masked", width=120),
    Column("发出时间", lambda row: words.brief(row.sent_at) if row.sent_at else words.NOTHING, width=130),
    Column("说明", lambda row: row.error or words.NOTHING, width=220),
)


def vouchers(found: CaseDetail, actor: Actor) -> None:
    """Each voucher with its number, to print or to send."""
    with page.transaction() as session:
        written = documents.of_case(session, found.case)
    number = found.case.number
    for each in reversed(written):
        key = documents.Key.of(each)

        def allowed(session: Session, make: Callable[[], bytes]) -> bytes:
            details.get(session, number, actor)
            return make()

        offers(each, key, allowed)
    owed = documents.missing(found.case, found.events, written)
    if owed and any(map(actor.may, WRITERS)):
        names = "、".join(kind.label for _, kinds in owed for kind in kinds)
        st.caption(f"尚未出具：{names}")
        if st.button("出具文书", key=f"write-{number}"):
            page.perform(
                lambda session: telling.catch_up(session, number, actor=actor, now=page.now()),
                done=lambda made: f"已出具 {made} 份文书",
            )
    elif not written:
        is_instant = found.case.case_type is CaseType.IMMEDIATE
        st.caption("即办件只有接收凭证。" if is_instant else "受理、补正、决定等环节的文书出具后列在这里。")


def offers(
    each: CaseDocument,
    key: documents.Key,
    allowed: Callable[[Session, Callable[[], bytes]], bytes],
    *,
    with_word: bool = True,
) -> None:
    """One voucher: what it is, and its files. `allowed` asks once more whether the person may have them."""
    name = f"{documents.title(each)}_{each.number}"
    ident = f"{each.case_id}-{each.sequence}-{each.kind}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            f"{page.plain(documents.title(each))}　:gray[:small[{page.plain(each.number)}]]",
            width="stretch",
            help=f"{words.moment(each.written_at)} 出具，{page.plain(each.written_by)}",
        )
        page.offer_download(
            "PDF",
            lambda session: allowed(session, lambda: documents.pdf(key, now=page.now())),
            f"{name}.pdf",
            PDF,
            key=f"pdf-{ident}",
            type="tertiary",
            help=f"下载{documents.title(each)}（PDF，可直接打印）",
        )
        if with_word:
            page.offer_download(
                "Word",
                lambda session: allowed(session, lambda: documents.word(key, now=page.now())),
                f"{name}.docx",
                templates.DOCX,
                key=f"word-{ident}",
                type="tertiary",
                help=f"下载{documents.title(each)}（Word）",
            )


def messages(found: CaseDetail) -> None:
    """Every text and e-mail about the case, and whether it arrived at the gateway."""
    with page.transaction() as session:
        rows: Sequence[OutboxMessage] = queue.of_case(session, found.case)
    if not rows:
        st.caption("没有发过消息：申请人没有留电话或邮箱，或本环节不发消息。")
        return
    failed = sum(row.state in queue.AGAIN for row in rows)
    if failed:
        st.markdown(charts.badge(f"⚠ {failed} 条没有送达", Meaning.RED))
    tables.show(rows, MESSAGES, key=f"messages-{found.case.number}", alt="短信和邮件")
