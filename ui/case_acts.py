"""What may be done with a case: decided, withdrawn, delivered, its receipt printed."""

from collections.abc import Callable

import streamlit as st

from models.enums import CaseAction, CaseResult, MaterialState, Permission
from services import receipts
from services.actors import Actor
from services.cases import answers, delivery, details, review
from services.cases.details import CaseDetail
from services.database import Session
from services.documents import composing
from services.rules.guide import Guide
from ui import case_clocks, case_fees, case_opinions, completeness, forms, originals, page, site_visits, words

DECISIONS = {CaseAction.GRANT: "准予", CaseAction.EXAMINE: "写审查意见", CaseAction.DENY: "不予许可"}
PDF = "application/pdf"


def draw(found: CaseDetail, actor: Actor) -> None:
    """The actions in order of likelihood; the dangerous one apart."""
    steps = review.possible(found, actor)
    _tell_conflict(found, steps)
    if case_opinions.act(found, actor):
        st.divider()
    elif not steps:
        st.caption("这个办件现在没有需要您做的。")
    if steps & DECISIONS.keys():
        decide(found, actor)
    if CaseAction.DELIVER in steps:
        if not originals.draw(found, actor):
            deliver(found, actor)
    if CaseAction.UPHOLD in steps:
        originals.rule(found, actor)
    case_clocks.act(found, actor)
    site_visits.act(found, actor)
    case_fees.act(found, actor)
    with st.container(horizontal=True):
        if actor.may(Permission.CASES_INTAKE) or actor.may(Permission.CASES_DELIVER):
            _receipt(found.case.number, actor)
        if CaseAction.LATE_REQUEST in steps:
            completeness.late_request(found, actor)
        if CaseAction.WITHDRAW in steps:
            _withdraw(found.case.number, actor)


def _key(found: CaseDetail, name: str) -> str:
    """Changes with every step that this person takes, so that what was typed for one is not there for the next."""
    return f"{name}-{found.case.number}-{st.session_state.get(_turn(found), 0)}"


def _turn(found: CaseDetail) -> str:
    return f"_turn-{found.case.number}"


def _seen(found: CaseDetail) -> str:
    return f"_seen-{found.case.number}"


def _next_turn(found: CaseDetail) -> None:
    st.session_state[_turn(found)] = st.session_state.get(_turn(found), 0) + 1
    st.session_state.pop(_seen(found), None)


def decide(found: CaseDetail, actor: Actor) -> None:
    """Opinion, grant or denial. Two at once: the second is told, and what was typed stays."""
    number, seen = found.case.number, st.session_state.get(_seen(found), found.case.version)
    act = st.segmented_control(
        "处理",
        list(DECISIONS),
        default=CaseAction.GRANT,
        format_func=DECISIONS.get,
        key=_key(found, "act"),
        required=True,
    )
    fields = forms.Fields(_key(found, "decision"))
    with st.form(_key(found, "form"), border=False):
        pressed, run = _denial(fields, found) if act == CaseAction.DENY else _opinion(fields, act)
    if pressed:
        fields.perform(
            lambda session: run(session, number, actor=actor, now=page.now(), expected_version=seen),
            done=f"{number} 已提交「{DECISIONS[act]}」",
            then=lambda _: _next_turn(found),
        )
        if found.case.version != seen:
            _mine_and_theirs(found)
    st.session_state[_seen(found)] = found.case.version


def _opinion(fields: forms.Fields, act: CaseAction) -> tuple[bool, Callable[..., object]]:
    is_grant = act == CaseAction.GRANT
    opinion = fields.long_text(
        "opinion",
        "决定意见" if is_grant else "审查意见",
        placeholder="不填即为「同意」" if is_grant else "写明审查了什么、结论如何，至少 4 个字",
        max_chars=review.OPINION_LENGTH,
    )
    label = "准予" if is_grant else "保存审查意见"
    pressed = st.form_submit_button(label, type="primary", shortcut="F9")
    run = review.grant if is_grant else review.examine
    return pressed, lambda session, number, **more: run(session, number, opinion, **more)


