"""我要办一件事: a few questions, then every permit, each material once, and the shortest way through the hall."""

import streamlit as st

from services import bundles
from ui import journeys, page, portal, tables

page.begin(
    "我要办一件事",
    requires=None,
    about="回答几个问题，看清要办哪些手续、准备哪些材料、找哪几个窗口，也可以在线一次申请。",
)
portal.always_in_reach()

with page.transaction() as session:
    found = bundles.journeys(session, page.district_id())

if not found:
    tables.empty("这里还没有可以引导的事", "请在办事大厅按名称查找事项")
    st.stop()

with st.container(width=journeys.WIDTH, key="journey-page"):
    wanted = journeys.choose(found)
    answers = journeys.ask(wanted) if wanted else None
    if wanted and answers is not None:
        with page.transaction() as session:
            chosen = bundles.chosen(session, page.district_id(), wanted, answers)
            made = bundles.compose(session, page.district_id(), wanted.bundle.id, chosen)
            halls = bundles.halls(session, page.district_id(), made)
            guide = bundles.handling_guide(session, page.district_id(), made.bundle)
        journeys.show(made, guide, halls, chosen)
