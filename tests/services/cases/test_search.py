"""Finding cases: filters, words, pages, counts, kept searches, export."""

import dataclasses
import datetime as dt
import io
import itertools
import random

import pytest
from openpyxl import load_workbook
from sqlalchemy import event, select

from models.audit import AuditEntry
from models.cases import Case
from models.enums import OPEN_STATUSES, CaseResult, CaseStatus, CaseType, IdType, LimitUnit, ScopeKind
from models.people import User
from services import database
from services.cases import exporting, filters, intake, review, saved_searches, search, words
from services.cases.applicants import ApplicantEntry
from services.cases.exporting import Format
from services.cases.search import CaseFilter
from services.database import is_sqlite
from services.errors import Invalid, NotAllowed, NotFound
from tests import builders

LI = ApplicantEntry("李示例", "510113189901010011", phone="13800000001")
OUYANG = ApplicantEntry("欧阳示例甲乙", "510113189001010016", phone="13800000002")
FIRM = ApplicantEntry("示例Alpha餐饮有限公司", builders.FIRM_ID, IdType.USCC)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def file(session, clerk_017, now):
    """File a case minutes after the last one; returns its number."""
    clock = itertools.count()

    def make(item, applicant=LI, *, actor=clerk_017, at=None):
        moment = at or now + next(clock) * MINUTE
        return intake.file(session, builders.filing(item, applicant=applicant), actor=actor, now=moment).number

    return make


@pytest.fixture
def later(now):
    return now + dt.timedelta(hours=6)


def numbers(session, wanted, actor, now, **more):
    return [row.number for row in search.page(session, wanted, actor, now=now, **more).rows]


def test_the_newest_case_stands_first_and_persons_are_masked(session, make_item, file, inspector, later):
    item = make_item()
    filed = [file(item, applicant) for applicant in (LI, OUYANG, FIRM)]
    rows = search.page(session, CaseFilter(), inspector, now=later).rows
    assert [row.number for row in rows] == filed[::-1]
    assert [row.applicant for row in rows] == ["示例Alpha餐饮有限公司", "欧****乙", "李*例"]


def test_pages_visit_each_case_once_while_new_ones_arrive(session, make_item, file, inspector, later):
    item = make_item(case_type=CaseType.IMMEDIATE)
    before = [file(item) for _ in range(25)]
    seen, position = [], None
    while True:
        found = search.page(session, CaseFilter(), inspector, now=later, after=position, size=4)
        seen += [row.number for row in found.rows]
        file(item)
        if not found.has_more:
            break
        position = found.last
    assert seen == before[::-1]


@pytest.mark.parametrize("asked", [CaseFilter(), CaseFilter(words="卫生")], ids=["all", "words"])
def test_going_back_shows_the_same_page_again(session, make_item, file, inspector, later, asked):
    item = make_item()
    for _ in range(11):
        file(item)
    first = search.page(session, asked, inspector, now=later, size=4)
    second = search.page(session, asked, inspector, now=later, size=4, after=first.last)
    third = search.page(session, asked, inspector, now=later, size=4, after=second.last)
    assert (first.is_first, second.is_first, third.has_more) == (True, False, False)
    assert search.page(session, asked, inspector, now=later, size=4, before=third.first).rows == second.rows
    back = search.page(session, asked, inspector, now=later, size=4, before=second.first)
    assert back.rows == first.rows
    jumped = search.page(session, asked, inspector, now=later, size=4, skip=8)
    assert jumped.rows == third.rows and not jumped.is_first


def test_back_past_the_newest_case_is_the_first_page_whole(session, make_item, file, inspector, later):
    item = make_item()
    for _ in range(5):
        file(item)
    found = search.page(session, CaseFilter(), inspector, now=later, size=3)
    file(item)
    again = search.page(session, CaseFilter(), inspector, now=later, size=3, before=found.first)
    assert len(again.rows) == 3 and again.is_first


