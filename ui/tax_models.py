"""Versions of the weights on screen: what each measures, what it would change, adopting it."""

import streamlit as st

from models.enums import FindingList, ModelState
from models.taxes import MatchModel
from services.actors import Actor
from services.rules.matching.parties import FIELDS
from services.tax import learning
from ui import forms, page, tables, words
from ui.tables import Column

NAMES = {
    "name": "名称",
    "industry": "行业",
    "form": "组织形式",
    "person": "经营者证件",
    "address": "地址",
    "code": "代码",
}
FIGURES = {"precision": "准确率", "recall": "查全率", "calibration_error": "概率误差", "brier": "布赖尔分"}
MODELS = (
    Column("版", "number", "number", width=60),
    Column("状态", "state", width=80),
    Column("判定数", lambda row: row.metrics["after"]["labels"], "number", width=80),
    Column("准确率", lambda row: f"{row.metrics['after']['precision']:.1%}", width=90),
    Column("查全率", lambda row: f"{row.metrics['after']['recall']:.1%}", width=90),
    Column("概率误差", lambda row: f"{row.metrics['after']['calibration_error']:.3f}", width=90),
    Column("得出时间", lambda row: words.brief(row.created_at), width=140),
    Column("得出人", "created_by", width=100),
    Column("采用", lambda row: f"{words.brief(row.adopted_at)} {row.adopted_by}" if row.adopted_at else words.NOTHING),
)
MOVES = (
    Column("主体编号", lambda row: row["subject"], width=200),
    Column("名称", lambda row: row["name"], width=280),
    Column("现在", lambda row: FindingList(row["from"]).label, width=110),
    Column("采用后", lambda row: FindingList(row["to"]).label, width=110),
)


def preview(model: MatchModel) -> None:
    """Measured before and after, the weights, and who would stand in another list."""
    before, after = model.metrics["before"], model.metrics["after"]
    with st.grid(4, min_column_width=150, gap="small"):
        for name, title in FIGURES.items():
            is_share = name in ("precision", "recall")
            value = f"{after[name]:.1%}" if is_share else f"{after[name]:.3f}"
            change = (
                f"{(after[name] - before[name]) * 100:+.1f} 个百分点"
                if is_share
                else f"{after[name] - before[name]:+.3f}"
            )
            st.metric(title, value, change, delta_color="normal" if is_share else "inverse", border=True)
    st.caption(
        f"在 {words.count(after['labels'])} 对人工判定上交叉验证，与现用权重相比。概率误差：说的可能性与实际的平均差距。"
    )
    m, u = model.parameters["m"], model.parameters["u"]
    rows = [
        {"field": NAMES[each.name], "label": label, "m": m[each.name][level], "u": u[each.name][level]}
        for each in FIELDS
        for level, label in enumerate(each.labels)
        if level
    ]
    with st.expander("各项权重"):
        columns = (
            Column("项目", lambda row: row["field"], width=110),
            Column("情形", lambda row: row["label"], width=150),
            Column("同一户中出现", lambda row: f"{row['m']:.2%}", width=120),
            Column("不同户中出现", lambda row: f"{row['u']:.4%}", width=120),
        )
        tables.show(rows, columns, key=f"weights-{model.id}", alt="各项在同一户和不同户中出现的比例")
    changes = model.metrics["changes"]
    if not changes["rule"]:
        st.caption("没有可试算的名册，看不出会改变什么。")
    elif not changes["moves"]:
        st.success(f"采用后，{changes['rule']} 的名单不变")
    else:
        st.markdown(f"**采用后，{changes['rule']} 有 {words.count(changes['count'])} 户会换名单**")
        tables.show(changes["moves"], MOVES, key=f"moves-{model.id}", alt="会换名单的户")


def decide(model: MatchModel, actor: Actor) -> None:
    """Adopt or discard; an active one can be put out of use."""
    if model.state == ModelState.RETIRED:
        return
    with st.container(horizontal=True):
        if model.state == ModelState.SHADOW:
            will_do = f"从下一次比对起使用第 {model.number} 版权重；现用的一版停用。"
            if forms.confirm("采用", will_do=will_do, key=f"adopt-{model.id}", type="primary") is not None:
                page.perform(
                    lambda session: learning.adopt(session, model.id, actor=actor, now=page.now()),
                    done=f"已采用第 {model.number} 版权重",
                )
        label = "不采用" if model.state == ModelState.SHADOW else "停用"
        will_do = f"第 {model.number} 版权重不再使用；没有采用任何一版时，每次比对按当次数据估计。"
        if forms.confirm(label, will_do=will_do, key=f"retire-{model.id}") is not None:
            page.perform(
                lambda session: learning.retire(session, model.id, actor=actor, now=page.now()),
                done=f"第 {model.number} 版权重已停用",
            )
