"""Composing a comparison rule on screen, without code: two sides, the keys, the checks, the taxes; trying and saving it."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from models.enums import REGISTER_KINDS, ImportKind, Payer, Regime, RuleKind, TaxKind
from services.actors import Actor
from services.rules.tax_rules import LONGEST_GRACE, CheckKind, Definition, Section, Side, Standing
from services.tax import fitness, rules
from services.tax.composing import Opened
from ui import forms, page, tax_rule_grids

STAKES = {f"{tax.value} {payer.value}": f"{tax.label}·{payer.label}" for tax in TaxKind for payer in Payer}
REGISTERS = {kind.value: kind.label for kind in REGISTER_KINDS}
GRACE_FROM = {"event_on": "登记或签约日期", "status_on": "状态变更日期"}
TICKS = ("uses_repair", "uses_fuzzy", "estimates")
EMPTY_SIDE = Side.model_construct(registers=[], standing=Standing.ANY, conditions=[])
EMPTY_SECTION = Section.model_construct(label="", taxes=[], conditions=[], keys=[])
Json = dict[str, Any]


def edit(found: Opened | None) -> tuple[str, Json]:
    """Draw the rule's fields; (its code, the definition as typed)."""
    known = found.definition if found else None
    mark = f"rule-{found.rule.code}-{found.draft_version or 'published'}" if found else "rule-new"
    fields = forms.Fields(mark)
    with st.container(border=True):
        code, typed = _head(fields, known, found.rule.code if found else "")
        left, right = st.columns(2, gap="large")
        with left:
            typed["left"] = _side(fields, "left", "左边：应当有的", known.left if known else EMPTY_SIDE)
        with right:
            typed["right"] = _side(fields, "right", "右边：拿来对照的", known.right if known else EMPTY_SIDE)
        typed |= _when(fields, known, typed["kind"])
        typed["sections"] = _sections(fields, known, typed["left"]["registers"], typed["right"]["registers"])
        typed |= _how(fields, known, typed["kind"])
    return code, typed


def _head(fields: forms.Fields, known: Definition | None, code: str) -> tuple[str, Json]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=120):
            typed_code = code or fields.text("code", "编号", placeholder="如 TX-8", max_chars=6)
        with st.container(width=320):
            name = fields.text("name", "名称", known.name if known else "", max_chars=100)
        with st.container(width=200):
            kind = fields.choice("kind", "比对方式", RuleKind.labels(), known.kind.value if known else "missing")
        with st.container(width=300):
            chosen = [each.value for each in known.regimes] if known else list(Regime.labels())
            regimes = fields.choices("regimes", "适用体制", Regime.labels(), chosen)
    about = fields.long_text("about", "说明和依据", known.about if known else "", max_chars=1000, height=80)
    return typed_code, {"name": name.strip(), "kind": kind, "regimes": regimes, "about": about.strip()}


def _side(fields: forms.Fields, name: str, title: str, known: Side) -> Json:
    st.markdown(f"**{title}**")
    registers = fields.choices(f"{name}-registers", "名册", REGISTERS, [each.value for each in known.registers])
    standing = fields.choice(f"{name}-standing", "状态", Standing.labels(), known.standing.value)
    st.caption("条件（可空）：一行一个，全部满足才比对")
    carried = fitness.fields_of([ImportKind(each) for each in registers])
    conditions = tax_rule_grids.conditions(fields.key(f"{name}-conditions"), known.conditions, carried)
    return {"registers": registers, "standing": standing, "conditions": conditions}


def _when(fields: forms.Fields, known: Definition | None, kind: str) -> Json:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=160):
            days = fields.number(
                "grace", "宽限天数", known.grace_days if known else 30, min_value=0, max_value=LONGEST_GRACE
            )
        with st.container(width=200):
            start = fields.choice("grace-from", "宽限起算", GRACE_FROM, known.grace_from if known else "event_on")
        both = False
        if kind == RuleKind.MISSING:
            both = fields.tick("both", "两个方向都查", known.both_ways if known else False)
    return {"grace_days": days, "grace_from": start, "both_ways": both}


