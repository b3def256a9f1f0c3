"""Many applications at once: the pasted rows, what the check found, and what was filed."""

from collections.abc import Sequence

import streamlit as st

from services.cases.batches import COLUMNS, MOST_ROWS, Checked, Problem, Row
from services.cases.intake import Filed
from services.rules import identifiers
from ui import page, tables, words
from ui.tables import Column

STATE, FILED_STATE, SERIAL = "_batch", "_batch_filed", "_batch_serial"
EXAMPLE = "cyywsxkz\t示例甲\t510113189901010011\t13800000001"
MOST_SHOWN, TALLEST = 10, 320
GOOD = (
    Column("行", lambda one: one.row.line, "number", width=60),
    Column("事项", "item_name"),
    Column("申请人", lambda one: one.row.name),
    Column("证件号码", "masked_id"),
    Column("联系电话", lambda one: identifiers.mask_phone(one.row.phone) if one.row.phone else words.NOTHING),
)
FILED = (
    Column("行", lambda done: done[0].line, "number", width=60),
    Column("申请人", lambda done: done[0].name),
    Column("办件编号", lambda done: done[1].number),
    Column("查询码", lambda done: identifiers.show_query_code(done[1].query_code)),
    Column("状态", lambda done: done[1].status),
    Column("承诺办结", lambda done: words.brief(done[1].due_at)),
)


def paste() -> tuple[str, bool]:
    """(the pasted text, whether the clerk declares all materials received), as last checked."""
    serial = st.session_state.setdefault(SERIAL, 1)
    st.caption(
        f"从电子表格复制：{'、'.join(COLUMNS.values())}，一行一件，最多 {MOST_ROWS} 行。事项可写首字母、全称或编码。"
    )
    with st.form("batch", border=False):
        text = st.text_area("粘贴的内容", key=f"batch-text-{serial}", height=220, placeholder=EXAMPLE)
        is_complete = st.checkbox("承诺件的申请材料已全部当面收齐并核对", key=f"batch-complete-{serial}")
        if st.form_submit_button("检查", shortcut="F8"):
            st.session_state[STATE] = (text, is_complete)
            st.session_state.pop(FILED_STATE, None)
    return st.session_state.get(STATE, ("", False))


def found(checked: Sequence[Checked]) -> int:
    """Draw the check's result, what is wrong first; how many rows are good."""
    good = [one for one in checked if one.filing]
    problems = [problem for one in checked for problem in one.problems]
    bad = len(checked) - len(good)
    st.markdown(
        f"共 {words.count(len(checked))} 行　:green[✓ 可收 {words.count(len(good))}]　:red[✕ 有误 {words.count(bad)}]"
    )
    if problems:
        _told(problems)
        st.caption("有误的行不会收件。可在上面改好后再次检查，也可先收无误的行，再单独处理有误的行。")
    if good:
        tables.show(good, GOOD, key="batch-good", alt="检查无误的行")
    return len(good)


def _told(problems: Sequence[Problem]) -> None:
    """Each problem in whole words: a table would cut the reasons off."""
    with st.container(border=True, gap="xxsmall", height=TALLEST if len(problems) > MOST_SHOWN else "content"):
        for problem in problems:
            value = f"「{problem.value}」" if problem.value else "（空）"
            place = f"第 {problem.line} 行 · {problem.column}{value}"
            st.markdown(f":red[✕ {page.plain(place)}]　{page.plain(problem.reason)}")


def remember(done: Sequence[tuple[Row, Filed]]) -> None:
    """Keep what was filed for showing; the text that led to it is done with."""
    st.session_state[FILED_STATE] = list(done)
    st.session_state[SERIAL] += 1
    st.session_state.pop(STATE, None)


def filed() -> None:
    """What the last confirmation filed."""
    if done := st.session_state.get(FILED_STATE):
        st.header(f"本批已收 {words.count(len(done))} 件", anchor=False)
        tables.show(done, FILED, key="batch-filed", alt="本批办件编号与查询码")
        st.caption("办件编号与查询码请交给申请人；收件凭证可在办件详情页打印。")
