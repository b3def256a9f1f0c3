"""The front door: sitemap, sign-in, navigation by permission; and the ASGI application around it.

Imported by a server (`streamlit run app.py`, `uvicorn app:app`) it builds the application; run as a script, it draws.
"""

import gc
from collections.abc import Callable
from typing import NamedTuple

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

import settings
from models.enums import Permission as P
from services.actors import Actor
from ui import page, shell
from ui.visitor import STAFF, Requirement, allowed

PAGES = settings.ROOT / "pages"


class Place(NamedTuple):
    """A page: where its file is, its address, its name, who may open it, and where it stands in the navigation."""

    file: str
    address: str
    title: str
    requires: Requirement
    section: str
    is_visible: bool = True


SITEMAP = (
    Place("portal/guide.py", "guide", "办事大厅", None, "公众服务"),
    Place("portal/journeys.py", "journeys", "我要办一件事", None, "公众服务"),
    Place("portal/item.py", "item", "办事指南", None, "公众服务", False),
    Place("portal/apply.py", "apply", "在线申请", None, "公众服务"),
    Place("portal/track.py", "track", "查进度", None, "公众服务"),
    Place("cases/desk.py", "desk", "我的工作", P.CASES_SEARCH, "办件"),
    Place("cases/intake.py", "intake", "收件", P.CASES_INTAKE, "办件"),
    Place("cases/completeness.py", "received", "收件审查", P.CASES_INTAKE, "办件"),
    Place("cases/batch.py", "batch", "批量收件", P.CASES_INTAKE, "办件"),
    Place("cases/bundle.py", "bundle", "并联收件", P.CASES_INTAKE, "办件"),
    Place("cases/projects.py", "projects", "项目报建", P.CASES_SEARCH, "办件"),
    Place("cases/tasks.py", "tasks", "待办", P.CASES_REVIEW, "办件"),
    Place("cases/delivery.py", "delivery", "送达", P.CASES_DELIVER, "办件"),
    Place("cases/search.py", "cases", "办件查询", P.CASES_SEARCH, "办件"),
    Place("cases/case.py", "case", "办件详情", P.CASES_SEARCH, "办件", False),
    Place("cases/clock.py", "clock", "期限说明", P.CASES_SEARCH, "办件", False),
    Place("catalogue/items.py", "items", "事项目录", P.CATALOGUE_READ, "事项"),
    Place("catalogue/item.py", "item_edit", "事项详情", P.CATALOGUE_READ, "事项", False),
    Place("catalogue/grid.py", "item_grid", "批量编辑", P.CATALOGUE_EDIT, "事项"),
    Place("catalogue/flows.py", "flows", "流程设计", P.CATALOGUE_EDIT, "事项"),
    Place("catalogue/forms.py", "forms", "表单设计", P.CATALOGUE_EDIT, "事项"),
    Place("catalogue/exchange.py", "item_exchange", "导入导出", P.CATALOGUE_IMPORT, "事项"),
    Place("catalogue/organisations.py", "organisations", "机构窗口", P.ORGANISATIONS_EDIT, "事项"),
    Place("statistics/overview.py", "overview", "今日总览", P.STATISTICS_READ, "统计"),
    Place("tax/comparisons.py", "tax_comparisons", "比对", P.TAX_READ, "综合治税"),
    Place("tax/subject.py", "tax_subject", "主体详情", P.TAX_READ, "综合治税", False),
    Place("tax/leads.py", "tax_leads", "线索", P.TAX_READ, "综合治税"),
    Place("tax/lead.py", "tax_lead", "线索详情", P.TAX_READ, "综合治税", False),
    Place("tax/imports.py", "tax_imports", "登记数据", P.TAX_IMPORT, "综合治税"),
    Place("tax/rules.py", "tax_rules", "比对规则", P.TAX_READ, "综合治税"),
    Place("tax/rates.py", "tax_rates", "税率", P.TAX_READ, "综合治税"),
    Place("tax/models.py", "tax_models", "匹配权重", P.TAX_MODELS, "综合治税"),
    Place("admin/calendar.py", "calendar", "工作日历", P.CALENDAR_EDIT, "管理"),
    Place("admin/templates.py", "templates", "文书模板", P.TEMPLATES_EDIT, "管理"),
    Place("admin/messages.py", "messages", "消息", P.TEMPLATES_EDIT, "管理"),
    Place("admin/users.py", "users", "用户", (P.USERS_EDIT, P.GRANTS_APPROVE), "管理"),
    Place("admin/audit.py", "audit", "审计", P.AUDIT_READ, "管理"),
    Place("admin/account.py", "account", "我的账号", STAFF, "管理"),
)

STARTS = ("desk", "tax_leads")  # what waits for oneself; who has neither starts at the first page that is open


def _refusal(place: Place) -> Callable[[], object]:
    return lambda: page.begin(place.title, requires=place.requires)


def _pages(actor: Actor) -> dict[Place, st.Page]:
    """Every address answers: with its page, or for whom it is closed with the sign-in form or 403."""
    found = {}
    for place in SITEMAP:
        path = PAGES / place.file
        if not path.exists():
            continue
        is_open = allowed(actor, place.requires)
        found[place] = st.Page(
            path if is_open else _refusal(place),
            title=place.title,
            url_path=place.address,
            default=place.address == "guide",
            visibility="visible" if is_open and place.is_visible else "hidden",
        )
    return found


def _first_staff_page(pages: dict[Place, st.Page], actor: Actor) -> st.Page | None:
    if actor.user_id is None:
        return None
    for_staff = {place.address: target for place, target in pages.items() if place.requires is not None}
    seen = {address: target for address, target in for_staff.items() if target.visibility == "visible"}
    return next((seen[address] for address in STARTS if address in seen), next(iter(seen.values())))


def main() -> None:
    actor = page.actor()
    pages = _pages(actor)
    sections: dict[str, list[st.Page]] = {}
    for place, target in pages.items():
        if target.visibility == "visible":
            sections.setdefault(place.section, []).append(target)
    entrance = st.Page(
        shell.entrance(_first_staff_page(pages, actor)),
        title="登录",
        url_path="sign_in",
        default="guide" not in {place.address for place in pages},
        visibility="hidden" if actor.user_id else "visible",
    )
    chosen = st.navigation([*pages.values(), entrance], position="hidden" if actor.user_id else "top")
    shell.frame(chosen.title)
    if actor.user_id is not None:
        shell.sidebar(sections, actor)
    chosen.run()


if get_script_run_ctx() is None:
    from api.middleware import MIDDLEWARE
    from api.routes import ROUTES

    settings.current().key()
    # Until the first st.navigation Streamlit would look into pages/ by itself, past this file.
    PagesManager.uses_pages_directory = False
    gc.collect()
    gc.freeze()  # what is imported now leaves the collector: full collections cost little afterwards
    app = st.App(__file__, routes=ROUTES, middleware=MIDDLEWARE, on_script_error=shell.report)
else:
    main()
