"""The applicant on the intake form: typed anew, or found again by id, phone or name; ids are shown masked once left."""

import streamlit as st

from models.enums import ApplicationChannel, IdType, Permission
from services import database
from services.cases import applicants
from services.cases.applicants import ApplicantEntry
from services.errors import Invalid
from services.rules import identifiers, quick_entry
from services.rules.quick_entry import SoughtBy
from ui import enterprise_standing, intake_draft, page
from ui.forms import Fields
from ui.intake_draft import Draft

BY_ITSELF = ""
FOUND_NOBODY = "没有找到这位申请人：请输入证件号码"
CHOOSE = "按 ↑↓ 选定申请人，或重新输入姓名加序号；不是其中任何一位，请输入证件号码"


def draw(draft: Draft, fields: Fields) -> None:
    """Id number, name and phone."""
    _restore(draft)
    fields.text(
        "id_number",
        "证件号码",
        autocomplete="off",
        placeholder="身份证号或统一社会信用代码；老申请人也可输入姓名、电话",
        on_change=_left_id,
    )
    with st.container(gap="xsmall"):  # always there: what comes and goes above a field would remount it while one types
        _told(draft)
        if draft.cards:
            _choose(draft)
        enterprise_standing.show(draft.standing)
    left, right = st.columns([3, 2])
    with left:
        fields.text("name", "姓名或名称", autocomplete="off")
    with right:
        fields.text("phone", "联系电话", autocomplete="off", placeholder="手机或带区号的电话", on_change=_left_phone)
    draft.mark(fields, id_number=draft.typed("id_number"), name=draft.typed("name"), phone=draft.typed("phone"))


def _restore(draft: Draft) -> None:
    """A key pressed before the browser had what was found sends the fields back as they were: they are filled again."""
    is_lost = draft.typed("id_number") != draft.masked_id or not draft.typed("name")
    if draft.applicant_id is not None and is_lost:
        with page.transaction() as session:
            _fill(session, draft, draft.applicant_id)


def _told(draft: Draft) -> None:
    """What was found, or what the id says once it is right."""
    if draft.cards:
        st.caption(CHOOSE)
    elif draft.applicant_id is not None:
        st.caption(f"✓ 已有申请人：{page.plain(draft.typed('name'))}，资料已带出，可直接收件")
    elif draft.id_number and identifiers.problem_of_citizen_id(draft.id_number) is None:
        born, sex = identifiers.birth_date(draft.id_number), identifiers.sex(draft.id_number)
        st.caption(f"✓ 校验通过：{sex}，{born:%Y-%m-%d} 出生，区划 {draft.id_number[:6]}；新申请人，请填写姓名")
    elif draft.id_number:
        st.caption("✓ 校验通过；新申请人，请填写名称")


def _choose(draft: Draft) -> None:
    def label(place: int) -> str:
        card = draft.cards[place]
        return f"{place + 1}　{page.plain(f'{card.name}　{card.id_type.label} {card.masked_id}　{card.masked_phone}')}"

    st.radio(
        "已有申请人",
        range(len(draft.cards)),
        None,
        format_func=label,
        key=draft.key("card"),
        on_change=_chose,
        label_visibility="collapsed",
    )


@page.callback(Permission.CASES_INTAKE)
def _left_id() -> None:
    """As the field is left: an id is checked, masked and looked up; a phone or a name finds known applicants."""
    draft = intake_draft.at_hand()
    text = draft.typed("id_number")
    if draft.masked_id and text == draft.masked_id:
        return
    draft.forget_applicant()
    if not text:
        return
    with page.transaction() as session:
        if quick_entry.sought_by(text) == SoughtBy.ID:
            _take_id(session, draft, text)
        else:
            _look_up(session, draft, text)


def _take_id(session: database.Session, draft: Draft, text: str) -> None:
    chosen = draft.typed("id_type")
    id_type = IdType(chosen) if chosen else applicants.guess_id_type(text)
    try:
        number = identifiers.check_id(id_type, text)
    except Invalid as error:
        draft.complain({"id_number": error.message}, {"id_number": text})
        return
    known = [card for card in applicants.find(session, draft.district_id, number) if card.id_type == id_type]
    if known:
        _fill(session, draft, known[0].id)
        return
    draft.id_number, draft.masked_id = number, identifiers.mask_id(number)
    draft.standing = enterprise_standing.of(number)
    draft.write("id_number", draft.masked_id)


