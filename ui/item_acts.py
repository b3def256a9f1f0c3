"""The steps of a version and of an item: who may take them, what will happen, and how they are confirmed."""

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any

import streamlit as st

from models.enums import CatalogueAction, ItemState, Permission, VersionState
from services.actors import Actor
from services.catalogue import items, versions
from services.catalogue.items import ItemDetail
from services.catalogue.versions import Impact
from services.database import Session
from services.rules.versions import actions, item_actions
from ui import forms, page, words

A, P = CatalogueAction, Permission


@dataclasses.dataclass(frozen=True)
class Step:
    """`run(session, record, opinion, actor, now)`; `needs` is the label of a reason that must be given."""

    label: str
    permissions: tuple[Permission, ...]
    will_do: str
    run: Callable[[Session, Any, str, Actor, dt.datetime], object]
    needs: str = ""


VERSION_STEPS = {
    A.SUBMIT: Step(
        "提交审核", (P.CATALOGUE_EDIT,), "提交后进入部门审核，退回前不能再修改。",
        lambda session, version, text, actor, now: versions.submit(
            session, version, actor=actor, now=now, opinion=text
        ),
    ),
    A.APPROVE_DEPARTMENT: Step(
        "部门审核通过", (P.CATALOGUE_REVIEW_DEPARTMENT,), "确认内容真实、合法、完整，转政务服务中心审核。",
        lambda session, version, text, actor, now: versions.approve_department(
            session, version, actor=actor, now=now, opinion=text
        ),
    ),
    A.APPROVE_CENTRE: Step(
        "中心审核通过", (P.CATALOGUE_REVIEW_CENTRE,), "通过后即可发布或定期发布。",
        lambda session, version, text, actor, now: versions.approve_centre(
            session, version, actor=actor, now=now, opinion=text
        ),
    ),
    A.REJECT: Step(
        "退回", (P.CATALOGUE_REVIEW_DEPARTMENT, P.CATALOGUE_REVIEW_CENTRE), "退回编辑人修改，原因会写入历史。",
        lambda session, version, text, actor, now: versions.reject(session, version, text, actor=actor, now=now),
        needs="退回原因",
    ),
}  # fmt: skip
ITEM_STEPS = {
    A.SUSPEND: Step(
        "暂停办理", (P.CATALOGUE_REVIEW_CENTRE,), "不再接受新的申请，在办办件照常办理；办事大厅会标明暂停。",
        lambda session, item, text, actor, now: versions.suspend(session, item, text, actor=actor, now=now),
        needs="暂停原因",
    ),
    A.RESUME: Step(
        "恢复办理", (P.CATALOGUE_REVIEW_CENTRE,), "重新接受申请。",
        lambda session, item, text, actor, now: versions.resume(session, item, text, actor=actor, now=now),
        needs="恢复原因",
    ),
    A.ABOLISH: Step(
        "取消事项", (P.CATALOGUE_REVIEW_CENTRE,), "永久停止受理并从办事大厅撤下，**不能恢复**；在办办件照常办完。",
        lambda session, item, text, actor, now: versions.abolish(session, item, text, actor=actor, now=now),
        needs="取消依据和原因",
    ),
}  # fmt: skip
WAITS_FOR = {
    VersionState.DRAFT: "编辑完成后提交审核",
    VersionState.REJECTED: "按退回意见修改后再提交",
    VersionState.SUBMITTED: "等待部门审核",
    VersionState.DEPARTMENT_REVIEWED: "等待政务服务中心审核",
    VersionState.CENTRE_REVIEWED: "可以发布，或定好日期到期自动发布",
}


def draw(detail: ItemDetail, touched: Impact, actor: Actor) -> None:
    """All that may be done now, likely acts first, dangerous ones apart."""
    if not detail.is_editable:
        st.info("您可以查看该事项；编制和审核由其实施部门和政务服务中心负责。")
        return
    if detail.draft is None:
        _open_draft(detail, actor)
    else:
        st.markdown(f"**第 {detail.draft.number} 版**：{WAITS_FOR[detail.draft.state]}")
        _version_steps(detail, actor)
    steps = [step for action, step in ITEM_STEPS.items() if action in item_actions(detail.item.state)]
    if allowed := [step for step in steps if any(map(actor.may, step.permissions))]:
        st.subheader("事项的启停", anchor=False)
        with st.container(horizontal=True):
            for step in allowed:
                _item_step(step, detail, touched, actor)


def _open_draft(detail: ItemDetail, actor: Actor) -> None:
    if not actor.may(P.CATALOGUE_EDIT) or detail.item.state is ItemState.ABOLISHED:
        st.info("当前没有正在编制的版本。")
    elif st.button("起草新版本", type="primary", key="draft", help="以已发布版本的内容为底稿"):
        page.perform(
            lambda session: versions.draft(
                session, items.editable(session, detail.item.id, actor), actor=actor, now=page.now()
            ),
            done=lambda version: f"已起草第 {version.number} 版，可在「编辑」中修改",
        )


def _version_steps(detail: ItemDetail, actor: Actor) -> None:
    possible = actions(detail.draft.state)
    with st.container(horizontal=True):
        if A.PUBLISH in possible and actor.may(P.CATALOGUE_REVIEW_CENTRE):
            _publish(detail, actor)
        for action, step in VERSION_STEPS.items():
            if action in possible and any(map(actor.may, step.permissions)):
                _version_step(step, detail, actor)


def _version_step(step: Step, detail: ItemDetail, actor: Actor) -> None:
    opinion = forms.confirm(
        step.label, will_do=step.will_do, key=f"step-{step.label}", needs=step.needs, hint="" if step.needs else "意见"
    )
    if opinion is not None:
        page.perform(
            lambda session: step.run(
                session, versions.get(session, detail.draft.id, actor), opinion, actor, page.now()
            ),
            done=f"第 {detail.draft.number} 版已{step.label}",
        )


def _item_step(step: Step, detail: ItemDetail, touched: Impact, actor: Actor) -> None:
    rests = f"\n\n现有在办办件 {words.count(touched.open_cases)} 件、以它为前置的事项 {len(touched.required_by)} 个。"
    reason = forms.confirm(step.label, will_do=step.will_do + rests, key=f"step-{step.label}", needs=step.needs)
    if reason is not None:
        page.perform(
            lambda session: step.run(
                session, items.editable(session, detail.item.id, actor), reason, actor, page.now()
            ),
            done=f"「{detail.item.name}」已{step.label}",
        )


def _publish(detail: ItemDetail, actor: Actor) -> None:
    with st.popover("发布", key="publish-open", type="primary"), st.form("publish", border=False):
        st.markdown("发布后办事大厅立即按新版本公布，新申请按新版本受理，在办办件仍按原版本办理。")
        today = page.now().date()
        day = st.date_input("生效日期", today, min_value=today, format="YYYY-MM-DD", help="选以后的日期为定期发布")
        pressed = st.form_submit_button("确认发布", type="primary")
    if pressed:
        page.perform(
            lambda session: versions.publish(
                session, versions.get(session, detail.draft.id, actor), actor=actor, now=page.now(), on=day
            ),
            done=f"第 {detail.draft.number} 版已发布" if day <= today else f"已定于 {words.day(day)} 发布",
        )
