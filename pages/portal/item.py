"""办事指南: everything about one item, in the order in which a person needs it."""

import streamlit as st

from services.catalogue import items
from ui import guides, page, portal

visitor = page.begin("办事指南", requires=None)
st.page_link("pages/portal/guide.py", label="← 返回办事大厅")

with page.transaction() as session:
    item = items.published(session, visitor.district_id, page.query("code"))

st.header(page.plain(item.name), anchor=False)
st.caption(page.plain(f"{item.department}　事项编码 {item.code}　第 {item.version_number} 版"))
guides.standing(item)
portal.apply_online(item)
guides.for_citizens(item.guide)

st.divider()
portal.always_in_reach()
