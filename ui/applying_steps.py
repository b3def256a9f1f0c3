"""The screens of an online application: applicant, form, materials, the check before sending."""

import dataclasses
import itertools
from collections.abc import Callable

import streamlit as st

import settings
from models.enums import ApplicantKind, IdType, Necessity
from services import applications, attachments, database
from services.applications import Application, Place
from services.attachments import ACCEPTED, Upload
from services.cases.applicants import ORGANISATION_IDS
from services.cases.intake import Filed
from services.errors import Invalid
from services.rules import contacts, identifiers
from services.rules import forms as rules
from services.rules.guide import Material
from ui import applying, form_fields, page, visitor
from ui.forms import Fields

KINDS = {ApplicantKind.PERSON: "个人", ApplicantKind.ORGANISATION: "单位（企业、个体工商户、社会组织等）"}
MARKS = {Necessity.REQUIRED: "必须上传", Necessity.DEFERRABLE: "可以后补", Necessity.CONDITIONAL: "符合情形时上传"}
PLEDGE = "以上内容和材料真实、有效，如有虚假，愿意承担法律责任"


def _name(found: Application) -> str:
    return f"apply-{found.number or f'new-{found.item_id}'}"


def _fields(found: Application) -> Fields:
    fields = Fields(_name(found))
    st.session_state["_apply-fields"] = fields
    return fields


def applicant(found: Application) -> None:
    """Kind, id, name, phone, e-mail, agent. A saved id, phone and address are shown masked and stay until others are typed."""
    fields, content = _fields(found), found.content
    kind = st.radio(
        "申请人是", list(KINDS), list(KINDS).index(content.kind), format_func=KINDS.__getitem__, key=fields.key("kind")
    )
    allowed = [each for each in IdType if (each in ORGANISATION_IDS) == (kind is ApplicantKind.ORGANISATION)]
    first = IdType.USCC if kind is ApplicantKind.ORGANISATION else IdType.CITIZEN_ID
    chosen = content.id_type if content.id_type in allowed else first
    id_type = st.selectbox(
        "证件类型", allowed, allowed.index(chosen), format_func=lambda each: each.label, key=fields.key(f"type-{kind}")
    )
    number = _known(fields, "id_number", "证件号码", content.id_number, identifiers.mask_id, id_type.label)
    _check_id(fields, id_type, number)
    name = fields.text("name", "姓名或单位名称", content.name, max_chars=200, autocomplete="off")
    phone = _known(fields, "phone", "联系电话", content.phone, identifiers.mask_phone, "手机，或带区号的固定电话")
    if phone and (problem := identifiers.problem_of_phone(phone)):
        fields.mark({"phone": problem})
    email = _known(fields, "email", "电子邮箱（没有就不填）", content.email, contacts.mask_email, "name@example.cn")
    st.caption("补正、办结会发短信到这个号码；填了邮箱的，同时发邮件。")
    agent = fields.text("agent", "代理人姓名（没有就不填）", content.agent, max_chars=60, autocomplete="off")
    filled = dataclasses.replace(
        content, id_type=id_type, id_number=number, name=name, phone=phone, email=email, agent=agent
    )
    applying.buttons(found, _name(found), lambda: filled)


def _known(fields: Fields, field: str, label: str, known: str, mask: Callable[[str], str], example: str) -> str:
    shown = mask(known) if known else ""
    typed = fields.text(field, label, shown, max_chars=100, autocomplete="off", placeholder=example)
    return known if known and typed == shown else typed


def _check_id(fields: Fields, id_type: IdType, number: str) -> None:
    """Said as the field is left: region, birth date and check digit."""
    if not number:
        return
    try:
        identifiers.check_id(id_type, number)
    except Invalid as error:
        fields.mark({"id_number": error.message})


def form(found: Application) -> None:
    fields = _fields(found)
    answers = form_fields.draw(found.guide.form, found.content.answers, fields)
    given = {key: value for key, value in answers.items() if value not in (None, "", [])}
    applying.buttons(found, _name(found), lambda: dataclasses.replace(found.content, answers=given))


def materials(found: Application) -> None:
    """Each material with its files; a chosen file is checked and kept at once."""
    fields, content = _fields(found), found.content
    if not found.materials:
        st.info("本事项不需要上传材料，直接到下一步核对。")
    limit = settings.current().attachment_limit_mb
    st.caption(f"支持 {'、'.join(ACCEPTED)}，每个不超过 {limit} MB；手机可直接拍照。选好即上传保存。")
    for key, material in found.materials.items():
        with st.container(border=True, gap="small", key=f"{_name(found)}-m-{key}"):
            _material(found, key, material)
    subject = fields.text("subject", "想补充说明的（选填）", content.subject, max_chars=200)
    applying.buttons(found, _name(found), lambda: dataclasses.replace(content, subject=subject))


