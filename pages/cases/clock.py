"""期限说明: why a case is due on that day, rule by rule, and whose every working minute was."""

import streamlit as st

from models.enums import Permission
from services import intermediaries
from services.cases import details
from ui import case_clocks, cases, engagements, page

actor = page.begin(
    "为什么是这一天", requires=Permission.CASES_SEARCH, about="每个期限怎样逐日算出，依据哪一条规则；时间在谁手里。"
)
number = cases.chosen_number()

with page.transaction() as session:
    found = details.detail(session, number, actor)
    held = intermediaries.ledger(session, found.case, now=page.now())

st.page_link(cases.CASE, label=f"← 办件 {number}", query_params={"number": number})
st.subheader(page.plain(found.item_name), anchor=False)
main, side = st.columns([3, 2], gap="large")
with main:
    case_clocks.clocks(found.case, page.now())
with side:
    st.markdown("#### 时间在谁手里")
    engagements.held_by(held)
