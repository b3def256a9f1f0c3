"""我要办一件事 on screen: the questions, then what it takes: permits in order, materials once, where to go."""

from collections.abc import Sequence

import streamlit as st

from models.enums import Necessity
from services.bundles import Composition, Hall, Journey
from services.rules.combining import CombinedMaterial
from services.rules.guide import Guide
from ui import page, portal, words

WIDTH = 760
NEEDED = {Necessity.REQUIRED: "必须", Necessity.DEFERRABLE: "可以后补", Necessity.CONDITIONAL: "符合情形时"}


def choose(found: Sequence[Journey]) -> Journey | None:
    """What somebody wants; the address remembers it."""
    titles = {each.bundle.code: each.title for each in found}
    asked = page.query("what")
    if asked in titles and st.session_state.get("journey") not in titles:
        st.session_state["journey"] = asked
    code = st.radio("您想办什么", list(titles), None, format_func=titles.__getitem__, key="journey")
    page.set_query(what=code)
    return next((each for each in found if each.bundle.code == code), None)


def ask(found: Journey) -> dict[str, str] | None:
    """The answers, once all are given."""
    answers: dict[str, str] = {}
    with st.container(border=True, gap="small", key="journey-questions"):
        st.markdown("**先回答几个问题**")
        for place, question in enumerate(found.questions):
            key = f"journey-{found.bundle.code}-{place}"
            answer = st.radio(question.text, question.options, None, key=key, horizontal=True)
            if answer is not None:
                answers[question.text] = answer
    if len(answers) < len(found.questions):
        st.caption(f"还有 {len(found.questions) - len(answers)} 个问题没有回答，答完就能看到要办哪些手续。")
        return None
    return answers


def show(made: Composition, handling: Guide | None, halls: Sequence[Hall], chosen: Sequence[int]) -> None:
    """The whole answer, fit to be printed."""
    _figures(made, handling, halls)
    if handling is not None and st.button("在线一次申请", type="primary", key="journey-apply"):
        query = {"bundle": str(made.bundle.id), "chosen": ",".join(map(str, chosen))}
        st.switch_page(portal.APPLY, query_params=query)
    _permits(made)
    _materials(made.materials)
    _visits(halls)
    st.caption("可用浏览器的打印功能打印本页，带到窗口。")


def _figures(made: Composition, handling: Guide | None, halls: Sequence[Hall]) -> None:
    fees = [member.name for member in made.members if member.guide.is_fee]
    limit = f"{handling.promise_day} {handling.promise_type.label}" if handling else words.NOTHING
    told = {
        "要办几项": f"{len(made.members)} 项",
        "几个部门": f"{len(made.departments)} 个",
        "一次申请多久办好": limit,
        "交几份材料": f"{len(made.materials)} 份",
        "最少跑几个窗口": f"{len(halls[0].visits)} 个" if halls else words.NOTHING,
        "收不收费": f"{len(fees)} 项收费" if fees else "不收费",
    }
    with st.grid(3, min_column_width=150, gap="small"):
        for title, value in told.items():
            st.metric(title, value, border=True)


def _permits(made: Composition) -> None:
    st.subheader("依次办这些手续", anchor=False)
    for number, member in enumerate(made.members, start=1):
        amount, unit = member.promise
        alone = f"单独办 {amount} {unit.label}" if amount else "单独办即办"
        with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall"):
            told = f"{number}. **{page.plain(member.name)}**　:gray[{page.plain(member.department)} · {alone}]"
            st.markdown(told, width="content")
            st.page_link(portal.ITEM_PAGE, label=":blue[看指南]", query_params={"code": member.code})


def _materials(found: Sequence[CombinedMaterial]) -> None:
    st.subheader("准备这些材料（同一份只交一次）", anchor=False)
    for number, each in enumerate(found, start=1):
        material = each.material
        told = "　".join(filter(None, (NEEDED[material.necessity], material.note)))
        st.markdown(f"{number}. {page.plain(material.name)}　:gray[:small[{page.plain(told)}]]")


def _visits(halls: Sequence[Hall]) -> None:
    st.subheader("到窗口办的最短路线", anchor=False)
    if not halls:
        st.caption("没有一个大厅能办齐全部手续，请拨打咨询电话，或在线一次申请。")
        return
    best = halls[0]
    st.markdown(f"**{page.plain(best.name)}**　:gray[{page.plain(best.address)}]")
    for number, visit in enumerate(best.visits, start=1):
        place = "　".join(filter(None, (visit.zone, visit.window)))
        st.markdown(f"{number}. {page.plain(place)}　:gray[{page.plain('、'.join(visit.departments))}]")
    others = [f"{hall.name}（{len(hall.visits)} 个窗口）" for hall in halls[1:]]
    if others:
        st.caption(page.plain(f"也可以去：{'、'.join(others)}"))
