"""事项目录: browse, search, count, open, create and export items."""

import streamlit as st

from models.enums import Permission
from services import organisations, topics
from services.catalogue import exporting, items
from ui import item_creation, item_filters, item_views, page, tables

PER_PAGE = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

actor = page.begin(
    "事项目录", requires=Permission.CATALOGUE_READ, about="查找、查看和编制政务服务事项；数字可点，点后列出所计的事项。"
)

with page.transaction() as session:
    departments = organisations.departments(session, actor.district_id)
    counts = item_views.counted(session, actor)
    names = topics.names(session)

item_views.figures(counts)
chosen = item_filters.bar(departments, names)
asked = item_filters.asked(chosen)
number = tables.page_number("items_page", asked)

with page.transaction() as session:
    found = items.find(session, actor, **asked, page=number, per_page=PER_PAGE)

if found.rows:
    opened = tables.opened(found.rows, item_views.LIST, key="items", alt="事项列表")
    tables.pages("items_page", total=found.total, page=number, per_page=PER_PAGE, unit="项")
    if opened:
        st.switch_page("pages/catalogue/item.py", query_params={"id": str(opened.id)})
else:
    tables.empty("没有符合条件的事项", "去掉一个条件，或换个说法再搜")

with st.container(horizontal=True, vertical_alignment="center"):
    if actor.may(Permission.CATALOGUE_EDIT):
        item_creation.draw(actor, departments)
        st.page_link(
            "pages/catalogue/grid.py",
            label=":blue[批量编辑这些事项]",
            query_params={name: value for name, value in chosen.items() if value},
        )
    page.offer_download(
        "导出这些事项",
        lambda session: exporting.export_catalogue(session, actor, asked),
        f"事项目录-{page.now():%Y%m%d}.xlsx",
        XLSX,
        key="export",
        disabled=not found.rows,
    )