def test_a_count_stops_at_its_cap_and_the_total_does_not(session, make_item, file, inspector, later):
    item = make_item()
    for _ in range(6):
        file(item)
    capped = search.count(session, CaseFilter(), inspector, now=later, cap=5)
    assert (capped.value, capped.capped) == (5, True)
    assert search.count(session, CaseFilter(), inspector, now=later) == search.Count(6, False)
    assert search.total(session, CaseFilter(words="卫生"), inspector, now=later) == 6


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("卫生", "LMH"),
        ("公共场所", "L"),
        ("公共 许可", "L"),
        ("共场", "L"),
        ("所公", ""),
        ("场所公共", ""),
        ("李示", "L"),
        ("alpha", "H"),
        ("ＡＬＰＨＡ", "H"),
        ("卫生 alpha", "H"),
        ("餐饮有限", "H"),
        ("登记 示", "X"),
        ("登记 京", ""),
        ("登记证明", "X"),
        ("登记证件", ""),
        ("劳动%", ""),
        ('卫生" OR "x', ""),
    ],
)
def test_words_are_found_in_items_and_names(session, make_item, file, clerk_017, inspector, later, typed, found):
    licence, food = make_item(name="公共场所卫生许可证核发"), make_item(name="餐饮业卫生许可证")
    other = make_item(name="证件登记证明")
    filed = {
        file(licence, LI): "L",
        file(food, OUYANG): "M",
        file(food, FIRM): "H",
        file(other, OUYANG): "X",
    }
    assert "".join(sorted(filed[each] for each in numbers(session, CaseFilter(words=typed), inspector, later))) == (
        "".join(sorted(found))
    )


@pytest.mark.parametrize("typed", ["卫", "a", "、", "卫 生"])
def test_one_character_is_too_little_to_search_by(session, inspector, later, typed):
    with pytest.raises(Invalid, match="至少输入两个字") as refused:
        search.page(session, CaseFilter(words=typed), inspector, now=later)
    assert "words" in refused.value.fields


@pytest.mark.parametrize(
    ("typed", "found"),
    [("510113189901010011", 2), ("13800000002", 1), ("欧阳", 1), (" 李示例 ", 2), ("13800000009", 0), ("王", None)],
)
def test_a_person_is_found_by_whole_id_whole_phone_or_name(session, make_item, file, inspector, later, typed, found):
    item = make_item()
    for applicant in (LI, LI, OUYANG):
        file(item, applicant)
    if found is None:
        with pytest.raises(Invalid, match="至少两个字"):
            search.page(session, CaseFilter(person=typed), inspector, now=later)
        return
    assert len(numbers(session, CaseFilter(person=typed), inspector, later)) == found


def test_too_many_namesakes_are_told_and_not_cut_short(session, make_item, file, inspector, later, monkeypatch):
    monkeypatch.setattr(filters, "MOST_PERSONS", 1)
    item = make_item()
    file(item, LI), file(item, dataclasses.replace(OUYANG, name="李示例乙"))
    with pytest.raises(Invalid, match="超过 1 个"):
        search.page(session, CaseFilter(person="李示例"), inspector, now=later)
    assert len(numbers(session, CaseFilter(person="李示例乙"), inspector, later)) == 1


def test_a_number_is_found_whole_or_from_its_day_on(session, make_item, file, inspector, later):
    item = make_item()
    filed = [file(item), file(item)]
    assert numbers(session, CaseFilter(number=f" {filed[0]} "), inspector, later) == filed[:1]
    assert numbers(session, CaseFilter(number=filed[0][:14]), inspector, later) == filed[::-1]
    assert numbers(session, CaseFilter(number=filed[0][:8]), inspector, later) == []


# --- every combination -------------------------------------------------------------------------------------------


def scattered(session, make_item, now):
    """Forty cases of two departments and two centres over three weeks, in many states."""
    chance = random.Random(7)
    items = [
        make_item(name="公共场所卫生许可", department="017"),
        make_item(name="食品经营登记", department="012", dept_name="", promise=(2, LimitUnit.WORKDAY)),
        make_item(name="卫生登记", department="017", case_type=CaseType.IMMEDIATE),
    ]
    clerks = [builders.actor(session, "window_clerk", centre=centre) for centre in ("510109-S", "510109-J1")]
    reviewers = {code: builders.actor(session, "chief_representative", department=code) for code in ("017", "012")}
    for step in range(40):
        moment = now + dt.timedelta(hours=9 * step)
        form = builders.filing(chance.choice(items), applicant=chance.choice([LI, OUYANG, FIRM]))
        number = intake.file(session, form, actor=chance.choice(clerks), now=moment).number
        case = session.scalars(select(Case).where(Case.number == number)).one()
        code = "017" if case.department_id == reviewers["017"].department_id else "012"
        act = chance.choice([None, review.grant, review.examine, review.withdraw])
        if act and case.status == CaseStatus.ACCEPTED:
            act(session, number, "材料齐全属实", actor=reviewers[code], now=moment + dt.timedelta(hours=5))
    return items, clerks, reviewers


