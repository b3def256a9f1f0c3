"""Deliveries of registers on screen: the headings led to ours, the quality report, freshness, earlier batches."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from models.enums import REGISTER_KINDS, ImportKind, JobKind
from models.exchange import ImportBatch
from models.registers import Job
from services import jobs as work
from services.actors import Actor
from services.database import Session
from services.exchange import batches, streams
from services.exchange.batches import ImportReport
from services.registers import examining, freshness, loading, mappings
from services.registers.freshness import Freshness
from services.registers.quality import ADVICE, Doubt
from services.registers.sheets import SHEETS
from services.registers.work import keep_upload, report_of
from ui import charts, forms, imports, jobs, page, tables, words
from ui.charts import Meaning
from ui.tables import Column

NOTHING = "（不对应）"
LARGE = 2_000_000  # bytes; some ten thousand rows are looked through while one waits
CHECKED = "register_checked"
TAKEN = "register_taken"
EXAMPLES = (
    Column("行", lambda row: row["row"], "number", width=70),
    Column("列", lambda row: row["column"], width=160),
    Column("内容", lambda row: row["value"], width="large"),
)
BATCHES = (
    Column("时间", lambda row: words.brief(row.imported_at), width=130),
    Column("名册", "kind", width=110),
    Column("来源", lambda row: row.source_name or words.NOTHING, width=120),
    Column("文件", "file_name", width="medium"),
    Column("行数", "rows", "number", width=80),
    Column("新增", "created", "number", width=80),
    Column("变更", "changed", "number", width=70),
    Column("错误", "rejected", "number", width=70),
    Column("状态", lambda row: row.state.label if row.state else words.NOTHING, width=80),
    Column("导入人", "imported_by", width=100),
    Column("校验值", lambda row: row.file_hash[:12], width=120),
)


def board(found: Mapping[ImportKind, Freshness]) -> None:
    """How fresh each register is: what is too old or missing says so in words."""
    with st.grid(4, min_column_width=200, gap="small"):
        for kind in REGISTER_KINDS:
            _card(found[kind])


def _card(each: Freshness) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{each.register.label}**　{_badge(each)}")
        if each.is_missing:
            st.caption("没有导入过；靠它的比对显示无法判定")
            return
        st.caption(
            page.plain(
                f"{words.count(each.records)} 行，{words.brief(each.delivered_at)}"
                + (f"，{each.source_name}" if each.source_name else "")
            )
        )
        st.caption(f"{each.age_days} 天前导入，超过 {each.stale_after_days} 天即过期")


def _badge(each: Freshness) -> str:
    if each.is_missing:
        return charts.badge("缺失", Meaning.NEUTRAL)
    return charts.badge("已过期", Meaning.WARNING) if each.is_stale else charts.badge("有效", Meaning.CLOSED)


def limits(found: Mapping[ImportKind, Freshness], actor: Actor) -> None:
    """From how many days on a register is too old."""
    with st.expander("设置过期天数和联系人"):
        kind = st.selectbox("名册", REGISTER_KINDS, format_func=lambda each: each.label, key="limit-kind")
        fields = forms.Fields(f"limit-{kind}")
        with st.form(f"limit-form-{kind}", border=False):
            days = fields.number("days", "超过多少天算过期", found[kind].stale_after_days)
            contact = fields.text("contact", "送数单位联系人", found[kind].contact)
            if st.form_submit_button("保存"):
                fields.perform(
                    lambda session: freshness.set_limit(
                        session, kind, int(days or 0), contact, actor=actor, now=page.now()
                    ),
                    done=f"「{kind.label}」的过期天数已保存",
                )


def headings(kind: ImportKind, path: Path, kept: Mapping[str, str]) -> dict[str, str]:
    """What leads the file's headings to ours: by name, by what was kept, or chosen here. Guesses are offered, not taken."""
    sheet, there = SHEETS[kind], streams.headings(path)
    mapped = {theirs: ours for theirs, ours in kept.items() if theirs in there}
    lacking = [ours for ours in sheet.titles if ours not in there and ours not in mapped.values()]
    if not lacking:
        return mapped
    guessed = {ours: theirs for theirs, ours in mappings.guesses(sheet, there).items()}
    free = [title for title in there if title and title not in sheet.titles and title not in mapped]
    with st.expander(f"列名对应：表里没有 {'、'.join(lacking)}", expanded=bool(mappings.missing(sheet, there, mapped))):
        st.caption("把来表的列对应到本表的列；带「建议」的请核对后再选。不对应的选填列按没有处理。")
        for ours in lacking:
            hint = f"建议：{guessed[ours]}" if ours in guessed else None
            star = " *" if ours in sheet.required else ""
            chosen = st.selectbox(
                f"{ours}{star}", [NOTHING, *free], key=f"map-{kind}-{ours}", help=hint, placeholder=hint
            )
            if hint:
                st.caption(page.plain(hint))
            if chosen and chosen != NOTHING:
                mapped[chosen] = ours
    return mapped


