"""主体详情: everything each department says about one subject side by side, with the reasons of the match."""

import streamlit as st

from models.enums import Permission
from services.tax import findings, rules, runs, subjects, verdicts
from ui import page, tables, tax_subjects

actor = page.begin("主体详情", requires=Permission.TAX_READ)
tax_subjects.way_back()

finding_id = page.identity(page.query("finding"))
if finding_id is None:
    tables.empty("请从比对结果或线索打开一个主体", "返回「比对」，点名单里的一行")
    st.stop()

with page.transaction() as session:
    found = findings.get(session, finding_id, actor)
    run = runs.get(session, found.run_id, actor)
    rule = next(each for each in rules.listed(session, actor) if each.id == run.rule_id)
    subject = subjects.around(session, found.left_record_id, actor, also=found.right_record_id)
    by_id = {each.record.id: each.record for each in subject.seen}
    left, right = by_id[found.left_record_id], by_id.get(found.right_record_id)
    standing = verdicts.standing(session, actor, verdicts.key_of(left), verdicts.key_of(right)) if right else []

page.record(
    lambda session: subjects.note(session, found.left_record_id, actor=actor, now=page.now()), seen=found.left_record_id
)
st.subheader(page.plain(subject.name), anchor=False)
tax_subjects.head(found, f"{rules.base_code(rule.code)} {rule.name}，截至 {run.as_of}")
tax_subjects.side_by_side(subject)

why, judging = st.columns([3, 2], gap="large")
with why:
    tax_subjects.reasons(found)
    tax_subjects.timeline(subject)
with judging:
    tax_subjects.judge(found, run, standing, actor)

st.markdown("**送来的原样内容**")
for each in subject.seen:
    with st.expander(f"{each.register.label}　{page.plain(each.file_name)} 第 {each.record.row_number} 行"):
        tax_subjects.evidence(each.record, actor)
