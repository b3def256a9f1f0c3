"""What an applicant takes away: the number, the query code, the QR code, the voucher, and what happens next."""

import datetime as dt

import segno
import streamlit as st

import settings
from services import applications, calendars, confidential, database, receipts
from services.applications import Application
from services.cases import answers
from services.cases.details import CaseDetail
from services.rules import identifiers, working_time
from ui import page, words

TRACK = "pages/portal/track.py"
QR_WIDTH = 168


def draw(found: Application) -> None:
    with page.transaction() as session:
        detail = applications.sent(session, page.district_id(), found.number, found.token, now=page.now())
        calendar = calendars.work_calendar(session, detail.case.district_id, detail.case.centre_id)
    case = detail.case
    code = confidential.query_code(case.district_id, case.number)
    st.header(page.plain(found.item_name), anchor=False)
    with st.container(border=True, key="sent"):
        st.markdown("#### :green[✓ 已提交，材料已收到]")
        st.markdown(f"办件编号　**{case.number}**")
        st.markdown(f"查询码　**{page.plain(identifiers.show_query_code(code))}**")
        st.caption("请抄下、截屏或下载凭证：凭这两项随时查进度、补正材料。查询码等同密码，请勿转交他人。")
        address = confidential.tracking_url(case.district_id, case.number)
        st.image(segno.make(address, error="m").svg_inline(scale=4, border=2), caption="扫码查进度", width=QR_WIDTH)
        with st.container(horizontal=True):
            page.offer_download(
                "下载收件凭证",
                lambda session: _voucher(session, found),
                f"收件凭证-{case.number}.pdf",
                "application/pdf",
                key="sent-voucher",
                type="primary",
            )
            st.page_link(
                TRACK, label=":blue[**查进度**]", query_params={"number": case.number, "token": _token(detail)}
            )
    with st.container(border=True, gap="xsmall"):
        st.markdown("**接下来**")
        received = case.submitted_at.astimezone(settings.current().zone)
        due = working_time.completeness_deadline(received, calendar).due
        for line in _next(detail, received, due):
            st.markdown(line)


def _token(detail: CaseDetail) -> str:
    return confidential.link_token(detail.case.district_id, detail.case.number)


def _voucher(session: database.Session, found: Application) -> bytes:
    detail = applications.sent(session, page.district_id(), found.number, found.token, now=page.now())
    return receipts.receipt(session, detail, printed_at=page.now(), covered=answers.covered(session, detail))


def _next(detail: CaseDetail, received: dt.datetime, due: dt.datetime) -> list[str]:
    return [
        f"1. {page.plain(detail.centre)}的窗口核对材料是否齐全，最迟 {words.moment(due)} 告诉您"
        f"（{words.moment(received)} 收到，自下一工作日起算 5 个工作日）。",
        "2. 需要补正的，一次告诉您全部内容；没有告知的，视为已经受理。",
        f"3. 受理后由{page.plain(detail.department)}审查，办好后短信通知您领取结果，请带有效证件和材料原件。",
    ]