def _denial(fields: forms.Fields, found: CaseDetail) -> tuple[bool, Callable[..., object]]:
    reasons = fields.long_text(
        "reasons",
        "不予许可的理由",
        placeholder="写明不符合的条件及其依据（条、款、项）",
        max_chars=review.OPINION_LENGTH,
    )
    remedies = fields.long_text(
        "remedies",
        "救济途径",
        composing.remedies(Guide.model_validate(found.version.guide)),
        max_chars=review.OPINION_LENGTH,
    )
    st.caption("将作出不予许可决定并短信告知申请人，决定作出后不能撤销。")
    is_sure = st.checkbox("我已核对理由和救济途径，确认不予许可", key=fields.key("sure"))
    fields.keep("sure")
    pressed = st.form_submit_button("不予许可", type="primary")
    if pressed and not is_sure:
        fields.mark({"sure": "请先勾选确认，再提交不予许可"})
    return pressed and is_sure, lambda session, number, **more: review.deny(session, number, reasons, remedies, **more)


def _typed(found: CaseDetail) -> str:
    """What was typed into the decision, whichever field it stands in."""
    texts = (st.session_state.get(f"{_key(found, 'decision')}-{name}") for name in ("opinion", "reasons"))
    return "\n".join(text for text in texts if text)


def _tell_conflict(found: CaseDetail, steps: frozenset[CaseAction]) -> None:
    """The case was decided while an opinion was being typed, and the form for it is gone: the text is not."""
    seen = st.session_state.get(_seen(found), found.case.version)
    if seen != found.case.version and not steps & DECISIONS.keys() and _typed(found):
        st.warning("这个办件刚被其他人处理过，您填写的意见没有提交")
        _mine_and_theirs(found)


def _mine_and_theirs(found: CaseDetail) -> None:
    """What somebody faster did, beside what was typed here."""
    mine, theirs = st.columns(2)
    last = found.events[-1]
    with theirs, st.container(border=True):
        st.markdown(f"**对方的处理**　{page.plain(last.actor_name)}　{words.moment(last.at)}　{last.action.label}")
        st.text(last.opinion or "（没有写意见）")
    with mine, st.container(border=True):
        st.markdown("**您填写的意见**（尚未提交，可复制或修改后再提交）")
        st.text(_typed(found) or "（没有填写）")


def deliver(found: CaseDetail, actor: Actor) -> None:
    """Materials still owed, then the receiver, then the handing over."""
    number = found.case.number
    owed = [each for each in found.materials if each.state == MaterialState.DEFERRED]
    for each in owed if found.case.result == CaseResult.GRANTED else ():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":orange-badge[容缺后补] {page.plain(each.name)}")
            if st.button("已收到", key=_key(found, f"take-{each.material_key}")):
                page.perform(
                    lambda session, key=each.material_key: delivery.receive_material(
                        session, number, key, actor=actor, now=page.now()
                    ),
                    done=f"材料「{each.name}」已补收",
                )
    fields = forms.Fields(_key(found, "delivery"))
    with st.form(_key(found, "deliver"), border=False):
        receiver = fields.text("receiver", "领取人姓名", max_chars=delivery.RECEIVER_LENGTH)
        st.caption("请核对领取人证件；代领的，核对委托书。")
        pressed = st.form_submit_button("送达", type="primary", shortcut="F9")
    if pressed:
        fields.perform(
            lambda session: delivery.deliver(session, number, receiver, actor=actor, now=page.now()),
            done=f"{number} 已送达",
            then=lambda _: _next_turn(found),
        )


def _withdraw(number: str, actor: Actor) -> None:
    reason = forms.confirm(
        "撤回申请",
        will_do="申请人要求撤回：办件就此结束，不再审查，也不计入办结；不能恢复，需要时重新收件。",
        key=f"withdraw-{number}",
        needs="撤回原因",
    )
    if reason is not None:
        page.perform(
            lambda session: review.withdraw(session, number, reason, actor=actor, now=page.now()),
            done=f"{number} 已按申请人要求撤回",
        )


def _receipt(number: str, actor: Actor) -> None:
    moment = page.now()

    def make(session: Session) -> bytes:
        found = details.detail(session, number, actor)
        return receipts.receipt(session, found, printed_at=moment, covered=answers.covered(session, found))

    page.offer_download("打印接收凭证", make, f"申请材料接收凭证_{number}.pdf", PDF, key=f"receipt-{number}")