def holds(case, item_name, wanted, now):
    """The same question asked of one case in plain words."""
    zone = now.tzinfo

    def day(at):
        return at.astimezone(zone).date() if at else None

    texts = " ".join(words.tokens(item_name, case.applicant_name))
    is_open = case.status in OPEN_STATUSES
    checks = [
        wanted.department_id in (None, case.department_id),
        wanted.centre_id in (None, case.centre_id),
        wanted.item_id in (None, case.item_id),
        wanted.result in (None, case.result),
        wanted.case_type in (None, case.case_type),
        not wanted.statuses or case.status in wanted.statuses,
        wanted.since is None or day(case.submitted_at) >= wanted.since,
        wanted.until is None or day(case.submitted_at) <= wanted.until,
        wanted.closed_on is None or (day(case.decided_at) == wanted.closed_on and case.result != CaseResult.WITHDRAWN),
        wanted.due_on is None or (is_open and day(case.due_at) == wanted.due_on),
        not wanted.is_overdue or (is_open and case.due_at is not None and case.due_at < now),
        not wanted.person or case.applicant_name.startswith(wanted.person),
        not wanted.words or all(token in texts for token in words.tokens(wanted.words)),
    ]
    return all(checks)


@pytest.mark.parametrize("frequent", [0, search.FREQUENT])
def test_every_combination_of_filters_finds_what_a_plain_reading_finds(
    session, make_item, now, inspector, monkeypatch, frequent
):
    monkeypatch.setattr(search, "FREQUENT", frequent)
    items, _, reviewers = scattered(session, make_item, now)
    later = now + dt.timedelta(days=16)
    cases = session.execute(select(Case).order_by(Case.submitted_at.desc(), Case.id.desc())).scalars().all()
    names = dict(zip(items, ("公共场所卫生许可", "食品经营登记", "卫生登记"), strict=True))
    choices = {
        "department_id": [None, reviewers["017"].department_id],
        "centre_id": [None, cases[0].centre_id],
        "item_id": [None, None, items[0]],
        "statuses": [(), OPEN_STATUSES, (CaseStatus.EXAMINING,), (CaseStatus.DECIDED, CaseStatus.CLOSED)],
        "result": [None, None, CaseResult.WITHDRAWN],
        "case_type": [None, None, CaseType.PROMISED],
        "since": [None, now.date() + dt.timedelta(days=3)],
        "until": [None, now.date() + dt.timedelta(days=12)],
        "closed_on": [None, None, now.date() + dt.timedelta(days=1)],
        "due_on": [None, None, cases[20].due_at and cases[20].due_at.date()],
        "is_overdue": [False, False, True],
        "person": ["", "", "李示"],
        "words": ["", "卫生", "卫生 示例"],
    }
    chance, found_some = random.Random(11), 0
    for _ in range(300):
        wanted = CaseFilter(**{name: chance.choice(values) for name, values in choices.items()})
        expected = [case.number for case in cases if holds(case, names[case.item_id], wanted, later)]
        assert numbers(session, wanted, inspector, later) == expected, wanted
        assert search.count(session, wanted, inspector, now=later).value == len(expected), wanted
        found_some += bool(expected)
    assert found_some > 40


# --- cost --------------------------------------------------------------------------------------------------------

