"""批量编辑: some elements of many items at once, as in a spreadsheet."""

import streamlit as st

from models.enums import Permission
from services import organisations, topics
from services.catalogue import grids, items
from ui import item_filters, item_grid, page, tables

PER_PAGE = 50
DEFAULT = ("promise_day", "consult_phone", "complain_phone")

actor = page.begin(
    "批量编辑",
    requires=Permission.CATALOGUE_EDIT,
    about="像表格一样一次改多个事项；改动写入各事项的草稿，审核发布后生效。翻页或换条件前请先保存。",
)

with page.transaction() as session:
    departments = organisations.departments(session, actor.district_id)
    names = topics.names(session)

asked = item_filters.asked(item_filters.bar(departments, names))
number = tables.page_number("grid_page", asked)
titles = grids.elements()
elements = st.multiselect(
    "要改的要素",
    list(titles),
    [element for element in DEFAULT if element in titles],
    format_func=titles.__getitem__,
    placeholder="选择要素",
    key="elements",
)

with page.transaction() as session:
    found = items.find(session, actor, **asked, page=number, per_page=PER_PAGE)
    ids = [row.id for row in found.rows]
    read = grids.rows(session, actor, ids, elements)

mark = item_grid.nonce(asked, number, elements)
rows = item_grid.frozen(mark, read)
if rows and elements:
    changes = item_grid.edit(mark, rows, elements)
    if st.button("保存", type="primary", key="save", shortcut="F9"):
        if changes:
            item_grid.save(changes, actor)
        else:
            st.info("没有改动，无需保存")
    tables.pages("grid_page", total=found.total, page=number, per_page=PER_PAGE, unit="项")
else:
    tables.empty("没有可以编辑的内容", "换一个条件，或选择至少一个要素")
