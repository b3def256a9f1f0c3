"""Comparison rules on screen: the list, one rule in words, its versions, its steps, and trying a draft."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from models.enums import FindingList, RuleVersionState
from services.actors import Actor
from services.database import Session
from services.rules import tax_rule_words, tax_rules
from services.rules.tax_rules import CheckKind
from services.tax import composing, fitness, rules
from services.tax.composing import Opened, Trial
from services.tax.rules import KeptRule
from ui import charts, forms, page, tables, words
from ui.charts import Meaning
from ui.tables import Column

NEW = "new"
TRIED = "_tax_rule_tried"
OF_STATE = {
    RuleVersionState.DRAFT: Meaning.NEUTRAL,
    RuleVersionState.PUBLISHED: Meaning.CLOSED,
    RuleVersionState.SUPERSEDED: Meaning.PAUSED,
}
RULES = (
    Column("编号", lambda row: rules.base_code(row.code), width=80),
    Column("名称", "name", width=240),
    Column("比对方式", lambda row: row.definition.kind.label, width=100),
    Column("体制", lambda row: "、".join(each.label for each in row.definition.regimes), width=190),
    Column("版本", lambda row: f"第 {row.number} 版 {row.state.label}", width=130),
    Column("使用", lambda row: _use(row), width=90),
    Column("草稿", lambda row: "有未发布的草稿" if row.has_draft else words.NOTHING, width=130),
)
VERSIONS = (
    Column("版", "number", "number", width=60),
    Column("状态", "state", width=90),
    Column("起草", lambda row: f"{words.brief(row.created_at)} {row.created_by}", width=220),
    Column("发布", lambda row: f"{words.brief(row.published_at)} {row.published_by or ''}".strip(), width=220),
    Column("内容", lambda row: "；".join(tax_rule_words.in_words(tax_rules.parse(row.definition))), width="large"),
)
FOUND = (
    Column("名单", lambda row: row[0].listed.label, width=100),
    Column("主体编号", lambda row: row[0].subject_key, width=190),
    Column("名称", lambda row: row[0].left.name, width=260),
    Column("可信度", lambda row: row[0].confidence.label, width=100),
    Column("同一户概率", lambda row: f"{row[0].probability:.1%}" if row[0].right else words.NOTHING, width=100),
    Column("不一致之处", lambda row: _checks(row[0].detail), width=150),
    Column("来源行", lambda row: row[0].left.row_number, "number", width=80),
    Column("估算税额", lambda row: row[1] or words.NOTHING, width=120, help="按交易当日税率估算，不是核定"),
)


def _use(rule: KeptRule) -> str:
    if rule.state == RuleVersionState.DRAFT:
        return "未发布"
    return "✓ 使用中" if rule.is_active else "已停用"


def _checks(detail: dict[str, Any]) -> str:
    return "、".join(CheckKind(each).label for each in detail.get("checks", [])) or words.NOTHING


def choose(kept: Sequence[KeptRule], *, may_add: bool) -> str | None:
    """The rules, and which of them is asked for; NEW for one to be composed."""
    if pressed := tables.opened(kept, RULES, key="rules", alt="比对规则"):
        page.set_query(rule=pressed.code, edit=None)
    if may_add:
        st.button("新增比对规则", key="rule-add", on_click=page.set_query, kwargs={"rule": NEW, "edit": None})
    asked = page.query("rule")
    known = {each.code for each in kept} | ({NEW} if may_add else set())
    return asked if asked in known else None


def told(found: Opened) -> None:
    """What stands for the rule, in words."""
    newest = found.versions[0]
    use = "使用中" if found.rule.is_active else "已停用"
    badges = [charts.badge(f"第 {newest.number} 版 {newest.state.label}", OF_STATE[newest.state])]
    if found.published:
        badges.append(charts.badge(use, Meaning.CLOSED if found.rule.is_active else Meaning.NEUTRAL))
    st.markdown(f"**{rules.base_code(found.rule.code)} {page.plain(found.rule.name)}**　{' '.join(badges)}")
    standing = found.published or found.draft
    if standing is not None:
        if standing.about:
            st.caption(page.plain(standing.about))
        st.markdown("\n".join(f"- {page.plain(line)}" for line in tax_rule_words.in_words(standing)))


def steps(found: Opened, actor: Actor) -> None:
    """Changing it, publishing the draft, and taking the rule into use or out of it."""
    code = found.rule.code
    with st.container(horizontal=True, vertical_alignment="center"):
        if not page.query("edit"):
            label = "继续修改草稿" if found.draft else "修改"
            st.button(label, key=f"edit-{code}", on_click=page.set_query, kwargs={"edit": "1"})
        if found.draft is not None:
            will_do = f"把 {code} 已保存的草稿发布为新版本，此后的比对按它进行；已做的比对保留当时的版本。"
            if forms.confirm("发布草稿", will_do=will_do, key=f"publish-{code}") is not None:
                page.perform(
                    lambda session: rules.publish(session, code, actor=actor, now=page.now()),
                    done=lambda made: f"规则 {code} 第 {made.number} 版已发布",
                )
        if found.published is not None:
            _switch(code, found.rule.is_active, actor)


def _switch(code: str, is_active: bool, actor: Actor) -> None:
    label = "停用规则" if is_active else "启用规则"
    will_do = "此后的比对不再包括这项规则；已有的结果和线索不变。" if is_active else "此后的比对重新包括这项规则。"
    if forms.confirm(label, will_do=will_do, key=f"switch-{code}") is not None:
        page.perform(
            lambda session: rules.set_active(session, code, not is_active, actor=actor, now=page.now()),
            done=f"规则 {code} 已{label[:2]}",
        )


def versions(found: Opened) -> None:
    """How the rule came to be."""
    st.markdown("**历次版本**")
    tables.show(found.versions, VERSIONS, key="versions", alt="历次版本")


def trial(typed: dict[str, Any], actor: Actor) -> None:
    """Try what is typed on the first rows; nothing of it is stored but that it was done."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        day = st.date_input("截至", page.now().date(), key="try-as-of", format="YYYY-MM-DD", width=150)
        rows = st.number_input("左边名册只看前几行", 100, composing.MOST_ROWS, 5000, 100, key="try-rows", width=180)
        pressed = st.button("试算", key="rule-try")
    mark = tables.signature(typed, day, rows)
    if pressed:
        with st.spinner("正在试算…"), page.transaction() as session:
            made = composing.attempt(session, typed, as_of=day, first_rows=rows, actor=actor, now=page.now())
            weak = fitness.weaknesses(tax_rules.parse(typed))
        page.record(lambda session: _note(session, typed, made, actor))
        st.session_state[TRIED] = (mark, made, weak)
    tried = st.session_state.get(TRIED)
    if tried is not None and tried[0] == mark:
        _result(tried[1], tried[2])
    elif tried is not None:
        st.caption("内容有改动，请重新试算。")


def _note(session: Session, typed: dict[str, Any], made: Trial, actor: Actor) -> None:
    composing.note(session, str(typed["name"]), made, actor=actor, now=page.now())


def _result(made: Trial, weak: Sequence[str]) -> None:
    for each in weak:
        st.markdown(f"{charts.badge('提示', Meaning.WARNING)} {page.plain(each)}")
    if made.reason:
        st.warning(f"无法判定：{page.plain(made.reason)}")
        return
    outcome = made.outcome
    counts = "，".join(
        f"{each.label} {words.count(outcome.count(each))}" for each in (FindingList.CONFIRMED, FindingList.SUSPECTED)
    )
    st.info(
        f"试算（不保存）：对照 {words.count(outcome.compared_left)} 与 {words.count(outcome.compared_right)} 行，{counts}，"
        f"已关联 {words.count(outcome.linked)}，无法判定 {words.count(outcome.undecidable)}。"
    )
    for each in outcome.notes:
        st.caption(page.plain(each))
    if made.shown:
        st.caption(f"前 {len(made.shown)} 条：")
        tables.show(made.shown, FOUND, key="tried", alt="试算结果的前几条")
