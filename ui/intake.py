"""The intake form's item, its filing, and what the applicant takes home."""

from collections.abc import Callable, Hashable

import streamlit as st

from models.enums import CaseStatus, CaseType
from services import database, receipts
from services.actors import Actor
from services.cases import answers, applicants, details, intake
from services.cases.intake import Filed, Filing
from services.catalogue import items
from services.catalogue.rows import ItemRow, PublishedItem
from services.errors import Invalid
from services.rules import identifiers, quick_entry
from ui import intake_draft, keyboard, page, tables, words
from ui.forms import Fields
from ui.intake_draft import Draft, Receipt

ORDER = ("item", "id_number", "name", "phone", "materials", "subject")
WIDGET_OF = {"materials": "all"}
NO_ITEM = "没有找到事项：请换用名称中的词；若属其他部门，请引导申请人到该部门窗口"
HINT = "回车 下一项　·　↑↓ 或加序号 选候选　·　F8 沿用上一位申请人　·　F4 材料收齐　·　F9 收件　·　F7 先收后审　·　F2 打印凭证"


def hint(draft: Draft) -> None:
    """The keys; with each new form the focus goes to its first field."""
    with keyboard.focus_on(draft.key("item"), draft.serial):
        st.caption(HINT)


def item(draft: Draft, fields: Fields, clerk: Actor) -> PublishedItem | None:
    """The item meant: the first candidate, unless another is chosen by its number or with the arrows."""
    typed = fields.text(
        "item", "事项", live="200ms", autocomplete="off", placeholder="首字母、名称或编码，如 cyywsxkz，后加 2 选第二个"
    ).strip()
    place = st.container()
    with page.transaction() as session:
        rows, at = _candidates(session, draft, typed, clerk)
    with place:
        chosen = _choose(draft, rows, at) if rows else None
    draft.item_id = chosen.id if chosen else None
    draft.mark(fields, item=draft.item_id)
    if chosen is None:
        if typed:
            fields.mark({"item": NO_ITEM})
        return None
    draft.item_name, draft.item_words = chosen.name, typed or draft.last_item_words
    with page.transaction() as session:
        return items.published(session, clerk.district_id, chosen.id)


def _candidates(session: database.Session, draft: Draft, typed: str, clerk: Actor) -> tuple[list[ItemRow], int]:
    """Up to eight items, and the place of the one meant. Nothing typed means the item of the last case."""
    if typed:
        return _search(session, typed, clerk)
    rows, _ = _search(session, draft.last_item_words, clerk) if draft.last_item_words else ([], 1)
    return [row for row in rows if row.id == draft.last_item_id], 1


def _search(session: database.Session, typed: str, clerk: Actor) -> tuple[list[ItemRow], int]:
    if rows := items.for_intake(session, clerk, typed):
        return rows, 1
    sought, place = quick_entry.split_choice(typed)
    rows = items.for_intake(session, clerk, sought) if place else []
    return rows, min(place or 1, len(rows))


def _choose(draft: Draft, rows: list[ItemRow], at: int) -> ItemRow:
    def label(place: int) -> str:
        row = rows[place]
        kind = row.case_type.label if row.case_type else "未定类型"
        term = "" if row.case_type == CaseType.IMMEDIATE else f" · {row.promise}"
        return f"{place + 1}　{page.plain(row.name)}　:small[{page.plain(row.department)} · {kind}{term}]"

    key = draft.key(f"pick-{tables.signature(at, [row.id for row in rows])}")
    place = st.radio("事项候选", range(len(rows)), at - 1, format_func=label, key=key, label_visibility="collapsed")
    return rows[place or 0]


def may_review_later(item: PublishedItem) -> bool:
    """An instant case is seen and done at the counter; others may be received first and judged afterwards."""
    return item.guide.project_type != CaseType.IMMEDIATE


def review_later(draft: Draft) -> bool:
    return st.button(
        "先收后审",
        key=draft.key("to-review"),
        shortcut="F7",
        help="材料不齐或来不及当场审查：先收件出凭证，五个工作日内在「收件审查」受理或一次性告知",
    )


def file(
    draft: Draft,
    fields: Fields,
    filing: Callable[[database.Session], Filing],
    values: dict[str, Hashable],
    clerk: Actor,
) -> None:
    """File the form, once. A refusal is said at its fields and the focus goes to the first; nothing typed is lost."""

    def run(session: database.Session) -> tuple[Filed, Filing, int | None]:
        try:
            given = filing(session)
            filed = intake.file(session, given, actor=clerk, now=page.now())
        except Invalid as error:
            draft.complain(error.fields, values)
            fields.mark(error.fields)
            raise
        known = applicants.find(session, clerk.district_id, given.applicant.id_number)
        return filed, given, known[0].id if known else None

    page.perform(run, done="已收件", then=lambda result: _go_on(draft, *result), key=draft.form_key)
    draft.refusals += 1
    wrong = next((field for field in ORDER if field in draft.problems), "item")
    with keyboard.focus_on(fields.key(WIDGET_OF.get(wrong, wrong)), draft.serial * 1000 + draft.refusals):
        st.caption("改正后再按 F9 收件：已填写的内容都还在。")


def _go_on(draft: Draft, filed: Filed, filing: Filing, applicant_id: int | None) -> None:
    outcome = "当场办结并送达" if filed.due_at is None else f"承诺 {words.moment(filed.due_at)} 前办结"
    if filed.status is CaseStatus.SUBMITTED:
        outcome = "已收下材料待审查，五个工作日内受理或一次性告知补正"
    receipt = Receipt(
        filed.number,
        identifiers.show_query_code(filed.query_code),
        draft.item_name,
        filing.applicant.name,
        "这份表单此前已经收过，没有重复收件" if filed.is_repeat else outcome,
    )
    intake_draft.replace(draft.followed(receipt, applicant_id))


def last_receipt(draft: Draft, clerk: Actor) -> None:
    """What the last applicant takes home: the number, the query code and the voucher."""
    receipt = draft.receipt
    with st.container(border=True, key="receipt"):
        if receipt is None:
            st.caption("收件后，这里显示办件编号、查询码，并可打印收件凭证。")
            return
        st.markdown(f":green[**✓ 已收件**]　{page.plain(receipt.item)}　{page.plain(receipt.applicant)}")
        st.metric("办件编号", receipt.number)
        st.metric("查询码", receipt.query_code)
        st.caption(receipt.outcome)
        with st.container(horizontal=True, vertical_alignment="center"):
            page.offer_download(
                "打印收件凭证",
                lambda session: _voucher(session, receipt.number, clerk),
                f"收件凭证-{receipt.number}.pdf",
                "application/pdf",
                key=f"voucher-{draft.serial}",
                shortcut="F2",
            )
            st.link_button("查看办件", f"/case?number={receipt.number}")


def _voucher(session: database.Session, number: str, clerk: Actor) -> bytes:
    found = details.detail(session, number, clerk)
    return receipts.receipt(session, found, printed_at=page.now(), covered=answers.covered(session, found))