TODAY = dt.date(2026, 3, 16)
PLANS = {
    "all": (CaseFilter(), "COVERING INDEX"),
    "department": (CaseFilter(department_id=1), "ix_cases_department_time"),
    "department and status": (CaseFilter(department_id=1, statuses=(CaseStatus.DELIVERED,)), "ix_cases_department"),
    "centre": (CaseFilter(centre_id=1), "ix_cases_centre"),
    "item": (CaseFilter(item_id=1), "ix_cases_item"),
    "period": (CaseFilter(since=TODAY, until=TODAY), "ix_cases_time"),
    "open": (CaseFilter(statuses=OPEN_STATUSES), "ix_cases_open"),
    "open at a centre": (CaseFilter(statuses=OPEN_STATUSES, centre_id=1), "ix_cases_open"),
    "waiting for delivery": (CaseFilter(statuses=(CaseStatus.DECIDED,)), "ix_cases_department"),
    "withdrawn": (CaseFilter(result=CaseResult.WITHDRAWN), "ix_cases_department"),
    "overdue": (CaseFilter(is_overdue=True), "ix_cases_due"),
    "overdue of a department": (CaseFilter(is_overdue=True, department_id=1), "ix_cases_due"),
    "due today": (CaseFilter(due_on=TODAY), "ix_cases_due"),
    "closed today": (CaseFilter(closed_on=TODAY, centre_id=1), "ix_cases_decided"),
    "person": (CaseFilter(person="李示例", centre_id=1), "ix_cases_applicant"),
    "number": (CaseFilter(number="51010920260316"), "sqlite_autoindex_cases"),
    "words": (CaseFilter(words="卫生"), "case_words"),
    "words of a month": (CaseFilter(words="卫生", since=TODAY, until=TODAY), "case_words"),
    "words of a department": (CaseFilter(words="卫生", department_id=1), "case_words"),
    "words of an item": (CaseFilter(words="卫生许可", item_id=1), "case_words"),
    "words among the overdue": (CaseFilter(words="卫生", is_overdue=True), "ix_cases_due"),
}


class Statements:
    """What was sent to the database while watching."""

    def __init__(self):
        self.sent = []

    def __enter__(self):
        event.listen(database.engine(), "before_cursor_execute", self._keep)
        return self

    def __exit__(self, *_):
        event.remove(database.engine(), "before_cursor_execute", self._keep)

    def _keep(self, connection, cursor, statement, parameters, context, many):
        self.sent.append((statement, parameters))

    def plans(self, session):
        """The plan of each query that reads cases."""
        asked = [each for each in self.sent if "cases" in each[0]]
        return [
            "\n".join(row[-1] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given))
            for sql, given in asked
        ]


@pytest.mark.parametrize("who", ["inspector", "clerk_017", "reviewer"])
@pytest.mark.parametrize("name", PLANS)
def test_a_search_runs_along_its_index_and_never_over_the_whole_table(session, request, later, name, who):
    if not database.is_sqlite(session):
        pytest.skip("PostgreSQL plans by the figures of a filled table")
    asked, index = PLANS[name]
    actor = request.getfixturevalue(who)
    narrower = () if actor.scope == ScopeKind.DISTRICT else ("ix_cases_department", "ix_cases_centre", "ix_cases_time")
    with Statements() as statements:
        search.page(session, asked, actor, now=later)
        search.count(session, asked, actor, now=later)
    plans = statements.plans(session)
    assert plans
    for plan in plans:
        assert any(each in plan for each in (index, *narrower)) and "SCAN cases" not in plan, plan
        assert "TEMP B-TREE" not in plan or any(each in plan for each in BOUNDED), plan


BOUNDED = {  # what these find is small or bounded: sorting it is cheap
    "ix_cases_due",
    "ix_cases_open",
    "ix_cases_decided",
    "ix_cases_applicant",
    "ix_cases_department",
    "sqlite_autoindex_cases",
}


def test_a_page_costs_two_queries_and_a_count_one(session, make_item, file, inspector, later):
    item = make_item()
    for _ in range(60):
        file(item)
    session.flush()
    for asked in (CaseFilter(), CaseFilter(words="卫生"), CaseFilter(is_overdue=True)):
        with Statements() as statements:
            search.page(session, asked, inspector, now=later)
            search.count(session, asked, inspector, now=later)
        assert len(statements.sent) <= 3 + (not is_sqlite(session))  # PostgreSQL asks first how frequent words are


# --- kept searches and export ------------------------------------------------------------------------------------


@pytest.fixture
def keeper(session, inspector, make_user):
    return dataclasses.replace(inspector, user_id=make_user("keeper"))


@pytest.fixture
def make_user(session, now):
    """A user who may be pointed at; returns the id."""

    def make(name):
        user = User(
            district_id=builders.DISTRICT,
            username=name,
            display_name=f"示例{name}",
            badge_number=name,
            organisation_id=builders.organisation_id(session, "510109"),
            scope=ScopeKind.DISTRICT,
            password_hash="",
            password_changed_at=now,
            must_change_password=False,
            is_active=True,
            failed_count=0,
        )
        session.add(user)
        session.flush()
        return user.id

    return make


