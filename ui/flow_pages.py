"""What the flow designer draws around its grid: standing, steps, rehearsal, reminders, a new bundle."""

import datetime as dt
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from models.bundles import FlowPolicy
from models.enums import ApplicantKind, ApplicationChannel, Permission
from services import calendars, flows
from services.actors import Actor
from services.cases import chasing
from services.database import Session
from services.errors import Invalid
from services.flows import Drawing, Subject
from services.rules import conditions
from services.rules.conditions import FORM, Fact
from services.rules.guide import FlowStage
from services.rules.rehearsal import Rehearsal, rehearse
from ui import charts, flow_diagrams, flow_grids, forms, page, words
from ui.flow_grids import Record

ITEM = "pages/catalogue/item.py"
REHEARSED = ("阶段", "任务", "部门", "启动", "最迟办完", "时限或原因")


def choose(rows: Sequence[Subject], *, key: str = "flow-subject", label: str = "画哪一个流程") -> int | None:
    """Which bundle or item; the address remembers it."""
    asked = page.identity(page.query("item"))
    known = {row.id: row for row in rows}
    if asked in known and st.session_state.get(key) not in known:
        st.session_state[key] = asked
    chosen = st.selectbox(
        label,
        list(known),
        format_func=lambda each: (
            f"{'【一件事】' if known[each].is_bundle else ''}{known[each].name}　{known[each].department}"
        ),
        key=key,
        placeholder="输入名称查找；一件事排在最前",
        width=560,
    )
    page.set_query(item=chosen)
    return chosen


def standing(found: Drawing) -> None:
    badges = []
    for version in (found.published, found.draft):
        if version is not None:
            badges.append(
                charts.badge(f"第 {version.number} 版 {version.state.label}", charts.OF_VERSION[version.state])
            )
    promise = f"承诺 {found.promise.amount} {found.promise.unit.label}" if found.promise else "即办"
    st.markdown(" ".join(badges) + f"　主办：{page.plain(found.subject.department)}　{promise}")


def begin_draft(found: Drawing, actor: Actor, *, what: str = "流程") -> None:
    """Nothing can be drawn on a published version."""
    if found.draft is not None:
        st.info(f"第 {found.draft.number} 版「{found.draft.state.label}」，审核期间不能修改{what}。")
        st.page_link(ITEM, label="到事项详情查看审核进度", query_params={"id": str(found.subject.id)})
        return
    st.caption(f"下面是现行{what}。要修改，请先建立草稿；在办办件始终按受理时的版本办理。")
    if st.button("建立草稿", type="primary", key="flow-draft"):
        page.perform(
            lambda session: flows.open_draft(session, found.subject.id, actor=actor, now=page.now()),
            done=lambda made: f"已建立第 {made.number} 版草稿，可以修改{what}",
        )