def _look_up(session: database.Session, draft: Draft, text: str) -> None:
    """One person of a phone is taken at once; among names somebody chooses."""
    sought, place = quick_entry.split_choice(text)
    cards = applicants.find(session, draft.district_id, sought)
    if quick_entry.sought_by(text) == SoughtBy.PHONE and len(cards) == 1:
        place = 1
    if place and place <= len(cards):
        _fill(session, draft, cards[place - 1].id)
        return
    draft.cards = tuple(cards)
    st.session_state.pop(draft.key("card"), None)
    if not cards:
        draft.complain({"id_number": FOUND_NOBODY}, {"id_number": text})


def _fill(session: database.Session, draft: Draft, applicant_id: int) -> None:
    """Take a known applicant over; what is shown is masked."""
    known = applicants.entry_of(session, draft.district_id, applicant_id)
    if known is None:
        return
    draft.forget_applicant()
    draft.applicant_id = applicant_id
    draft.standing = enterprise_standing.of(known.id_number)
    draft.masked_id = identifiers.mask_id(known.id_number)
    draft.masked_phone = identifiers.mask_phone(known.phone) if known.phone else ""
    draft.write("id_number", draft.masked_id)
    draft.write("name", known.name)
    draft.write("phone", draft.masked_phone)


@page.callback(Permission.CASES_INTAKE)
def _chose() -> None:
    draft = intake_draft.at_hand()
    place = st.session_state.get(draft.key("card"))
    if place is not None and place < len(draft.cards):
        with page.transaction() as session:
            _fill(session, draft, draft.cards[place].id)


@page.callback(Permission.CASES_INTAKE)
def repeat() -> None:
    """Take the applicant of the last case again."""
    draft = intake_draft.at_hand()
    if draft.last_applicant is not None:
        with page.transaction() as session:
            _fill(session, draft, draft.last_applicant)


@page.callback(Permission.CASES_INTAKE)
def _left_phone() -> None:
    draft = intake_draft.at_hand()
    text = draft.typed("phone")
    if text and text != draft.masked_phone and (problem := identifiers.problem_of_phone(text)):
        draft.complain({"phone": problem}, {"phone": text})


def entry(session: database.Session, draft: Draft) -> ApplicantEntry:
    """What the fields say, with the id and phone in full where they are shown masked."""
    name, id_number, phone = draft.typed("name"), draft.typed("id_number"), draft.typed("phone")
    known = applicants.entry_of(session, draft.district_id, draft.applicant_id) if draft.applicant_id else None
    if known is not None and id_number == draft.masked_id:
        return ApplicantEntry(
            name,
            known.id_number,
            known.id_type,
            known.phone if phone == draft.masked_phone else phone,
            draft.typed("email") or known.email,
        )
    if draft.masked_id and id_number == draft.masked_id:
        id_number = draft.id_number
    chosen = draft.typed("id_type")
    id_type = IdType(chosen) if chosen else applicants.guess_id_type(id_number)
    return ApplicantEntry(name, id_number, id_type, phone, draft.typed("email"))


def more(draft: Draft) -> tuple[str, ApplicationChannel, str]:
    """What few cases need: (agent, channel, subject); the kind of id is read with the id."""
    with st.expander("更多：证件类型、代理人、申请内容、来件方式、电子邮箱"):
        left, right = st.columns(2)
        kinds = {BY_ITSELF: "自动识别", **IdType.labels()}
        left.selectbox("证件类型", kinds, format_func=kinds.__getitem__, key=draft.key("id_type"), on_change=_left_id)
        agent = right.text_input("代理人姓名", key=draft.key("agent"), autocomplete="off")
        subject = left.text_input("申请内容", key=draft.key("subject"), autocomplete="off", max_chars=200)
        channels = ApplicationChannel.labels()
        channel = right.selectbox("来件方式", channels, format_func=channels.__getitem__, key=draft.key("channel"))
        left.text_input("电子邮箱", key=draft.key("email"), autocomplete="off", placeholder="填了的，短信之外再发邮件")
    return agent or "", ApplicationChannel(channel), subject or ""