def _material(found: Application, key: str, material: Material) -> None:
    kept = found.files_of(key)
    mark = ":green[✓ 已上传]" if kept else f":gray[{MARKS[material.necessity]}]"
    st.markdown(f"**{page.plain(material.name)}**　{mark}")
    told = "；".join(filter(None, (material.condition, material.note)))
    if told:
        st.caption(page.plain(told))
    for file in kept:
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(f"{page.plain(file.file_name)}　:gray[{file.size / 1024:,.0f} KB]", width="stretch")
            if st.button("移除", key=f"drop-{file.id}", help=f"移除 {file.file_name}"):
                _drop(found, file.id)
    _upload(found, key, material)


def _upload(found: Application, key: str, material: Material) -> None:
    turn = f"_turn-{found.number}-{key}"
    chosen = st.file_uploader(
        f"上传{material.name}",
        ACCEPTED,
        accept_multiple_files=True,
        max_upload_size=settings.current().attachment_limit_mb,
        key=f"{_name(found)}-up-{key}-{st.session_state.get(turn, 0)}",
        label_visibility="collapsed",
    )
    if not chosen:
        return
    uploads = [Upload(each.name, each.getvalue(), key) for each in chosen]
    page.perform(
        lambda session: applications.add_files(
            session, page.district_id(), found.number, found.token, uploads, now=page.now()
        ),
        done=lambda count: f"已上传 {count} 个文件",
        then=lambda _: st.session_state.update({turn: st.session_state.get(turn, 0) + 1}),
    )


def _drop(found: Application, file_id: int) -> None:
    page.perform(
        lambda session: applications.drop_file(
            session, page.district_id(), found.number, found.token, file_id, now=page.now()
        ),
        done="已移除",
        then=lambda key: attachments.remove([key]),
    )


def check(found: Application, places: list[Place]) -> None:
    """Everything once more as it will be sent, then the pledge and the button."""
    fields, content = _fields(found), found.content
    summary(found)
    if not places:
        st.warning("目前没有窗口办理这个事项，暂时不能提交；草稿已保存，请拨打咨询电话。")
    chosen = st.radio(
        "办理和领取地点",
        [place.id for place in places],
        format_func=lambda each: next(page.plain(f"{p.name}　{p.address}") for p in places if p.id == each),
        key=fields.key("place"),
    )
    pledged = st.checkbox(PLEDGE, key=fields.key("pledge"))
    applying.buttons(found, _name(found), lambda: content)
    if st.button("提交申请", key=f"{_name(found)}-send", type="primary", width="stretch", disabled=not places):
        if not pledged:
            st.error("提交前请勾选上面的承诺")
        else:
            _send(found, chosen, fields)


def _send(found: Application, place_id: int, fields: Fields) -> None:
    def run(session: database.Session) -> Filed:
        return applications.submit(
            session, page.district_id(), found.number, found.token, place_id, source=visitor.address(), now=page.now()
        )

    fields.perform(run, done=lambda filed: f"已提交，办件编号 {filed.number}", key=found.form_key)


def summary(found: Application) -> None:
    """Applicant, answers and files, ids masked."""
    content = found.content
    rows = [
        ("申请人", content.name),
        (content.id_type.label, identifiers.mask_id(content.id_number) if content.id_number else ""),
        ("联系电话", identifiers.mask_phone(content.phone) if content.phone else ""),
        ("电子邮箱", contacts.mask_email(content.email) if content.email else ""),
        ("代理人", content.agent),
        ("补充说明", content.subject),
    ]
    with st.container(border=True, gap="xsmall"):
        st.markdown("**申请人**")
        _rows(rows)
    for section, members in itertools.groupby(
        rules.shown(found.guide.form, content.answers), key=lambda field: field.section
    ):
        with st.container(border=True, gap="xsmall"):
            st.markdown(f"**{page.plain(section or '表单')}**")
            _rows(
                [(each.label, rules.in_words(each, content.answers.get(each.key), is_masked=True)) for each in members]
            )
    with st.container(border=True, gap="xsmall"):
        st.markdown("**材料**")
        _rows([(material.name, _files_told(found, key, material)) for key, material in found.materials.items()])


def _files_told(found: Application, key: str, material: Material) -> str:
    kept = found.files_of(key)
    if kept:
        return f"{len(kept)} 个文件"
    return {Necessity.REQUIRED: "还没有上传", Necessity.DEFERRABLE: "以后补交", Necessity.CONDITIONAL: "不适用"}[
        material.necessity
    ]


def _rows(rows: list[tuple[str, str]]) -> None:
    for label, value in rows:
        if value:
            st.markdown(f":gray[{page.plain(label)}]　{page.plain(value)}")
