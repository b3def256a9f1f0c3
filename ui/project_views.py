"""The board of a project, its critical path, and what may be done with a permit."""

from collections.abc import Sequence

import streamlit as st

from models.enums import CaseType, MaterialState, Necessity, Permission, PermitState, StageState
from services import projects
from services.actors import Actor
from services.bundles.composing import BundleCard
from services.cases import applicants
from services.cases.applicants import ApplicantEntry
from services.cases.intake import MaterialEntry, material_key
from services.catalogue import items
from services.projects import Board, BoardPermit, BoardStage, NewProject, ProjectCard
from services.rules import gates
from services.rules.guide import Material
from ui import charts, forms, intake_materials, page, project_charts, tables, words
from ui.charts import Meaning
from ui.tables import Column

CASE = "pages/cases/case.py"
STAGE_MEANING = {
    StageState.SHUT: Meaning.NEUTRAL,
    StageState.OPEN: Meaning.OPEN,
    StageState.PASSED: Meaning.CLOSED,
}
TURN = {state: turn for turn, state in enumerate(PermitState)} | {PermitState.READY: -1}  # what can be done first
PERMITS = (
    Column("事项", lambda row: f"{project_charts.SIGN[row.state]} {row.name}", width=230),
    Column("部门", "department", width=120),
    Column("状态", lambda row: row.state.label, width=78),
    Column("必办", lambda row: "必办" if row.is_mandatory else "按情形", width=64),
    Column("现由谁办", lambda row: row.holder or words.NOTHING, width=110),
    Column("剩余工作日", lambda row: _left(row), width=90),
    Column("办件编号", lambda row: row.case_number or words.NOTHING, width=178),
)
PATH = (
    Column("事项", "name", width=240),
    Column("部门", "department", width=130),
    Column("还需工作日", lambda row: row.days if row.days_left is None else max(row.days_left, 0), "number", width=90),
    Column("可拖延", lambda row: "关键，不能拖" if row.is_critical else f"{row.slack} 个工作日", width=110),
    Column("提前 1 天可使全程提前", lambda row: f"{row.saved} 天", width=160),
)


def _left(row: BoardPermit) -> str:
    if row.days_left is None:
        return words.NOTHING
    return f"⚠ 超 {-row.days_left}" if row.days_left < 0 else f"{row.days_left}"


def choose(rows: Sequence[ProjectCard]) -> str | None:
    """Which project; the address remembers it."""
    known = {row.number: row for row in rows}
    if page.query("project") in known and st.session_state.get("project") not in known:
        st.session_state["project"] = page.query("project")
    chosen = st.selectbox(
        "项目",
        list(known),
        format_func=lambda each: f"{known[each].name}　{known[each].applicant_name}　{each}",
        key="project",
        placeholder="按名称、申请人或编号查找",
        width=640,
    )
    page.set_query(project=chosen)
    return chosen


def heading(board: Board) -> None:
    """Where the project stands, in figures."""
    promised = sum(stage.promise_days for stage in board.stages)
    used = sum(stage.used for stage in board.stages)
    settled = sum(stage.settled for stage in board.stages)
    with st.grid(4, min_column_width=170):
        st.metric("当前阶段", board.current.name, border=True)
        st.metric("已取得或不适用", f"{settled} / {len(board.permits)} 项", border=True)
        st.metric(
            "政府已用工作日",
            f"{used:.1f} / {promised}",
            border=True,
            help="申请人准备和特别程序的时间不计入（R-TIM-13）",
        )
        st.metric(
            "预计全部取得", board.ends_on.isoformat(), border=True, help=f"关键路径还需 {board.days_to_go} 个工作日"
        )


def stages(board: Board) -> None:
    """One block a stage, the current one open."""
    for stage in board.stages:
        title = f"第 {stage.number} 阶段　{stage.name}　{stage.state.label}　{stage.settled} / {len(stage.permits)} 项"
        with st.expander(title, expanded=stage is board.current):
            _stage(stage)


def _stage(stage: BoardStage) -> None:
    late = stage.used > stage.promise_days
    used = f"政府已用 {stage.used:.1f} / 承诺 {stage.promise_days} 个工作日"
    badge = charts.badge(stage.state.label, STAGE_MEANING[stage.state])
    warning = f"　{charts.badge('⚠ 超过承诺', Meaning.RED)}" if late else ""
    st.markdown(f"{badge}　{used}{warning}")
    tables.show(stage.permits, PERMITS, key=f"stage-{stage.number}", alt=f"{stage.name}的事项")
    waived = [row for row in stage.permits if row.reason]
    for row in waived:
        st.caption(page.plain(f"不适用：{row.name}　原因：{row.reason}"))


def gantt(board: Board) -> None:
    names = {stage.number: f"第 {stage.number} 阶段 {stage.name}" for stage in board.stages}
    chosen = st.segmented_control(
        "阶段",
        list(names),
        default=board.current.number,
        format_func=names.__getitem__,
        key="gantt-stage",
        required=True,
    )
    rows = board.stages[chosen - 1].permits
    st.caption("灰色为计划，下方彩色为实际；★ 在关键路径上。")
    st.plotly_chart(
        project_charts.gantt(rows, page.now().date()),
        config=charts.CONFIG,
        key=f"gantt-{board.project.number}-{chosen}",
        alt=f"{names[chosen]}的计划与实际：" + "；".join(f"{row.name} {row.state.label}" for row in rows),
    )


