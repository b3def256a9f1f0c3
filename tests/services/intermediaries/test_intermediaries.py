"""中介服务: engaged inside a case or project, accepted or returned, rated by both sides."""

import dataclasses
import datetime as dt

import pytest
from sqlalchemy import select

from models.enums import EngagementAction, EngagementState, HolderKind, RatingSide
from models.intermediaries import Engagement
from services import audit, intermediaries
from services.cases import details, intake, review
from services.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from services.intermediaries import NewEngagement
from services.rules import holders
from tests import builders

A, S = EngagementAction, EngagementState
CLIENT, OTHER = RatingSide.CLIENT, RatingSide.INTERMEDIARY


@pytest.fixture
def number(session, clerk_017, now):
    return intake.file(session, builders.filing(builders.item(session)), actor=clerk_017, now=now).number


@pytest.fixture
def new(district, number):
    return NewEngagement(district.organisations["Z01"], "日照分析", "HT-2026-001", dt.date(2026, 3, 20), number)


@pytest.fixture
def engaged(session, new, reviewer, now):
    return intermediaries.engage(session, new, actor=reviewer, now=now)


@pytest.fixture
def step(session, engaged, reviewer, now):
    def run(action, text="", *, later=1):
        moment = now + dt.timedelta(hours=later)
        return intermediaries.act(
            session, engaged.id, action, text, expected_version=engaged.version, actor=reviewer, now=moment
        )

    return run


@pytest.fixture
def rows(session, number, reviewer, now):
    def run(*, later=0):
        case = details.get(session, number, reviewer)
        return intermediaries.of_case(session, case, now=now + dt.timedelta(hours=later))

    return run


def test_an_engagement_has_its_contract_and_its_due_date(rows, engaged):
    (row,) = rows()
    assert (row.intermediary, row.service, row.contract_number) == ("测绘服务机构", "日照分析", "HT-2026-001")
    assert row.state is S.ENGAGED and row.due_on == dt.date(2026, 3, 20) and not row.is_late


def test_a_report_is_returned_mended_and_accepted(rows, step):
    assert step(A.REPORT, "报告第1号") is S.REPORTED
    assert step(A.RETURN, "缺少冬至日的计算", later=2) is S.RETURNED
    assert step(A.REPORT, "报告第2号", later=4) is S.REPORTED
    assert step(A.ACCEPT, later=5) is S.ACCEPTED
    (row,) = rows(later=5)
    assert row.report == "报告第2号" and [what for _, what, _, _ in row.remarks] == [
        "委托", "提交报告", "退回报告", "提交报告", "验收",
    ]  # fmt: skip
    assert row.used == 0.4, "an hour, and an hour and a half after noon, of seven"


@pytest.mark.parametrize(
    ("action", "text", "error", "words"),
    [
        (A.ACCEPT, "", WrongState, "不能「验收」"),
        (A.RETURN, "不合格不合格", WrongState, "不能「退回报告」"),
        (A.REPORT, " ", Invalid, "报告名称"),
        (A.CANCEL, "不要", Invalid, "解除的原因"),
    ],
)
def test_a_wrong_step_is_refused_in_words_and_nothing_is_written(session, engaged, step, action, text, error, words):
    with pytest.raises(error, match=words):
        step(action, text)
    assert session.get_one(Engagement, (1, engaged.id)).state is S.ENGAGED


def test_two_at_once_the_second_is_told(session, engaged, step, reviewer, now):
    seen = engaged.version
    step(A.REPORT, "报告第1号")
    with pytest.raises(Conflict):
        intermediaries.act(
            session, engaged.id, A.ACCEPT, expected_version=seen, actor=reviewer, now=now + dt.timedelta(hours=2)
        )


def test_every_wrong_field_is_named_at_once(session, new, reviewer, district, now):
    bad = dataclasses.replace(
        new, intermediary_id=district.organisations["017"], service=" ", contract_number="", due_on=dt.date(2026, 3, 1)
    )
    with pytest.raises(Invalid) as refusal:
        intermediaries.engage(session, bad, actor=reviewer, now=now)
    assert set(refusal.value.fields) == {"intermediary", "service", "contract", "due_on"}
    assert session.scalars(select(Engagement)).all() == []


def test_no_intermediary_is_engaged_in_a_case_that_is_over(session, new, number, reviewer, now):
    review.grant(session, number, actor=reviewer, now=now)
    with pytest.raises(WrongState, match="不能再委托"):
        intermediaries.engage(session, new, actor=reviewer, now=now)


def test_another_department_and_an_onlooker_engage_nobody(session, new, now):
    with pytest.raises(NotFound):
        intermediaries.engage(session, new, actor=builders.actor(session, "reviewer", department="018"), now=now)
    with pytest.raises(NotAllowed):
        intermediaries.engage(session, new, actor=builders.actor(session, "inspector"), now=now)


def test_another_department_takes_no_step(session, engaged, now):
    stranger = builders.actor(session, "reviewer", department="018")
    with pytest.raises(NotFound):
        intermediaries.act(session, engaged.id, A.REPORT, "x", expected_version=1, actor=stranger, now=now)


def test_both_sides_rate_once_and_only_at_the_end(session, engaged, step, reviewer, rows, now):
    later = now + dt.timedelta(hours=3)

    def rate(side, stars, comment=""):
        intermediaries.rate(session, engaged.id, side, stars, comment, actor=reviewer, now=later)

    with pytest.raises(WrongState, match="验收"):
        rate(CLIENT, 5)
    step(A.REPORT, "报告第1号")
    step(A.ACCEPT, later=2)
    rate(CLIENT, 4, "准时")
    rate(OTHER, 5)
    with pytest.raises(WrongState, match="已经评过"):
        rate(CLIENT, 1, "改了主意")
    (row,) = rows(later=3)
    assert (row.client_rating, row.intermediary_rating) == (4, 5)
    (known,) = [each for each in intermediaries.intermediaries(session, 1) if each.name == "测绘服务机构"]
    assert (known.rating, known.rated) == (4.0, 1)
    assert audit.verify(session, 1).intact


def test_a_late_report_stays_late_after_its_acceptance(rows, step, engaged, now):
    assert rows(later=24 * 5)[0].is_late
    step(A.REPORT, "报告第1号", later=24 * 5)
    step(A.ACCEPT, later=24 * 5 + 1)
    assert rows(later=24 * 6)[0].is_late


def test_the_intermediarys_time_is_theirs_in_the_cases_ledger(session, number, step, reviewer, now):
    step(A.REPORT, "报告第1号", later=24)
    case = details.get(session, number, reviewer)
    held = holders.totals(intermediaries.ledger(session, case, now=now + dt.timedelta(hours=26)))
    assert held == {HolderKind.INTERMEDIARY: 420, HolderKind.DEPARTMENT: 90}