def test_a_search_is_kept_replaced_and_deleted_by_its_owner(session, keeper, inspector, make_user, now):
    saved_searches.save(session, " 本月  超期 ", {"overdue": "1"}, actor=keeper, now=now)
    saved_searches.save(session, "本月 超期", {"overdue": "1", "period": "month"}, actor=keeper, now=now)
    kept = saved_searches.listed(session, keeper)
    assert [(each.name, each.query) for each in kept] == [("本月 超期", {"overdue": "1", "period": "month"})]
    stranger = dataclasses.replace(inspector, user_id=make_user("stranger"))
    assert saved_searches.listed(session, stranger) == []
    with pytest.raises(NotFound):
        saved_searches.forget(session, kept[0].id, actor=stranger)
    assert saved_searches.forget(session, kept[0].id, actor=keeper) == "本月 超期"
    session.flush()
    assert saved_searches.listed(session, keeper) == []


@pytest.mark.parametrize(("name", "query"), [("", {"overdue": "1"}), ("长" * 41, {"overdue": "1"}), ("空", {})])
def test_a_nameless_or_empty_search_is_not_kept(session, keeper, now, name, query):
    with pytest.raises(Invalid):
        saved_searches.save(session, name, query, actor=keeper, now=now)


def test_an_export_is_masked_and_runs_no_formula(session, make_item, file, inspector, later):
    item = make_item()
    file(item, LI), file(item, dataclasses.replace(FIRM, name="=HYPERLINK(1)示例公司"))
    book = load_workbook(
        io.BytesIO(exporting.export(session, CaseFilter(), Format.XLSX, actor=inspector, now=later).content)
    )
    rows = list(book["办件"].iter_rows())
    assert [cell.value for cell in rows[0]] == list(exporting.HEADINGS) and len(rows) == 3
    assert rows[1][2].value == "=HYPERLINK(1)示例公司" and rows[1][2].data_type == "s"
    assert rows[2][2].value == "李*例"
    text = exporting.export(session, CaseFilter(), Format.CSV, actor=inspector, now=later).content.decode("utf-8-sig")
    assert "'=HYPERLINK(1)示例公司" in text and "李示例" not in text and LI.id_number not in text


@pytest.mark.parametrize("start", ["=1", "+1", "-1", "@x", "\tx", "\rx", "＝1"])
def test_a_cell_that_a_spreadsheet_would_run_is_text(start):
    assert exporting.harmless(start) == "'" + start
    assert exporting.harmless("普通 =1") == "普通 =1"


def test_an_export_has_exactly_the_cases_of_the_list(session, make_item, file, inspector, later, monkeypatch):
    item = make_item()
    filed = [file(item) for _ in range(7)]
    original = search.every_page
    monkeypatch.setattr(search, "every_page", lambda *given, **named: original(*given, **named, size=3))
    text = exporting.export(session, CaseFilter(words="卫生"), Format.CSV, actor=inspector, now=later).content.decode()
    assert [line.split(",")[0] for line in text.splitlines()[1:]] == filed[::-1]


def test_too_large_an_export_is_refused_with_the_way_out(session, make_item, file, inspector, later, monkeypatch):
    monkeypatch.setattr(exporting, "MOST_ROWS", 1)
    item = make_item()
    file(item), file(item)
    with pytest.raises(Invalid, match="缩小时间范围"):
        exporting.export(session, CaseFilter(), Format.CSV, actor=inspector, now=later)
    with pytest.raises(Invalid, match="没有符合条件"):
        exporting.export(session, CaseFilter(words="婚姻"), Format.CSV, actor=inspector, now=later)


def test_only_who_may_export_exports_and_it_is_written_down(session, make_item, file, inspector, clerk_017, later):
    file(make_item())
    with pytest.raises(NotAllowed):
        exporting.export(session, CaseFilter(), Format.CSV, actor=clerk_017, now=later)
    wanted = CaseFilter(person=LI.id_number, since=later.date())
    exporting.note(session, wanted, 1, actor=inspector, now=later)
    session.flush()
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "case.export")).one()
    assert entry.after["rows"] == 1 and LI.id_number not in str(entry.after)
