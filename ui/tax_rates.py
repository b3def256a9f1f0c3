"""Tax rates on screen: the list, and the form of one."""

import datetime as dt
from typing import Any

import streamlit as st

from models.enums import DealKind, Payer, TaxKind
from models.taxes import TaxRate
from services.actors import Actor
from services.rules import tax_amounts
from services.rules.tax_amounts import SCOPES
from services.tax import rates
from ui import forms, page, words
from ui.tables import Column

WORDS = Payer.labels() | DealKind.labels() | TaxKind.labels() | {"person": "个人", "enterprise": "单位"}
BOUNDS = ("area_min", "area_max", "years_min", "years_max")
HOMES = {1: "第一套", 2: "第二套", 3: "第三套及以上"}
FIRST = dt.date(1950, 1, 1)
SUBJECTS = {"": "不限", "person": "个人", "enterprise": "单位"}
RATES = (
    Column("税种", "tax", width=120),
    Column("适用范围", lambda row: scope(row.scope), width=260),
    Column("税率", lambda row: amount(row), width=130),
    Column("生效", lambda row: str(row.effective_from), width=100),
    Column("失效", lambda row: str(row.effective_to or words.NOTHING), width=100),
    Column("核实", lambda row: "✓ 已核实" if row.is_verified else "⚠ 未核实", width=90),
    Column("依据", "source", width="large"),
    Column("说明", "note", width="medium"),
)


def scope(found: dict[str, Any]) -> str:
    """The scope in words."""
    parts = []
    for name, wanted in found.items():
        options = wanted if isinstance(wanted, list) else [wanted]
        parts.append(f"{SCOPES[name]}：{'、'.join(WORDS.get(str(each), str(each)) for each in options)}")
    return "；".join(parts) or "全部"


def amount(row: TaxRate) -> str:
    if row.rate is not None:
        return f"{(row.rate * 100).normalize():f}%" + ("（含税价）" if row.is_tax_inclusive else "")
    return "超率累进" if row.steps else f"{row.amount} 元/m²"


def form(row: TaxRate | None, actor: Actor) -> None:
    """Add a rate, or change the chosen one; dates of one scope may not overlap."""
    fields = forms.Fields(f"rate-{row.id if row else 'new'}")
    seen = forms.seen(fields.key("seen"), {row.id: row.version} if row else {})
    with st.form(fields.key("form")):
        left, middle, right = st.columns(3)
        with left:
            values = _how_much(fields, row)
        with middle:
            values |= _when(fields, row)
        with right:
            wanted = _whom(fields, row.scope if row else {})
        with st.expander("更多适用范围：交易类型、面积、持有年数、第几套"):
            wanted |= _narrower(fields, row.scope if row else {})
        values["source"] = fields.text("source", "依据的文件", row.source if row else "")
        values["note"] = fields.text("note", "说明", row.note if row else "")
        values["is_verified"] = fields.tick("is_verified", "已对照原文核实", row.is_verified if row else False)
        pressed = st.form_submit_button("保存", type="primary")
    if pressed:
        kept = {name: value for name, value in (row.scope if row else {}).items() if name == "on"}
        values["scope"] = kept | wanted
        fields.perform(
            lambda session: rates.save(
                session, values, actor=actor, now=page.now(),
                rate_id=row.id if row else None, expected=seen[row.id] if row else None,
            ),
            done="税率已保存；之后的比对按它估算",
        )  # fmt: skip


def _how_much(fields: forms.Fields, row: TaxRate | None) -> dict[str, Any]:
    tax = fields.choice("tax", "税种", TaxKind.labels(), row.tax.value if row else None)
    return {
        "tax": TaxKind(tax) if tax else None,
        "rate": fields.text("rate", "税率（如 3% 填 0.03）", _plain(row.rate) if row else ""),
        "amount": fields.text("amount", "或每平方米税额（元）", _plain(row.amount) if row else ""),
        "steps": fields.text(
            "steps", "或超率累进", tax_amounts.steps_text(row.steps) if row else "", placeholder="0.5:0.3, 1:0.4, 2:0.5, :0.6",
            help="增值额与扣除项目之比的上限:税率，由低到高；最后一级不写上限",
        ),
    }  # fmt: skip


def _when(fields: forms.Fields, row: TaxRate | None) -> dict[str, Any]:
    return {
        "effective_from": fields.day(
            "effective_from", "生效日期", row.effective_from if row else None, min_value=FIRST
        ),
        "effective_to": fields.day(
            "effective_to", "失效日期（可空）", row.effective_to if row else None, min_value=FIRST
        ),
        "is_tax_inclusive": fields.tick(
            "is_tax_inclusive", "价款含税，折算后计税", row.is_tax_inclusive if row else False
        ),
    }


def _whom(fields: forms.Fields, known: dict[str, Any]) -> dict[str, Any]:
    found = {
        "payer": fields.choice("payer", "纳税人", {"": "不限"} | Payer.labels(), known.get("payer", "")),
        "subject": fields.choice("subject", "个人或单位", SUBJECTS, known.get("subject", "")),
        "usage": fields.text("usage", "用途（如 住宅，可空）", str(known.get("usage", ""))).strip(),
    }
    return {name: value for name, value in found.items() if value}


def _narrower(fields: forms.Fields, known: dict[str, Any]) -> dict[str, Any]:
    """What is left empty narrows nothing."""
    left, right = st.columns(2)
    with left:
        deals = fields.choices("deal", "交易类型", DealKind.labels(), _several(known.get("deal")))
        homes = fields.choices("home", "第几套住房", HOMES, _several(known.get("home")))
    with right:
        found = {name: fields.number(name, SCOPES[name], known.get(name), min_value=0) for name in BOUNDS}
    narrowed = {name: value for name, value in found.items() if value is not None}
    return narrowed | ({"deal": deals} if deals else {}) | ({"home": homes} if homes else {})


def _several(known: Any) -> list[Any]:
    return [] if known is None else known if isinstance(known, list) else [known]


def _plain(value: Any) -> str:
    return "" if value is None else f"{value.normalize():f}"