def acts(found: Drawing, rows: Sequence[Record], actor: Actor) -> None:
    """Save, and what comes after saving."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("保存流程", type="primary", key="flow-save", shortcut="F9"):
            page.perform(
                lambda session: flows.save(
                    session,
                    found.subject.id,
                    flow_grids.stages(rows),
                    expected_saves=found.saves,
                    actor=actor,
                    now=page.now(),
                ),
                done="流程已保存到草稿",
            )
        if found.subject.is_bundle and actor.may(Permission.CATALOGUE_REVIEW_CENTRE):
            _publish(found, actor)
        elif not found.subject.is_bundle:
            st.page_link(ITEM, label="保存后到事项详情提交审核", query_params={"id": str(found.subject.id)})


def _publish(found: Drawing, actor: Actor) -> None:
    sure = forms.confirm(
        "发布流程",
        will_do="把已保存的草稿发布为新版本：此后收件的按新流程办理，在办办件仍按原来的版本。未保存的改动不会发布。",
        key="flow-publish",
    )
    if sure is not None:
        page.perform(
            lambda session: flows.publish(
                session, found.subject.id, expected_saves=found.saves, actor=actor, now=page.now()
            ),
            done=lambda made: f"第 {made.number} 版流程已发布",
        )


def rehearsal(session: Session, found: Drawing, rows: Sequence[FlowStage], actor: Actor) -> None:
    """An imaginary case: which tasks start when, and when each is due at the latest."""
    st.caption("设想一件办件：每个部门都用满自己的时限，看哪些任务启动、何时到期、能否在承诺时限内办完。")
    start, facts = _imagined(rows)
    result = rehearse(rows, facts, start, calendars.work_calendar(session, actor.district_id), found.promise)
    _verdict(result)
    frame = pd.DataFrame(flow_diagrams.rehearsal(result.tasks, found.subject.department), columns=list(REHEARSED))
    st.table(frame, border="horizontal", hide_index=True, alt="试算结果")


def _imagined(rows: Sequence[FlowStage]) -> tuple[dt.datetime, dict[str, Fact]]:
    now = page.now()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        day = st.date_input("受理日期", now.date(), format="YYYY-MM-DD", key="try-day", width=150)
        moment = st.time_input("受理时间", dt.time(9), key="try-time", width=120)
        kind = st.selectbox("申请人类别", list(ApplicantKind.labels().values()), key="try-kind", width=120)
        channel = st.selectbox("来件方式", list(ApplicationChannel.labels().values()), key="try-channel", width=120)
    facts: dict[str, Fact] = {conditions.APPLICANT_KIND: kind, conditions.CHANNEL: channel}
    asked = dict.fromkeys(row.when_fact for row in rows if row.when_fact and row.when_fact not in facts)
    for fact in asked:
        typed = st.text_input(fact.removeprefix(FORM), key=f"try-{fact}", width=320, help="多个值用、隔开")
        is_list = fact == conditions.CHOSEN_ITEMS
        facts[fact] = [part.strip() for part in typed.split("、") if part.strip()] if is_list else typed
    return dt.datetime.combine(day, moment, now.tzinfo), facts


def _verdict(result: Rehearsal) -> None:
    said = f"全部办完最迟 {words.moment(result.ends)}"
    if result.promised is None:
        st.info(f"{said}；该事项没有承诺时限。")
    elif result.is_late:
        st.warning(f"⚠ {said}，晚于承诺时限 {words.moment(result.promised)}：请缩短环节时限或改为并行。")
    else:
        st.success(f"✓ {said}，不晚于承诺时限 {words.moment(result.promised)}。")


def policy(chosen: FlowPolicy, actor: Actor) -> None:
    """When silent departments are reminded, and whether silence counts."""
    fields = forms.Fields(f"policy-{chosen.version}")
    with st.form("policy", border=True, width=640):
        st.markdown("**催办与缺席**")
        points = fields.text(
            "points", "催办点（占环节时限的百分比，用、隔开）", "、".join(map(str, chosen.chase_points)), max_chars=60
        )
        allows = fields.tick("absence", "超时视为同意（缺席默认）", chosen.allows_absence_consent)
        st.caption(
            "默认关闭。开启后只适用于「会签意见」，不适用于本部门审批，不产生任何许可；一律留红色标记，并由主办部门裁定（R-PAR-06）。"
        )
        reason = fields.text("reason", "依据的文件（开启时必填）", max_chars=200)
        pressed = st.form_submit_button("保存设置", type="primary")
    if pressed:
        fields.perform(
            lambda session: chasing.set_policy(
                session,
                _points(points),
                allows_absence_consent=allows,
                reason=reason,
                expected_version=chosen.version or 0,
                actor=actor,
                now=page.now(),
            ),
            done="催办设置已保存",
        )


def _points(typed: str) -> list[int]:
    parts = [
        part.strip().rstrip("%") for part in typed.replace(",", "、").replace("，", "、").split("、") if part.strip()
    ]
    if not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):
        raise Invalid("催办点应为整数百分比，例如 50、80、100", {"points": "催办点应为整数百分比，例如 50、80、100"})
    return [int(part) for part in parts]
