"""办事大厅: the first page. One large question, then what is found, or the doors to look behind."""

import streamlit as st

from services import popularity
from services.catalogue import items
from ui import page, pickers, portal, tables

PER_PAGE = 20

visitor = page.begin("办事大厅", requires=None)
portal.always_in_reach()

words = portal.search()
topic, department = page.query("topic"), page.query("department")
is_looking = bool(words or topic or department)
number = tables.page_number("found", (words, topic, department))

with page.transaction() as session:
    counts = items.browse_counts(session, visitor.district_id)
    popular = [] if is_looking else popularity.popular(session, visitor.district_id, today=page.now().date())
    found = items.find(
        session,
        visitor,
        words=words,
        topic=topic or None,
        department_id=page.identity(department),
        only_published=True,
        page=number,
        per_page=PER_PAGE,
    )

names = {
    "topic": {f"{kind.value}:{code}": name for kind, code, name, _ in counts.topics},
    "department": {str(identity): name for identity, name, _ in counts.departments},
}
pickers.chips(
    {"words": words, "topic": names["topic"].get(topic, topic), "department": names["department"].get(department, "")},
    key="portal",
)

if not is_looking:
    portal.popular(popular)
    st.subheader("分类查找", anchor=False)
    portal.doors(counts, portal.door())
if is_looking and found.rows:
    portal.found(found.rows)
    tables.pages("found", total=found.total, page=number, per_page=PER_PAGE, unit="项")
elif not found.rows:
    portal.nothing_found(words)
st.caption("事项内容由各实施部门编制、政务服务中心审核发布。")
