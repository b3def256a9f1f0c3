"""The correction handed in online: every document of the notice at once, nothing else, not too late, by nobody else."""

import dataclasses
import datetime as dt

import pytest
from sqlalchemy import func, select

from models.cases import Attachment, Case
from models.enums import ApplicationChannel, CaseStatus, DocumentVerdict
from services import applications, confidential
from services.attachments import Upload
from services.cases import correcting, intake
from services.errors import Invalid, NotFound, WrongState
from services.rules.completeness import Judged
from tests import builders

D = builders.DISTRICT
DAY = dt.timedelta(days=1)
UNTIL = dt.date(2026, 3, 30)
V = DocumentVerdict
PDF = b"%PDF-1.7 scanned again"


@pytest.fixture
def number(session, make_item, clerk_017, now):
    """Received online; both of its documents are asked for again."""
    filing = builders.filing(make_item(), channel=ApplicationChannel.ONLINE, is_to_review=True)
    public = dataclasses.replace(clerk_017, user_id=None)
    number = intake.file(session, filing, actor=public, now=now).number
    wrong = [Judged(key, V.ILLEGIBLE, "请重新扫描") for key in ("id", "plan")]
    correcting.request(session, number, wrong, UNTIL, actor=clerk_017, now=now)
    return number


def correct(session, number, now, *keys, token=None):
    uploads = [Upload(f"{key}.pdf", PDF, key) for key in keys]
    token = token or confidential.link_token(D, number)
    applications.correct(session, D, number, token, uploads, source="203.0.113.9", now=now)


def state(session, number):
    files = session.scalar(select(func.count(Attachment.id)))
    return session.scalars(select(Case.status).where(Case.number == number)).one(), files


def test_all_that_was_asked_for_comes_in_at_once(session, number, now):
    correct(session, number, now + DAY, "id", "plan")
    assert state(session, number) == (CaseStatus.SUBMITTED, 2)
    with pytest.raises(WrongState, match="待受理"):
        correct(session, number, now + DAY, "id", "plan")


@pytest.mark.parametrize(
    ("keys", "days", "error", "told"),
    [
        (("id",), 1, Invalid, "还没有上传：场所平面图"),
        ((), 1, Invalid, "还没有上传：身份证明、场所平面图"),
        (("id", "plan", "other"), 1, Invalid, "没有要求补交"),
        (("id", "plan"), 15, WrongState, "期限 2026-03-30 已过"),
    ],
)
def test_a_part_something_else_or_too_late_is_refused_and_nothing_is_kept(
    session, number, now, keys, days, error, told
):
    with pytest.raises(error, match=told):
        correct(session, number, now + days * DAY, *keys)
    assert state(session, number) == (CaseStatus.CORRECTION_REQUESTED, 0)


def test_a_file_that_lies_about_its_type_and_a_wrong_token_are_refused(session, number, now):
    lying = [Upload("id.pdf", b"MZ a program", "id"), Upload("plan.pdf", PDF, "plan")]
    with pytest.raises(Invalid, match="不符"), session.begin_nested():
        applications.correct(session, D, number, confidential.link_token(D, number), lying, source="x", now=now)
    with pytest.raises(NotFound):
        correct(session, number, now, "id", "plan", token="0" * 32)
    session.expire_all()
    assert state(session, number) == (CaseStatus.CORRECTION_REQUESTED, 0)