def _sections(fields: forms.Fields, known: Definition | None, left: Sequence[str], right: Sequence[str]) -> list[Json]:
    sections = list(known.sections) if known else [EMPTY_SECTION]
    more = fields.key("more")
    sections += [EMPTY_SECTION] * st.session_state.get(more, 0)
    kinds = [[ImportKind(each) for each in side] for side in (left, right)]
    is_only, has_taxes = len(sections) == 1, right == [ImportKind.TAX_PAYMENT]
    typed = [
        _section(fields, place, each, kinds[0], kinds[1], is_only=is_only, has_taxes=has_taxes)
        for place, each in enumerate(sections)
    ]
    if st.button(
        "＋ 增加一个比对部分", key=fields.key("add"), type="tertiary", help="如买方、卖方分别用不同的键和税种"
    ):
        st.session_state[more] = st.session_state.get(more, 0) + 1
        st.rerun()
    return [each for each in typed if each["keys"] or len(typed) == 1]


def _section(
    fields: forms.Fields,
    place: int,
    known: Section,
    left: Sequence[ImportKind],
    right: Sequence[ImportKind],
    *,
    is_only: bool,
    has_taxes: bool,
) -> Json:
    key = f"section{place}"
    with st.container(border=True):
        st.markdown("**凭什么认作同一户**" if is_only else f"**比对部分 {place + 1}**")
        label = "" if is_only and not known.label else fields.text(f"{key}-label", "部分名称", known.label)
        st.caption("同一组的字段都一致才算同一户；有几组时，按组号从小到大，任何一组一致即可。")
        carried = [fitness.fields_of(side, keys_only=True) for side in (left, right)]
        keys = tax_rule_grids.keys(fields.key(f"{key}-keys"), known.keys, *carried)
        stakes = []
        if has_taxes:
            chosen = [f"{stake.tax.value} {stake.payer.value}" for stake in known.taxes]
            stakes = fields.choices(f"{key}-taxes", "涉及的税种（只找这些税的完税记录）", STAKES, chosen)
        with st.expander("这一部分另加的左边条件", expanded=bool(known.conditions)):
            more = fitness.fields_of(left)
            conditions = tax_rule_grids.conditions(fields.key(f"{key}-conditions"), known.conditions, more)
    taxes = [dict(zip(("tax", "payer"), stake.split(" "), strict=True)) for stake in stakes]
    return {"label": label.strip(), "keys": keys, "conditions": conditions, "taxes": taxes}


def _how(fields: forms.Fields, known: Definition | None, kind: str) -> Json:
    checks: list[str] = []
    if kind == RuleKind.CONTRADICTION:
        chosen = [each.value for each in known.checks] if known else []
        checks = fields.choices("checks", "核对内容（任何一项不符即列为疑点）", CheckKind.labels(), chosen)
    with st.container(horizontal=True):
        ticks = {
            name: fields.tick(name, str(each.title), getattr(known, name) if known else each.default)
            for name, each in Definition.model_fields.items()
            if name in TICKS
        }
    return {"checks": checks, **ticks}


def save(found: Opened | None, code: str, typed: Json, actor: Actor) -> None:
    """Keep what is typed as the rule's draft."""
    if st.button("保存草稿", key="rule-save", shortcut="F9", type="primary"):
        page.perform(
            lambda session: rules.save_draft(
                session, code, typed, actor=actor, now=page.now(),
                is_new=found is None, expected=found.draft_version if found else None,
            ),
            done=f"规则 {code.strip().upper()} 的草稿已保存，发布后才会用于比对",
            then=lambda _: page.set_query(rule=code.strip().upper(), edit="1"),
        )  # fmt: skip
