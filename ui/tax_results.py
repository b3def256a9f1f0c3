"""The comparisons on screen: starting them, each rule's newest result, its proof, its lists."""

import dataclasses
from collections.abc import Mapping, Sequence
from decimal import Decimal

import streamlit as st

from models.enums import Confidence, FindingList, ImportKind, JobKind, Permission, Regime, RunState
from models.taxes import TaxFinding, TaxRun
from services import database
from services import jobs as work
from services.actors import Actor
from services.tax import exporting, findings, reviewing, runs
from services.tax.findings import Filter
from services.tax.rules import KeptRule, base_code
from ui import charts, imports, jobs, page, pickers, tables, words
from ui.charts import Bar, Meaning
from ui.tables import Column

SUBJECT = "pages/tax/subject.py"
BACK = "_tax_list"
MEANING = {
    FindingList.CONFIRMED: Meaning.RED,
    FindingList.SUSPECTED: Meaning.WARNING,
    FindingList.LINKED: Meaning.CLOSED,
}
ORDERS = {"row": "按来源行号", "estimate": "估算税额从高到低", "probability": "概率从高到低", "name": "按名称"}
FINDINGS = (
    Column("主体编号", "subject_key", width=190),
    Column("名称", "name", width=260),
    Column("可信度", "confidence", width=100),
    Column("同一户概率", lambda row: f"{row.probability:.1%}" if row.right_record_id else words.NOTHING, width=100),
    Column("比对环节", "stage", width=140),
    Column("估算税额", lambda row: _estimate(row), width=130, help="按交易当日税率估算，不是核定"),
    Column("行业", lambda row: row.industry or words.NOTHING, width=100),
    Column("街道", lambda row: row.street or words.NOTHING, width=110),
)


def _estimate(row: TaxFinding) -> str:
    if row.estimate is not None:
        return f"{row.estimate:,.2f} 元"
    return "无法估算" if row.detail.get("estimate") else words.NOTHING


def controls(rules: Sequence[KeptRule], actor: Actor) -> None:
    """Which rules, as of which day, in which regime."""
    if not actor.may(Permission.TAX_COMPARE):
        return
    with st.form("run", border=True), st.container(horizontal=True, vertical_alignment="bottom"):
        day = st.date_input("截至", page.now().date(), key="as_of", format="YYYY-MM-DD", width=150)
        regimes = Regime.labels()
        regime = st.selectbox("体制", list(regimes)[::-1], format_func=regimes.__getitem__, key="regime", width=160)
        codes = {base_code(rule.code): rule.name for rule in rules if rule.is_active}
        chosen = st.multiselect(
            "规则",
            list(codes),
            format_func=lambda code: f"{code} {codes[code]}",
            key="codes",
            placeholder="全部规则",
            width=420,
        )
        pressed = st.form_submit_button("开始比对", type="primary", shortcut="F9")
    if pressed:
        parameters = {"as_of": (day or page.now().date()).isoformat(), "regime": regime, "codes": chosen}
        title = f"截至 {parameters['as_of']} 的比对（{'、'.join(chosen) or '全部规则'}）"
        page.perform(
            lambda session: work.start(session, JobKind.RECONCILIATION, title, parameters, actor=actor, now=page.now()),
            done="已开始比对，进度见下方",
            then=jobs.launch,
        )


@dataclasses.dataclass(frozen=True)
class Line:
    """A rule with its newest run."""

    id: int
    rule: KeptRule
    made: TaxRun | None

    def figure(self, name: str) -> int | None:
        """A figure of the run; nothing for a run that could not be decided, which is no 0."""
        return getattr(self.made, name) if self.made and self.made.state == RunState.DONE else None

    @property
    def told(self) -> str:
        if self.made is None:
            return "还没有比对过"
        if self.made.state == RunState.UNDECIDABLE:
            return f"— 无法判定：{self.made.reason}"
        return f"✓ 截至 {words.day(self.made.as_of)}"


LINES = (
    Column("规则", lambda row: base_code(row.rule.code), width=70),
    Column("名称", lambda row: row.rule.name, width=230),
    Column("体制", lambda row: "、".join(each.label for each in row.rule.definition.regimes), width=150),
    Column("确认疑点", lambda row: words.count(row.figure("confirmed")), width=90),
    Column("疑似同一户", lambda row: words.count(row.figure("suspected")), width=90, help="待人工判定，不计入疑点"),
    Column("已关联", lambda row: words.count(row.figure("linked")), width=90),
    Column("无法判定", lambda row: words.count(row.figure("undecidable")), width=90),
    Column("最近一次", "told", width="large"),
)


