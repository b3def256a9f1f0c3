"""Tax rates on screen: the list, and the form of one."""

from typing import Any

import streamlit as st

from models.enums import DealKind, Payer, TaxKind
from models.taxes import TaxRate
from services.actors import Actor
from services.rules.tax_amounts import SCOPES
from services.tax import rates
from ui import forms, page, words
from ui.tables import Column

WORDS = Payer.labels() | DealKind.labels() | TaxKind.labels() | {"person": "个人", "enterprise": "单位"}
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
    known = row.scope if row else {}
    fields = forms.Fields(f"rate-{row.id if row else 'new'}")
    with st.form(fields.key("form")):
        left, middle, right = st.columns(3)
        with left:
            tax = fields.choice("tax", "税种", TaxKind.labels(), row.tax.value if row else None)
            rate = fields.text("rate", "税率（如 3% 填 0.03）", _plain(row.rate) if row else "")
            per_area = fields.text("amount", "或每平方米税额（元）", _plain(row.amount) if row else "")
        with middle:
            payer = fields.choice("payer", "纳税人", {"": "不限"} | Payer.labels(), known.get("payer", ""))
            subject = fields.choice("subject", "个人或单位", SUBJECTS, known.get("subject", ""))
            since = fields.day("effective_from", "生效日期", row.effective_from if row else None)
        with right:
            usage = fields.text("usage", "用途（如 住宅，可空）", str(known.get("usage", "")))
            inclusive = fields.tick("is_tax_inclusive", "价款含税，折算后计税", row.is_tax_inclusive if row else False)
            until = fields.day("effective_to", "失效日期（可空）", row.effective_to if row else None)
        source = fields.text("source", "依据的文件", row.source if row else "")
        note = fields.text("note", "说明", row.note if row else "")
        verified = fields.tick("is_verified", "已对照原文核实", row.is_verified if row else False)
        pressed = st.form_submit_button("保存", type="primary")
    if pressed:
        kept = {name: value for name, value in known.items() if name not in ("payer", "subject", "usage")}
        chosen = {"payer": payer, "subject": subject, "usage": usage.strip()}
        values = {
            "tax": TaxKind(tax) if tax else None, "rate": rate, "amount": per_area, "effective_from": since,
            "effective_to": until, "source": source, "note": note, "is_verified": verified, "is_tax_inclusive": inclusive,
            "scope": kept | {name: value for name, value in chosen.items() if value}, "steps": row.steps if row else None,
        }  # fmt: skip
        fields.perform(
            lambda session: rates.save(
                session, values, actor=actor, now=page.now(),
                rate_id=row.id if row else None, expected=row.version if row else None,
            ),
            done="税率已保存；之后的比对按它估算",
        )  # fmt: skip


def _plain(value: Any) -> str:
    return "" if value is None else f"{value.normalize():f}"
