"""Visits to the site on a case's page: arranged by the leading department, entered afterwards, shown to all."""

import datetime as dt

import streamlit as st

from services.actors import Actor
from services.cases import visits
from services.cases.details import CaseDetail
from services.cases.visits import Plan, Visit
from ui import charts, forms, page, words
from ui.charts import Meaning

OPENING = dt.time(9, 30)


def show(found: CaseDetail) -> None:
    """Every visit: when, where, who, what it found."""
    for visit in visits.of_events(found.events):
        if not visit.is_replaced:
            _one(visit)


def _one(visit: Visit) -> None:
    mark = charts.badge("已勘验", Meaning.CLOSED) if visit.held_at else charts.badge("待勘验", Meaning.OPEN)
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**现场勘验**　{mark}　{words.moment(visit.at)}　{page.plain(visit.place)}")
        if visit.departments:
            st.markdown(f":gray[参加部门]　{page.plain('、'.join(visit.departments))}")
        st.markdown(f":gray[勘验内容]　{page.plain(visit.purpose)}")
        if visit.held_at:
            st.markdown(f":gray[勘验人员]　{page.plain('、'.join(visit.people))}")
            st.markdown(f":gray[情况和结论]　{page.plain(visit.findings)}")


def act(found: CaseDetail, actor: Actor) -> None:
    """Arrange a visit, or enter the one that was held."""
    if not visits.may_arrange(found.case, actor):
        return
    standing = visits.standing(found.events)
    is_due = standing is not None and standing.at <= page.now()
    with st.expander("现场勘验", key=f"visit-acts-{found.case.number}", expanded=is_due):
        if standing is not None and is_due:
            _hold(found, standing, actor)
        else:
            _plan(found, standing, actor)


def _plan(found: CaseDetail, standing: Visit | None, actor: Actor) -> None:
    number = found.case.number
    with page.transaction() as session:
        known = visits.departments(session, found.case)
    fields = forms.Fields(f"visit-{number}-{len(found.events)}")
    if standing is not None:
        st.caption(f"已安排 {words.moment(standing.at)}；再填一次即改期，申请人和部门会另得通知。")
    with st.form(f"visit-form-{number}", border=False):
        day = fields.day("at", "日期", page.now().date() + dt.timedelta(days=1), min_value=page.now().date())
        hour = st.time_input("时间", standing.at.time() if standing else OPENING, key=fields.key("hour"), step=1800)
        place = fields.text("place", "地点", standing.place if standing else "", max_chars=visits.PLACE_LENGTH)
        purpose = fields.long_text("purpose", "勘验内容", placeholder="看什么、按什么标准，至少 4 个字")
        joined = fields.choices("departments", "一同参加的部门", known, list(known)) if known else ()
        pressed = st.form_submit_button("改期并通知" if standing else "安排并通知", type="primary")
    if pressed:
        at = dt.datetime.combine(day or page.now().date(), hour or OPENING, page.now().tzinfo)
        visit = Plan(at, place, purpose, tuple(joined))
        fields.perform(
            lambda session: visits.plan(session, number, visit, actor=actor, now=page.now()),
            done=f"{number} 现场勘验已安排，已通知申请人和部门",
        )


def _hold(found: CaseDetail, visit: Visit, actor: Actor) -> None:
    number = found.case.number
    st.caption(f"{words.moment(visit.at)}　{page.plain(visit.place)}")
    fields = forms.Fields(f"visit-held-{number}-{visit.sequence}")
    with st.form(f"visit-held-form-{number}", border=False):
        people = fields.text("people", "勘验人员（两人以上，用顿号隔开）", max_chars=200)
        findings = fields.long_text("findings", "勘验情况和结论", placeholder="逐项写明是否符合，至少 4 个字")
        pressed = st.form_submit_button("录入勘验结果", type="primary")
    if pressed:
        names = people.replace("，", "、").replace(",", "、").split("、")
        fields.perform(
            lambda session: visits.hold(session, number, names, findings, actor=actor, now=page.now()),
            done=f"{number} 勘验结果已录入",
        )