def board(rules: Sequence[KeptRule], newest: Mapping[int, TaxRun]) -> str | None:
    """Every rule with its newest result; the code of the one asked for."""
    lines = [Line(rule.id, rule, newest.get(rule.id)) for rule in rules if rule.is_active]
    opened = tables.opened(lines, LINES, key="rules", alt="比对规则和最近结果", verb="看结果")
    if opened is not None:
        page.set_query(
            rule=opened.rule.code,
            run=None,
            list=None,
            confidence=None,
            source=None,
            industry=None,
            street=None,
            words=None,
        )
        st.rerun()
    asked = page.query("rule")
    return asked if asked in {line.rule.code for line in lines} else None


def proof(made: TaxRun) -> None:
    """What the figures rest on: rows on both sides and how fresh they are; 0 is a result with its proof."""
    if made.state == RunState.UNDECIDABLE:
        st.warning(f"无法判定：{page.plain(made.reason)}。导入或更新后再比对；在此之前不能当作没有疑点。")
        return
    head = f"对照 {words.count(made.compared_left)} 户与 {words.count(made.compared_right)} 行"
    sources = "；".join(
        f"{ImportKind(each['register']).label} {words.count(each['records'])} 行，{each['age_days']} 天前导入"
        for each in made.summary["sources"]
        if each["age_days"] is not None
    )
    zero = "　结果为 0 条。" if not made.confirmed else ""
    how = "　在上一次的基础上只比变化部分。" if made.is_delta else ""
    st.caption(page.plain(f"{head}。{sources}。{zero}{how}"))
    for note in made.summary.get("notes", []):
        st.warning(page.plain(note))
    if made.summary.get("estimate"):
        missing = made.summary["not_estimated"]
        extra = f"，另有 {words.count(missing)} 条无法估算" if missing else ""
        st.caption(
            f"确认疑点涉及税款估算合计 {words.money(Decimal(made.summary['estimate']))}{extra}（估算，不是核定）"
        )
    st.caption(
        f"输入校验值 {made.input_hash[:16]}，结果校验值 {(made.result_hash or '')[:16]}：数据和日期不变，结果不变"
    )


def pictures(rule: KeptRule, made: TaxRun, earlier: Sequence[TaxRun]) -> None:
    """By industry and street; a click filters the list. The trend over runs."""
    left, middle, right = st.columns(3)
    for column, name, question in (
        (left, "industry", "疑点集中在哪些行业？"),
        (middle, "street", "疑点集中在哪些街道？"),
    ):
        rows = made.summary.get(f"by_{name}", [])[:8]
        with column:
            if rows:
                bars = [Bar(label, count, label, meaning=Meaning.RED) for label, count in rows]
                chosen = charts.clicked(charts.bars(question, bars), key=f"{name}-{made.id}", alt=question)
                if chosen and chosen != page.query(name):
                    page.set_query(**{name: chosen})
                    st.rerun()
    with right:
        points = [(run.as_of.isoformat(), run.confirmed) for run in reversed(earlier) if run.state == RunState.DONE]
        if len(points) > 1:
            charts.draw(
                charts.trend("确认疑点是多了还是少了？", points), key=f"trend-{made.id}", alt="历次比对的确认疑点数"
            )


def figures(made: TaxRun) -> None:
    """The confirmed ones by confidence and by source; a press opens the list that the figure counts."""
    with st.container(horizontal=True, gap="xsmall"):
        for name, kind in (("confidence", Confidence), ("source", ImportKind)):
            for value, count in made.summary.get(f"by_{name}", []):
                st.button(
                    f"{kind(value).label}　**{words.count(count)}**",
                    key=f"figure-{made.id}-{value}",
                    on_click=page.set_query,
                    kwargs=dict.fromkeys(("confidence", "source", "industry", "street", "words", "list"))
                    | {name: value},
                )


