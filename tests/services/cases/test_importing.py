"""Another system's history."""

import csv
import datetime as dt
import gzip
import io

import pytest
from sqlalchemy import func, select, text

import settings
from models.cases import Case, CaseEvent
from models.catalogue import ServiceItem
from models.enums import CaseAction, CaseStatus, ImportKind, ItemState
from models.organisations import Organisation
from services import counts
from services.cases import details, importing, search
from services.cases.search import CaseFilter
from services.database import is_sqlite
from services.errors import Conflict, Invalid
from services.exchange import batches
from tests import builders

LOG = settings.ROOT.parent / "shared" / "data" / "permit_receipt_log.csv.gz"
MAPPING = importing.mapping_of((settings.DATA / "mappings" / "permit_receipt_log.yaml").read_text(encoding="utf-8"))
needs_log = pytest.mark.skipif(not LOG.exists(), reason="the permit office's log lies outside the product")

ROW = {
    "case:concept:name": "case-1",
    "concept:name": "Confirmation of receipt",
    "time:timestamp": "2011-10-11 13:45:40+02:00",
    "case:department": "General",
    "case:channel": "Internet",
    "case:startdate": "2011-10-11 13:42:22+02:00",
    "case:enddate": "2011-10-20 10:00:00+02:00",
    "case:deadline": "2011-12-06 13:41:31+01:00",
    "org:resource": "Resource21",
}


def sheet(*changes):
    target = io.StringIO()
    writer = csv.DictWriter(target, ROW)
    writer.writeheader()
    writer.writerows(ROW | change for change in changes)
    return target.getvalue().encode()


def bring(session, content, actor, now, **options):
    return importing.import_cases(
        session, content, options.pop("name", "log.csv"), MAPPING, actor=actor, now=now, **options
    )


@needs_log
def test_the_permit_offices_log_comes_in_whole(session, centre_staff, now):
    report = bring(session, LOG.read_bytes(), centre_staff, now, name=LOG.name)
    assert (report.rows, report.created, report.rejected) == (8577, 1434, 0)
    assert session.scalar(select(func.count()).select_from(CaseEvent)) == 8577
    with gzip.open(LOG, "rt", encoding="utf-8") as source:
        deadlines = {row["case:concept:name"]: row["case:deadline"] for row in csv.DictReader(source)}
    kept = dict(session.execute(select(Case.number, Case.due_at)).all())
    assert kept == {number: dt.datetime.fromisoformat(text).astimezone(dt.UTC) for number, text in deadlines.items()}
    found = counts.check(session, centre_staff.district_id)
    assert found.equal, found.different


@needs_log
def test_the_imported_history_is_searched_like_any_other(session, centre_staff, inspector, now):
    bring(session, LOG.read_bytes(), centre_staff, now, name=LOG.name)
    wanted = CaseFilter(since=dt.date(2011, 5, 1), until=dt.date(2011, 5, 31), statuses=(CaseStatus.CLOSED,))
    found = search.page(session, wanted, inspector, now=now)
    assert found.rows and len(found.rows) <= 50 and all(row.submitted_at.year == 2011 for row in found.rows)
    assert search.count(session, CaseFilter(words="环境"), inspector, now=now).value == 1434


def test_the_same_file_twice_changes_nothing(session, centre_staff, now):
    first = bring(session, sheet({}), centre_staff, now)
    second = bring(session, sheet({}), centre_staff, now)
    assert first.created == 1 and second.created == 0 and "未作任何改动" in second.message


def test_receipt_comes_first_and_the_end_last(session, centre_staff, now):
    days = {"Confirmation of receipt": 11, "T02": 12, "T10": 20}
    steps = [{"concept:name": name, "time:timestamp": f"2011-10-{day} 08:00:00+02:00"} for name, day in days.items()]
    bring(session, sheet(*steps), centre_staff, now)
    actions = session.scalars(select(CaseEvent.action).order_by(CaseEvent.sequence)).all()
    assert actions == [CaseAction.RECEIVE, CaseAction.NOTE, CaseAction.CLOSE_ELSEWHERE]
    item = session.scalars(select(ServiceItem)).one()
    assert item.state == ItemState.SUSPENDED


@pytest.mark.parametrize(
    ("change", "column", "reason"),
    [
        ({"time:timestamp": "yesterday"}, "time:timestamp", "时间格式不对"),
        ({"case:deadline": ""}, "case:deadline", "时间为空"),
        ({"case:concept:name": " "}, "case:concept:name", "不能为空"),
        ({"case:channel": "Pigeon"}, "case:channel", "没有这个渠道"),
    ],
)
def test_a_bad_row_is_told_by_row_and_column_and_nothing_is_written(session, centre_staff, now, change, column, reason):
    report = bring(session, sheet({}, {"case:concept:name": "case-2"} | change), centre_staff, now)
    assert [(error.row, error.column) for error in report.errors] == [(3, column)]
    assert reason in report.errors[0].reason
    assert session.scalar(select(func.count()).select_from(Case)) == 0


def test_skipping_writes_the_good_cases_and_returns_the_bad_rows(session, centre_staff, now):
    report = bring(
        session, sheet({}, {"case:concept:name": "case-2", "case:deadline": ""}), centre_staff, now, on_error="skip"
    )
    assert (report.created, report.rejected) == (1, 1) and report.rejected_sheet


def test_a_file_without_the_mapped_columns_is_refused(session, centre_staff, now):
    with pytest.raises(Invalid, match="缺少映射所需的列"):
        bring(session, b"a,b\n1,2\n", centre_staff, now)


def test_a_broken_archive_is_refused(session, centre_staff, now):
    with pytest.raises(Invalid, match="压缩文件已损坏"):
        bring(session, gzip.compress(sheet({}))[:40], centre_staff, now, name="log.csv.gz")


def indexed(session):
    """How many cases the full-text table holds."""
    if is_sqlite(session):
        return session.scalar(text("SELECT count(*) FROM case_words WHERE case_words MATCH '\"环境\"'"))
    return session.scalar(text("SELECT count(*) FROM case_words"))


def test_the_batch_is_undone_whole(session, centre_staff, now):
    organisations = session.scalar(select(func.count()).select_from(Organisation))
    report = bring(session, sheet({}, {"case:concept:name": "case-2"}), centre_staff, now)
    batch = batches.get(session, report.batch_id, centre_staff)
    assert indexed(session) == 2
    batches.undo(session, batch, actor=centre_staff, now=now)
    left = [session.scalar(select(func.count()).select_from(model)) for model in (Case, CaseEvent, ServiceItem)]
    assert left == [0, 0, 0] and batch.kind == ImportKind.CASES
    assert session.scalar(select(func.count()).select_from(Organisation)) == organisations
    assert counts.check(session, builders.DISTRICT).equal
    assert indexed(session) == 0


def test_a_batch_somebody_worked_on_is_not_undone(session, centre_staff, now):
    report = bring(session, sheet({}), centre_staff, now)
    session.scalars(select(Case)).one().subject = "已核对"
    session.flush()
    with pytest.raises(Conflict, match="不能整批撤销"):
        batches.undo(session, batches.get(session, report.batch_id, centre_staff), actor=centre_staff, now=now)


def test_a_foreign_number_is_found_as_it_came(session, centre_staff, now):
    bring(session, sheet({}), centre_staff, now)
    assert details.get(session, " case-1 ", centre_staff).number == "case-1"
    found = search.page(session, CaseFilter(number="case-1"), centre_staff, now=now)
    assert [row.number for row in found.rows] == ["case-1"]