def quality(report: ImportReport) -> None:
    """What is doubtful about the good rows: each figure opens its rows, with what it means and what to do."""
    found = report.quality or {}
    doubts = [(Doubt(name), each) for name, each in found.items() if name in set(Doubt)]
    if not doubts:
        st.caption("✓ 没有发现可疑的内容")
        return
    st.markdown("**数据质量**（不影响导入，供送数单位核对）")
    for doubt, each in sorted(doubts, key=lambda pair: -pair[1]["count"]):
        with st.expander(f"{doubt.label}　{words.count(each['count'])} 行"):
            st.caption(ADVICE[doubt])
            tables.show(each["rows"], EXAMPLES, key=f"quality-{doubt}", alt=f"{doubt.label}的行")
            if each["count"] > len(each["rows"]):
                st.caption(f"仅列出前 {len(each['rows'])} 行。")


def checked(kind: ImportKind, path: Path, name: str, mapped: Mapping[str, str], actor: Actor) -> ImportReport | None:
    """What taking the file in would do, once it was asked for: a large file is looked through by a job."""
    mark = f"{path.stem}-{kind}-{sorted(mapped.items())}"
    is_large, is_asked = path.stat().st_size > LARGE, st.button("预检", key="check")
    if is_asked:
        st.session_state.pop(TAKEN, None)
    if is_asked and not is_large:
        with st.spinner("正在逐行检查…"), page.transaction() as session:
            st.session_state[CHECKED] = (mark, _trial(session, kind, path, name, mapped, actor))
    elif is_asked:
        parameters = {"path": str(path), "file_name": name, "kind": kind.value, "mapped": dict(mapped), "mark": mark}
        title = f"预检「{kind.label}」{name}"
        page.perform(
            lambda session: work.start(session, JobKind.REGISTER_CHECK, title, parameters, actor=actor, now=page.now()),
            done="已开始预检，进度见下方",
            then=jobs.launch,
        )
    if st.session_state.get(TAKEN) == path.stem:
        return None
    if is_large and (job := jobs.panel(JobKind.REGISTER_CHECK, actor, mark=mark)) is not None:
        return report_of(job)
    kept, report = st.session_state.get(CHECKED, ("", None))
    return report if kept == mark else None


def taken(path: Path, job: Job) -> None:
    """For `then` of page.perform: the file is on its way in, its report is done with."""
    st.session_state[TAKEN] = path.stem
    jobs.launch(job)


def _trial(
    session: Session, kind: ImportKind, path: Path, name: str, mapped: Mapping[str, str], actor: Actor
) -> ImportReport:
    examined = examining.examine(path, name, kind, mapped=mapped, today=page.now().date())
    return loading.already(session, examined, actor) or loading.trial(session, examined, actor)


def start(
    session: Session,
    kind: ImportKind,
    content: bytes,
    name: str,
    mapped: Mapping[str, str],
    choice: Mapping[str, Any],
    actor: Actor,
) -> Any:
    """The delivery as a job; the mapping is kept under the source's name."""
    if choice["source"] and mapped:
        mappings.keep(session, kind, choice["source"], mapped, actor=actor, now=page.now())
    parameters = {
        "path": str(keep_upload(content)),
        "file_name": name,
        "kind": kind.value,
        "mapped": dict(mapped),
        "source_name": choice["source"],
        "is_full": choice["is_full"],
        "on_error": choice["on_error"],
    }
    title = f"导入「{kind.label}」{name}"
    return work.start(session, JobKind.REGISTER_IMPORT, title, parameters, actor=actor, now=page.now())


def earlier(rows: Sequence[ImportBatch], actor: Actor) -> None:
    """The batches, and taking one back."""
    if not rows:
        tables.empty("还没有导入过名册", "在上方选择文件，先预检再导入")
        return
    chosen = tables.pick(rows, BATCHES, key="batches", alt="导入批次，选择一行可查看质量报告或撤销")
    if chosen is None:
        return
    quality(ImportReport(chosen.kind, chosen.rows, 0, 0, 0, 0, [], quality=chosen.quality or {}))
    if chosen.undone_at is None:
        will_do = f"撤销「{page.plain(chosen.file_name)}」：删除这批行，恢复它替换的内容；已用于比对的不能撤销。"
        if forms.confirm("撤销该批次", will_do=will_do, key=f"undo-{chosen.id}") is not None:
            page.perform(
                lambda session: batches.undo(
                    session, batches.get(session, chosen.id, actor), actor=actor, now=page.now()
                ),
                done=f"已撤销「{chosen.file_name}」",
            )


def summary(report: ImportReport) -> None:
    imports.summary(report)
    imports.findings(report, key="register")
    quality(report)
