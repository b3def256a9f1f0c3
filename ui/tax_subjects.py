"""One subject side by side: what each department says, why two records are taken for one party, and judging it."""

import functools
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from models.enums import FindingList, MatchStage, PairVerdictKind, Permission
from models.registers import RegisterRecord
from models.taxes import PairVerdict, TaxFinding, TaxRun
from services.actors import Actor
from services.rules.tax_rules import CheckKind
from services.tax import reviewing, subjects, verdicts
from services.tax.subjects import Subject
from ui import charts, forms, page, tables, words
from ui.charts import Meaning
from ui.tax_results import BACK, MEANING

COMPARISONS = "pages/tax/comparisons.py"
SHOWN = "_tax_revealed"
JUDGEABLE = (MatchStage.FUZZY, MatchStage.REPAIRED, MatchStage.JUDGED)  # a link by plain codes leaves nothing to judge


def way_back() -> None:
    st.page_link(COMPARISONS, label="← 返回比对结果", query_params=st.session_state.get(BACK, {}))


def head(found: TaxFinding, rule_name: str) -> None:
    """What was found, in one line and a reason."""
    st.markdown(
        f"{charts.badge(found.listed.label, MEANING[found.listed])} {charts.badge(found.confidence.label, Meaning.NEUTRAL)}"
        f"　{page.plain(rule_name)}"
    )
    checks = [CheckKind(each).label for each in found.detail.get("checks", [])]
    if checks:
        st.markdown(f"**不一致之处：{'、'.join(checks)}**")
    elif found.listed == FindingList.CONFIRMED:
        st.caption("另一边没有代码、证件一致的记录，也没有名称地址足够接近的候选。")
    if found.detail.get("estimate"):
        st.caption(page.plain(str(found.detail["estimate"])))


def side_by_side(subject: Subject) -> None:
    """A column a record; differences are marked by a word, not by colour alone."""
    titles = [f"{place + 1} {each.register.label}" for place, each in enumerate(subject.seen)]
    rows = {
        "如何找到": [each.how for each in subject.seen],
        **{("≠ " if line.differs else "") + line.title: line.values for line in subject.lines},
        "来源": [f"{each.file_name} 第 {each.record.row_number} 行" for each in subject.seen],
        "导入时间": [words.brief(each.imported_at) for each in subject.seen],
    }
    frame = pd.DataFrame(rows, index=titles).T.reset_index(names="项目")
    st.dataframe(
        frame, hide_index=True, height="content", key="side-by-side", alt="各部门登记并列，标 ≠ 的行各处不一致"
    )
    st.caption("标 ≠ 的行各处不一致。")


def timeline(subject: Subject) -> None:
    if subject.timeline:
        st.markdown("**时间线**")
        for day, what in subject.timeline:
            st.markdown(f"- {words.day(day)}　{page.plain(what)}")


def reasons(found: TaxFinding) -> None:
    """The waterfall of the match: from the start over every field to the sum."""
    steps = found.detail.get("reasons", [])
    if not steps:
        return
    total = sum(step["bits"] for step in steps)
    if len(steps) == 1:
        st.info(page.plain(str(steps[0]["label"])))
        return
    question = f"为什么认为是同一户？（可能性 {found.probability:.1%}）"
    named = [(f"{_field(step['name'])}{step['label']}", step["bits"]) for step in steps]
    charts.draw(charts.waterfall(question, named), key=f"why-{found.id}", alt="各项依据对同一户判断的增减")
    st.caption(
        f"每一项是对数（以 2 为底）的证据量，正数支持同一户，负数反对；合计 {total:+.1f}，即可能性 {found.probability:.1%}。"
    )


def _field(name: str) -> str:
    if name in ("prior", "calibration"):
        return ""
    return "少见程度：" if "·" in name else ""


def judge(found: TaxFinding, run: TaxRun, standing: Sequence[PairVerdict], actor: Actor) -> None:
    """同一户 / 不同户 / 待核, with its reason; a standing verdict can be taken back. In a review the next pair follows."""
    if found.stage not in JUDGEABLE or not actor.may(Permission.TAX_LEADS):
        return
    _standing(standing, actor)
    following = _following(found, run, actor) if page.query("review") else None
    with st.form(f"verdict-{found.id}"):
        st.markdown("**这两条记录是不是同一户？**")
        reason = st.text_input(
            "理由（必填）", key=f"verdict-reason-{found.id}", placeholder="如：电话核实，法定代表人相同"
        )
        with st.container(horizontal=True):
            pressed = {
                kind: st.form_submit_button(kind.label, key=f"verdict-{kind}-{found.id}") for kind in PairVerdictKind
            }
    chosen = next((kind for kind, is_pressed in pressed.items() if is_pressed), None)
    if chosen is not None:
        page.perform(
            lambda session: verdicts.give(session, found.id, chosen, reason, actor=actor, now=page.now()),
            done=f"「{found.name}」已判定为{chosen.label}；下次比对起生效",
            then=lambda _: page.set_query(finding=following) if following else None,
        )


def _standing(standing: Sequence[PairVerdict], actor: Actor) -> None:
    for verdict in standing:
        at, said = words.brief(verdict.given_at), verdict.verdict.label
        st.info(page.plain(f"{verdict.given_by}于 {at} 判定为{said}：{verdict.reason}"))
        if st.button("撤回这条判定", key=f"revoke-{verdict.id}"):
            page.perform(
                functools.partial(verdicts.revoke, verdict_id=verdict.id, actor=actor, now=page.now()),
                done="判定已撤回，下次比对按证据重新判断",
            )


def _following(found: TaxFinding, run: TaxRun, actor: Actor) -> int | None:
    """The next pair that waits for a judgement; says how many there are, and lets this one be skipped."""
    with page.transaction() as session:
        waiting = reviewing.waiting(session, run, actor)
    others = [each for each in waiting if each != found.id]
    place = waiting.index(found.id) if found.id in waiting else -1
    following = next(iter([*waiting[place + 1 :], *others]), None)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"待人工判定 {words.count(len(waiting))} 对")
        if following:
            st.button("跳过，看下一对", key="review-next", on_click=page.set_query, kwargs={"finding": following})
    return following


def evidence(record: RegisterRecord, actor: Actor) -> None:
    """The row as delivered, ids masked; in full for a reason, which is recorded."""
    rows = subjects.evidence(record)
    tables.show(
        [dict(zip(("title", "cell"), row, strict=True)) for row in rows],
        [tables.Column("列", lambda row: row["title"], width=150), tables.Column("原样内容", lambda row: row["cell"])],
        key=f"evidence-{record.id}",
        alt="送来的原样内容",
    )
    shown = st.session_state.get(SHOWN, {}).get(record.id)
    if shown is not None:
        for title, cell in shown:
            st.code(f"{title}：{cell}", language=None)
    elif actor.may(Permission.TAX_REVEAL):
        will_do = "显示这一行里个人证件号的全文；您的姓名、时间和理由会记入审计。"
        reason = forms.confirm("查看完整证件号", will_do=will_do, key=f"reveal-{record.id}", needs="理由")
        if reason is not None:
            page.perform(
                lambda session: subjects.reveal(session, record.id, reason, actor=actor, now=page.now()),
                done="已记入审计",
                then=lambda cells: st.session_state.setdefault(SHOWN, {}).__setitem__(record.id, cells),
            )