def path(board: Board) -> None:
    """What the end hangs on."""
    if not board.path:
        tables.empty("所有事项都已取得", "没有还在等待的事项")
        return
    st.markdown(f"**最长的一条链还需 {board.days_to_go} 个工作日**　{page.plain(' → '.join(board.path))}")
    rows = sorted(
        (row for row in board.permits if row.state not in gates.SETTLED), key=lambda row: (row.slack, row.stage)
    )
    tables.show(rows, PATH, key="path", alt="未取得的事项：可拖延多久，提前一天有什么用")


def act(board: Board, actor: Actor) -> None:
    """Apply for a permit, or say that it does not apply."""
    left = [row for row in board.permits if row.state is not PermitState.GRANTED]
    rows = {row.id: row for row in sorted(left, key=lambda row: (TURN[row.state], row.stage))}
    chosen = st.selectbox(
        "事项",
        list(rows),
        format_func=lambda each: f"第 {rows[each].stage} 阶段　{rows[each].name}　{rows[each].state.label}",
        key=f"permit-{board.project.number}",
        width=560,
    )
    if chosen is None:
        tables.empty("所有事项都已取得", "没有需要申报的事项")
        return
    row = rows[chosen]
    if row.case_number:
        st.page_link(CASE, label=f"查看办件 {row.case_number}", query_params={"number": row.case_number})
    if row.state is PermitState.NOT_APPLICABLE:
        _take_back(board, row, actor)
        return
    if row.problem:
        st.info(page.plain(row.problem))
    else:
        _apply(board, row, actor)
    if row.state is not PermitState.OPEN:
        _waive(board, row, actor)


def _apply(board: Board, row: BoardPermit, actor: Actor) -> None:
    number = board.project.number
    with page.transaction() as session:
        guide = items.published(session, actor.district_id, row.id).guide
    fields = forms.Fields(f"apply-{number}-{row.id}")
    with st.form(f"apply-form-{number}-{row.id}", border=True):
        st.markdown(f"**申报：{page.plain(row.name)}**　承诺 {row.days} 个工作日")
        entries = [_material(material_key(each, place), each, fields) for place, each in enumerate(guide.materials)]
        fields.place("materials")
        pressed = st.form_submit_button("申报", type="primary", shortcut="F9")
    if pressed:
        given = () if guide.project_type == CaseType.IMMEDIATE else entries
        fields.perform(
            lambda session: projects.apply(session, number, row.id, given, actor=actor, now=page.now()),
            done=lambda filed: f"已申报「{row.name}」，办件编号 {filed.number}",
        )


def _material(key: str, material: Material, fields: forms.Fields) -> MaterialEntry:
    choices = intake_materials.CHOICES[material.necessity]
    default = MaterialState.NOT_APPLICABLE if material.necessity == Necessity.CONDITIONAL else None
    chosen = st.segmented_control(
        f"{material.name}（{intake_materials.MARKS[material.necessity]}）",
        choices,
        default=default,
        format_func=lambda each: each.label,
        key=fields.key(key),
    )
    return MaterialEntry(key, chosen or MaterialState.MISSING)


def _waive(board: Board, row: BoardPermit, actor: Actor) -> None:
    reason = forms.confirm(
        "注明不适用",
        will_do=f"本项目不需要办理「{row.name}」：不再挡住下一阶段，原因和经办人会留下记录，可以撤回。",
        key=f"waive-{board.project.number}-{row.id}",
        needs="不适用的原因",
    )
    if reason is not None:
        page.perform(
            lambda session: projects.mark_not_applicable(
                session, board.project.number, row.id, reason, actor=actor, now=page.now()
            ),
            done=f"「{row.name}」已注明不适用",
        )


def _take_back(board: Board, row: BoardPermit, actor: Actor) -> None:
    st.caption(page.plain(f"已注明不适用：{row.reason}"))
    if st.button("撤回，改为需要办理", key=f"unwaive-{row.id}"):
        page.perform(
            lambda session: projects.take_back(session, board.project.number, row.id, actor=actor, now=page.now()),
            done=f"「{row.name}」已改为需要办理",
        )


def new(cards: Sequence[BundleCard], actor: Actor) -> None:
    """Open a project."""
    if not cards:
        tables.empty("还没有按阶段办理的一件事", "请先装入「项目报建」的阶段和事项")
        return
    fields = forms.Fields("project-new")
    key = st.session_state.setdefault("_project-form", tables.signature(page.now()))
    with st.form("project-new-form", border=True, width=640):
        name = fields.text("project_name", "项目名称", max_chars=200, placeholder="如 天府软件园二期 3 号楼")
        bundle = fields.choice("bundle", "办理方式", {card.id: card.name for card in cards}, cards[0].id)
        id_number = fields.text("id_number", "建设单位证件号码", autocomplete="off", placeholder="统一社会信用代码")
        applicant = fields.text("name", "建设单位名称", autocomplete="off")
        phone = fields.text("phone", "联系电话", autocomplete="off")
        start = fields.day("starts_on", "计划开始日期", page.now().date())
        pressed = st.form_submit_button("建立项目", type="primary", shortcut="F9")
    if pressed:
        entry = ApplicantEntry(applicant, id_number, applicants.guess_id_type(id_number), phone)
        asked = NewProject(name, bundle, entry, start or page.now().date(), key)
        fields.perform(
            lambda session: projects.open_project(session, asked, actor=actor, now=page.now()).number,
            done=lambda number: f"项目已建立，编号 {number}",
            then=_go_to,
        )


def _go_to(number: str) -> None:
    st.session_state.pop("_project-form", None)
    st.session_state.pop("project", None)
    page.set_query(project=number)


def may_act(actor: Actor) -> bool:
    return actor.may(Permission.CASES_INTAKE)
