"""比对规则: every comparison as a rule in words; a supervisor composes one, tries it, publishes a version."""

import streamlit as st

from models.enums import Permission
from services.tax import composing, rules
from ui import page, tables, tax_rule_forms, tax_rule_views

actor = page.begin(
    "比对规则",
    requires=Permission.TAX_READ,
    about="每项比对是一条规则：拿哪两份名册、凭什么认作同一户、什么情况列为疑点。发布后生效，已做的比对保留当时的版本。",
)
may_change = actor.may(Permission.TAX_RULES)

with page.transaction() as session:
    kept = rules.listed(session, actor)
if not kept:
    tables.empty("还没有比对规则", "请系统管理员运行 cli.py db upgrade 装入七项比对")
asked = tax_rule_views.choose(kept, may_add=may_change)
if asked is None:
    st.caption("打开一条规则，查看它比什么、怎么比。")
    st.stop()

with page.transaction() as session:
    found = None if asked == tax_rule_views.NEW else composing.opened(session, asked, actor)
if found is None:
    st.subheader("新增比对规则", anchor=False)
else:
    tax_rule_views.told(found)
if found and may_change:
    tax_rule_views.steps(found, actor)
if may_change and (found is None or page.query("edit")):
    code, typed = tax_rule_forms.edit(found)
    tax_rule_views.trial(typed, actor)
    tax_rule_forms.save(found, code, typed, actor)
if found:
    tax_rule_views.versions(found)