def listed(made: TaxRun, actor: Actor) -> None:
    """The lists of the run: filtered by the address, paged by the server, each row opens its subject."""
    tabs = {each.value: f"{each.label} {words.count(getattr(made, each.value))}" for each in FindingList}
    tabs[FindingList.LINKED.value] = FindingList.LINKED.label
    confidences = {each.value: each.label for each in Confidence}
    chosen = pickers.bar(
        [
            pickers.Filter("list", "名单", tabs, 150, any_label=tabs["confirmed"]),
            pickers.Filter("confidence", "可信度", confidences, 130),
            pickers.Filter("source", "来源", _sources(made), 120),
            pickers.Filter("industry", "行业", _options(made, "industry"), 130),
            pickers.Filter("street", "街道", _options(made, "street"), 130),
            pickers.Filter("order", "排序", ORDERS, 160, any_label=ORDERS["row"]),
        ],
        search=pickers.Words(placeholder="名称或编号"),
        key="tax",
    )
    asked = Filter(
        FindingList(chosen["list"] or "confirmed"),
        chosen["confidence"], chosen["source"], chosen["industry"], chosen["street"], chosen["words"], chosen["order"] or "row",
    )  # fmt: skip
    number = tables.page_number("page", (made.id, asked))
    with page.transaction() as session:
        rows, total = findings.page(session, made, asked, number, actor)
    page.record(
        lambda session: findings.note(session, made, asked, total, actor=actor, now=page.now()), seen=(made.id, asked)
    )
    if asked.listed == FindingList.LINKED:
        st.caption("这里只列靠校验修复、近似比对或人工判定关联的户，代码直接一致的不列。")
    if asked.listed == FindingList.SUSPECTED and actor.may(Permission.TAX_LEADS):
        _review(made, actor)
    if not rows:
        tables.empty("没有符合条件的结果", "去掉上面的条件再看")
    else:
        opened = tables.opened(rows, FINDINGS, key="findings", alt="比对结果")
        tables.pages("page", total=total, page=number, per_page=findings.PER_PAGE)
        if opened is not None:
            open_subject(opened.id)
    _export(made, asked, actor)


def _options(made: TaxRun, name: str) -> dict[str, str]:
    return {value: value for value, _ in made.summary.get(f"by_{name}", [])}


def _sources(made: TaxRun) -> dict[str, str]:
    return {each["register"]: ImportKind(each["register"]).label for each in made.summary["sources"]}


def _export(made: TaxRun, asked: Filter, actor: Actor) -> None:
    page.offer_download(
        f"按当前条件导出{asked.listed.label}",
        lambda session: _exported(session, made, asked, actor),
        f"比对结果-{made.as_of}-{asked.listed.label}.xlsx",
        imports.XLSX,
        key="export-findings",
    )


def _exported(session: database.Session, made: TaxRun, asked: Filter, actor: Actor) -> bytes:
    """Made in a reading session, so that nobody waits for it; then written down."""
    content, count = exporting.workbook(session, made, asked, actor)
    with database.writing() as writing:
        exporting.note(writing, made, count, actor=actor, now=page.now())
    return content


def _review(made: TaxRun, actor: Actor) -> None:
    """The way to the pairs that wait for a judgement, one after the other."""
    with page.transaction() as session:
        waiting = reviewing.waiting(session, made, actor)
    with st.container(horizontal=True, vertical_alignment="center"):
        if waiting and st.button("逐对判定", key="review", type="primary"):
            open_subject(waiting[0], review=True)
        st.caption(f"待人工判定 {words.count(len(waiting))} 对；判定从下次比对起生效，也用来重估匹配权重。")


def open_subject(finding_id: int, *, review: bool = False) -> None:
    st.session_state[BACK] = {name: page.query(name) for name in st.query_params}
    st.switch_page(SUBJECT, query_params={"finding": str(finding_id)} | ({"review": "1"} if review else {}))


def of_rule(session: database.Session, rule: KeptRule, actor: Actor) -> tuple[TaxRun | None, Sequence[TaxRun]]:
    """(the run asked for or the newest, the rule's runs)."""
    earlier = runs.history(session, rule.id, actor)
    asked = page.identity(page.query("run"))
    made = next((each for each in earlier if each.id == asked), earlier[0] if earlier else None)
    return made, earlier


def run_choice(earlier: Sequence[TaxRun], made: TaxRun) -> None:
    """An earlier run of the rule to look at."""
    if len(earlier) < 2:
        return
    labels = {
        str(each.id): f"{words.brief(each.started_at)}　截至 {each.as_of}　{each.state.label}" for each in earlier
    }
    st.selectbox(
        "第几次比对",
        list(labels),
        list(labels).index(str(made.id)),
        format_func=labels.__getitem__,
        key=f"run-choice-{made.rule_id}",
        on_change=page.set_query_from,
        args=("run", f"run-choice-{made.rule_id}"),
        width=420,
    )
