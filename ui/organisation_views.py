"""The organisation tree, one organisation's form, and the windows of a centre."""

from collections.abc import Sequence

import streamlit as st

from models.districts import WorkSchedule
from models.enums import CENTRE_KINDS, OrganisationKind, ServiceTier, WindowChannel
from services import organisations
from services.actors import Actor
from services.organisations import OrganisationDetails, OrganisationRow, WindowDetails, WindowRow
from ui import forms, page, tables, words
from ui.tables import Column

INDENT = "　"
NEW = "new"
WINDOWS = (
    Column("窗口号", "number", width=70),
    Column("名称", "name", width="medium"),
    Column("通道", "channel", width=110),
    Column("分区", "zone_name", width=100),
    Column("部门", lambda row: "、".join(row.department_names), width="large"),
    Column("电话", "phone", width=120),
    Column("状态", lambda row: "在用" if row.is_active else "停用", width=60),
)


def tree(rows: Sequence[OrganisationRow], chosen: int | None) -> None:
    """Every organisation as a link, indented under its parent; the words of the search field narrow it."""
    wanted = st.text_input("查找机构", key="tree-words", type="search", placeholder="名称或编码").strip()
    with st.container(height=560, gap=None):
        for row in rows:
            if wanted and wanted not in row.name and wanted not in row.code:
                continue
            mark = "" if row.is_active else "（停用）"
            count = f"　:gray[{row.windows} 窗口]" if row.windows else ""
            name = f"**:blue[› {page.plain(row.name)}]**" if row.id == chosen else page.plain(row.name)
            st.button(
                f"{INDENT * (0 if wanted else row.depth)}{name}{mark}{count}",
                key=f"tree-{row.id}",
                type="tertiary",
                on_click=page.set_query,
                kwargs={"id": row.id, "window": None},
            )


def form(
    row: OrganisationRow | None,
    rows: Sequence[OrganisationRow],
    schedules: Sequence[WorkSchedule],
    actor: Actor,
    parent_id: int | None = None,
) -> None:
    """The details of an organisation, or of a new one under `parent_id`."""
    fields = forms.Fields(f"organisation-{row.id}-{row.version}" if row else f"organisation-new-{parent_id}")
    blank = OrganisationDetails("", "", OrganisationKind.DEPARTMENT, parent_id=parent_id)
    with st.form(fields.key("form"), border=False):
        details = _details(fields, row or blank, rows, schedules)
        pressed = st.form_submit_button("保存" if row else "新增", type="primary", shortcut="F9")
    if not pressed:
        return
    if row is None:
        fields.perform(
            lambda session: organisations.create(session, details, actor=actor, now=page.now()),
            done=f"已新增「{details.name}」",
            then=lambda own_id: page.set_query(id=own_id),
        )
    else:
        fields.perform(
            lambda session: organisations.edit(
                session, row.id, details, version=row.version, actor=actor, now=page.now()
            ),
            done=f"「{details.name}」已保存",
        )


def _details(
    fields: forms.Fields,
    row: OrganisationDetails,
    rows: Sequence[OrganisationRow],
    schedules: Sequence[WorkSchedule],
) -> OrganisationDetails:
    parents = {None: "（顶级）"} | {each.id: INDENT * each.depth + each.name for each in rows if each.is_active}
    hours = {None: "随上级"} | {each.code: f"{each.name} {each.periods}" for each in schedules}
    left, right = st.columns(2)
    with left:
        name = fields.text("name", "名称", row.name)
        kind = fields.choice("kind", "类别", {kind: kind.label for kind in OrganisationKind}, row.kind)
        parent = fields.choice("parent_id", "上级机构", parents, row.parent_id)
        address = fields.text("address", "地址", row.address)
    with right:
        code = fields.text("code", "编码", row.code, placeholder="例如 510109-D001")
        tiers = {None: "（不分级）"} | {tier: tier.label for tier in ServiceTier}
        tier = fields.choice("tier", "层级", tiers, row.tier)
        schedule = fields.choice("schedule_code", "作息时间", hours, row.schedule_code)
        phone = fields.text("phone", "电话", row.phone, placeholder="例如 028-00001234")
    region = fields.text("region_code", "行政区划代码", row.region_code, placeholder="6、9 或 12 位数字")
    return OrganisationDetails(code, name, kind, tier, parent, region, address, phone, schedule)


