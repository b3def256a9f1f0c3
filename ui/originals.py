"""真实性审核 on screen: originals compared before a certificate is handed over; a false one goes back to the department."""

import streamlit as st

from models.enums import CaseAction
from services.actors import Actor
from services.cases import authenticity
from services.cases.authenticity import Original
from services.cases.details import CaseDetail
from ui import page, words
from ui.forms import Fields

GENUINE = {True: "与原件一致", False: "不一致"}


def draw(found: CaseDetail, actor: Actor) -> bool:
    """The checklist of originals that nobody has seen; whether there is one."""
    with page.transaction() as session:
        waiting = authenticity.to_check(session, found.case)
    if not waiting:
        return False
    fields = Fields(f"originals-{found.case.number}-{found.case.version}")
    with st.form(f"originals-{found.case.number}", border=True):
        st.markdown(f"**真实性审核**：领取前核对原件 {len(waiting)} 份，留存复印件")
        entered = []
        for each in waiting:
            st.markdown(page.plain(each.name))
            key = each.material_key
            genuine = fields.choice(f"genuine-{key}", f"{each.name}核验结果", GENUINE, None)
            until = fields.day(f"until-{key}", f"{each.name}有效期至（长期有效的不填）", None)
            note = fields.text(f"note-{key}", f"{each.name}不一致之处", max_chars=200)
            fields.place(key)
            if genuine is not None:
                entered.append(Original(key, genuine, note, until))
        pressed = st.form_submit_button("核验完成", type="primary", shortcut="F9")
    if pressed:
        fields.perform(
            lambda session: authenticity.compare(session, found.case.number, entered, actor=actor, now=page.now()),
            done=lambda passed: "原件核验一致，可以送达" if passed else "原件不一致：暂缓发证，已退回部门重新决定",
        )
    return True


def rule(found: CaseDetail, actor: Actor) -> None:
    """The department rules on what the window found."""
    event = next((each for each in reversed(found.events) if each.action is CaseAction.WITHHOLD), None)
    if event is not None:
        st.warning(page.plain(f"{words.moment(event.at)} {event.actor_name}核验原件不一致：{event.opinion or ''}"))
    fields = Fields(f"rule-{found.case.number}")
    with st.form(f"rule-{found.case.number}", border=False):
        ways = {True: "维持决定，可以领取", False: "撤销决定（《行政许可法》第六十九条）"}
        upholds = fields.choice("upholds", "重新决定", ways, None)
        reasons = fields.long_text("reasons", "理由", max_chars=1000)
        pressed = st.form_submit_button("提交", type="primary")
    if pressed and upholds is None:
        fields.mark({"upholds": "请选择维持或撤销"})
    elif pressed:
        fields.perform(
            lambda session: authenticity.rule(
                session, found.case.number, reasons, upholds=bool(upholds), actor=actor, now=page.now()
            ),
            done="已维持决定，申请人可以领取" if upholds else "已撤销决定",
        )