def standing(row: OrganisationRow, resting: dict[str, int], actor: Actor) -> None:
    """Taking out of use and back, apart from the form."""
    if not row.is_active:
        st.warning("该机构已停用，不再出现在选择列表中。")
        if st.button("恢复使用", key="reactivate"):
            page.perform(
                lambda session: organisations.reactivate(
                    session, row.id, version=row.version, actor=actor, now=page.now()
                ),
                done=f"「{row.name}」已恢复使用",
            )
        return
    rests = "、".join(f"{words.count(count)} {word}" for word, count in resting.items())
    will_do = f"现有{rests}，须先转移或办结才能停用。" if rests else "停用后不再出现在选择列表中，历史不变，可恢复。"
    reason = forms.confirm("停用机构", will_do=will_do, key=f"close-{row.id}", needs="停用原因")
    if reason is not None:
        page.perform(
            lambda session: organisations.deactivate(
                session, row.id, version=row.version, reason=reason, actor=actor, now=page.now()
            ),
            done=f"「{row.name}」已停用",
        )


def windows(row: OrganisationRow, found: Sequence[WindowRow], rows: Sequence[OrganisationRow], actor: Actor) -> None:
    """The windows of a centre, the chosen one's form below."""
    if row.kind not in CENTRE_KINDS:
        tables.empty("这类机构不设窗口", "窗口设在大厅、街道和社区中心")
        return
    chosen = tables.pick(found, WINDOWS, key="windows", alt=f"{row.name}的窗口") if found else None
    if not found:
        tables.empty("还没有窗口", "在下方新增第一个窗口")
    st.markdown(f"**{chosen.number} 号窗口**" if chosen else "**新增窗口**（选中上表一行可修改该窗口）")
    _window_form(row, chosen, rows, actor)
    if chosen:
        _window_standing(chosen, actor)


def _window_form(centre: OrganisationRow, row: WindowRow | None, rows: Sequence[OrganisationRow], actor: Actor) -> None:
    fields = forms.Fields(f"window-{centre.id}-{row.id}-{row.version}" if row else f"window-{centre.id}-{NEW}")
    blank = row or WindowDetails("", "", WindowChannel.STANDARD)
    zones = {None: "（不分区）"} | {
        each.id: each.name for each in rows if each.kind is OrganisationKind.ZONE and each.path.startswith(centre.path)
    }
    serving = {
        each.id: each.name
        for each in rows
        if each.is_active and each.kind in (OrganisationKind.DEPARTMENT, OrganisationKind.INTERMEDIARY)
    }
    with st.form(fields.key("form"), border=False):
        left, right = st.columns(2)
        with left:
            number = fields.text("number", "窗口号", blank.number, placeholder="例如 012")
            channel = fields.choice("channel", "通道", {each: each.label for each in WindowChannel}, blank.channel)
            phone = fields.text("phone", "电话", blank.phone)
        with right:
            name = fields.text("name", "名称", blank.name, placeholder="例如 卫生健康窗口")
            zone = fields.choice("zone_id", "分区", zones, blank.zone_id)
            departments = fields.choices("department_ids", "进驻部门、中介机构", serving, blank.department_ids)
        pressed = st.form_submit_button("保存窗口" if row else "新增窗口", type="primary")
    details = WindowDetails(number, name, channel, zone, phone, tuple(departments))
    if pressed and row is None:
        fields.perform(
            lambda session: organisations.create_window(session, centre.id, details, actor=actor, now=page.now()),
            done=f"已新增 {number} 号窗口",
        )
    elif pressed and row is not None:
        fields.perform(
            lambda session: organisations.edit_window(
                session, row.id, details, version=row.version, actor=actor, now=page.now()
            ),
            done=f"{number} 号窗口已保存",
        )


def _window_standing(row: WindowRow, actor: Actor) -> None:
    if row.is_active:
        reason = forms.confirm(
            "停用窗口", will_do="停用后不能再在该窗口收件。", key=f"close-window-{row.id}", needs="停用原因"
        )
        if reason is not None:
            page.perform(
                lambda session: organisations.deactivate_window(
                    session, row.id, version=row.version, reason=reason, actor=actor, now=page.now()
                ),
                done=f"{row.number} 号窗口已停用",
            )
    elif st.button("恢复窗口", key=f"open-window-{row.id}"):
        page.perform(
            lambda session: organisations.reactivate_window(
                session, row.id, version=row.version, actor=actor, now=page.now()
            ),
            done=f"{row.number} 号窗口已恢复",
        )
