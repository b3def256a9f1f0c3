"""Deliveries of registers: examined row by row, taken in as a whole, undone while nothing rests on them."""

import csv
import datetime as dt
import gzip
import io
import os
import signal
import subprocess
import sys
import time

import openpyxl
import pytest
from sqlalchemy import func, select

import settings
from models.enums import BatchState, CodeState, ImportKind, JobKind, Regime, RegisterStatus, Role
from models.exchange import ImportBatch
from models.registers import RegisterRecord
from services import database, jobs, sign_in_sessions
from services.errors import Invalid, NotAllowed, WrongState
from services.exchange import batches
from services.registers import activating, examining, freshness, loading, mappings, records
from services.registers.quality import Doubt
from services.registers.sheets import SHEETS
from services.tax import runs
from tests import builders, people, registers
from tests.registers import business, deliver, officer, payment, person, taxpayer, uscc

pytestmark = pytest.mark.usefixtures("fresh_database")
K = ImportKind
R = RegisterRecord
TODAY = dt.date(2026, 3, 16)


def sheet(rows, kind=K.BUSINESS_REGISTRATION):
    out = io.StringIO()
    writer = csv.DictWriter(out, SHEETS[kind].titles)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@pytest.fixture
def examine(tmp_path):
    def look(content, kind=K.BUSINESS_REGISTRATION, name="sheet.csv", **more):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return examining.examine(path, name, kind, today=TODAY, **more)

    return look


def current(kind=K.BUSINESS_REGISTRATION):
    with database.reading() as session:
        rows = session.scalars(select(R).where(R.register == kind, R.ended_batch_id.is_(None)).order_by(R.row_number))
        return list(rows)


def test_a_row_becomes_a_normalised_record_and_keeps_its_evidence(now):
    deliver(
        K.BUSINESS_REGISTRATION, [business(1, 状态="注销", 状态日期="2008/2/3", 组织机构代码="DEM00001-4")], now=now
    )
    (record,) = current()
    assert (record.org_code, record.code_state) == (registers.org(1), CodeState.VALID)
    assert (record.status, record.status_on) == (RegisterStatus.CANCELLED, dt.date(2008, 2, 3))
    assert record.core_name and record.address_key == "科园路1号" and record.row_number == 2
    assert record.source["名称"] == business(1)["名称"]


def test_a_persons_id_is_kept_encrypted_and_shown_masked(now):
    deliver(K.BUSINESS_REGISTRATION, [business(1)], now=now)
    (record,) = current()
    cell = record.source["经营者证件号"]
    assert person(1) not in str(record.source) and record.person_key
    assert "*" in records.shown(cell) and records.revealed(cell) == person(1)


def test_a_person_as_taxpayer_leaves_no_id_in_the_open(now):
    deliver(K.TAX_REGISTRATION_NATIONAL, [taxpayer(1, 纳税人识别号=person(1), 组织机构代码="")], now=now)
    (record,) = current(K.TAX_REGISTRATION_NATIONAL)
    assert record.subject_code is None and record.org_code is None and person(1) not in record.natural_key


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_is_read_in_every_encoding_that_offices_use(examine, encoding):
    examined = examine(sheet([business(1), business(2)]).encode(encoding))
    assert (examined.rows, examined.good, examined.errors) == (2, 2, [])


def test_a_workbook_and_a_gzipped_file_are_read_too(examine):
    book = openpyxl.Workbook()
    for row in csv.reader(io.StringIO(sheet([business(1), business(2)]))):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    assert examine(out.getvalue(), name="sheet.xlsx").good == 2
    assert examine(gzip.compress(sheet([business(1)]).encode()), name="sheet.csv.gz").good == 1


BAD = [
    ({"名称": ""}, "名称", "必填"),
    ({"成立日期": ""}, "成立日期", "必填"),
    ({"成立日期": "2007-02-30"}, "成立日期", "没有这一天"),
    ({"成立日期": "去年"}, "成立日期", "不是日期"),
    ({"状态": "活着"}, "状态", "之一"),
]


@pytest.mark.parametrize(("changes", "column", "reason"), BAD)
def test_every_bad_row_is_told_by_row_column_value_and_reason(examine, changes, column, reason):
    examined = examine(sheet([business(1), business(2, **changes)]))
    (error,) = examined.errors
    assert (error.row, error.column, error.value) == (3, column, next(iter(changes.values())))
    assert reason in error.reason and examined.good == 1


@pytest.mark.parametrize(
    ("changes", "reason"), [({"税额": "九千"}, "不是数字"), ({"税种": "车船税"}, "之一"), ({"完税证号": ""}, "必填")]
)
def test_a_bad_payment_is_told_too(examine, changes, reason):
    examined = examine(sheet([payment(1, **changes)], K.TAX_PAYMENT), K.TAX_PAYMENT)
    assert reason in examined.errors[0].reason


def test_a_comma_too_many_is_a_bad_row(examine):
    examined = examine(sheet([business(1)]).rstrip() + ",多出的\n")
    assert "列数多于表头" in examined.errors[0].reason


def test_bad_rows_come_back_as_a_sheet_that_imports_once_mended(examine):
    examined = examine(sheet([business(1), business(2, 成立日期="去年")]))
    book = openpyxl.load_workbook(io.BytesIO(examined.rejected_sheet()))
    heading, row = book.active.iter_rows(values_only=True)
    assert heading[-1] == "错误原因" and "不是日期" in row[-1]
    book.active.cell(2, heading.index("成立日期") + 1).value = "2007-01-01"
    out = io.BytesIO()
    book.save(out)
    assert examine(out.getvalue(), name="mended.xlsx").good == 1


def test_with_any_bad_row_nothing_is_written_unless_bad_rows_are_skipped(examine, now):
    examined = examine(sheet([business(1), business(2, 名称="")]))
    refused = loading.load(examined, actor=officer(), now=now)
    assert (refused.created, refused.rejected, current()) == (0, 1, [])
    taken = loading.load(examined, actor=officer(), now=now, on_error="skip")
    assert (taken.created, taken.rejected, len(current())) == (1, 1, 1)


def test_the_same_file_twice_changes_nothing_and_says_so(examine, now):
    examined = examine(sheet([business(1)]))
    loading.load(examined, actor=officer(), now=now)
    again = loading.load(examine(sheet([business(1)]), name="renamed.csv"), actor=officer(), now=now)
    assert again.created == 0 and again.unchanged == 1 and "未作任何改动" in again.message


def test_the_next_delivery_tells_what_is_new_changed_and_unchanged(now):
    deliver(K.BUSINESS_REGISTRATION, [business(1), business(2)], now=now)
    report = deliver(K.BUSINESS_REGISTRATION, [business(1), business(2, 住所="成都市永丰路9号"), business(3)], now=now)
    assert (report.created, report.changed, report.unchanged) == (1, 1, 1)
    assert [record.address for record in current()] == [business(1)["住所"], "成都市永丰路9号", business(3)["住所"]]


def test_a_full_delivery_ends_what_it_lacks_and_an_increment_does_not(now):
    deliver(K.BUSINESS_REGISTRATION, [business(1), business(2)], now=now)
    deliver(K.BUSINESS_REGISTRATION, [business(3)], now=now)
    assert len(current()) == 3
    report = deliver(K.BUSINESS_REGISTRATION, [business(1), business(3)], now=now, is_full=True)
    assert len(current()) == 2 and "1 户不再列出" in report.message


def test_undoing_a_delivery_revives_what_it_replaced(now):
    deliver(K.BUSINESS_REGISTRATION, [business(1), business(2)], now=now)
    report = deliver(K.BUSINESS_REGISTRATION, [business(1, 住所="别处1号")], now=now, is_full=True)
    with database.writing() as session:
        batch = batches.get(session, report.batch_id, officer())
        batches.undo(session, batch, actor=officer(), now=now)
        assert batch.state == BatchState.UNDONE
    assert {record.address for record in current()} == {business(1)["住所"], business(2)["住所"]}


def test_a_delivery_that_a_later_one_replaced_cannot_be_undone_first(now):
    first = deliver(K.BUSINESS_REGISTRATION, [business(1)], now=now)
    deliver(K.BUSINESS_REGISTRATION, [business(1, 住所="别处1号")], now=now)
    with pytest.raises(WrongState, match="先撤销之后的批次"), database.writing() as session:
        batches.undo(session, batches.get(session, first.batch_id, officer()), actor=officer(), now=now)


def test_a_delivery_that_a_comparison_used_cannot_be_undone(now):
    registers.shipped(now)
    report = deliver(K.BUSINESS_REGISTRATION, [business(1)], now=now)
    deliver(K.TAX_REGISTRATION_NATIONAL, [taxpayer(2)], now=now)
    runs.run(registers.rule("TX-1"), as_of=TODAY, regime=Regime.CURRENT, actor=officer(), now=now)
    with pytest.raises(WrongState, match="比对的结果用到"), database.writing() as session:
        batches.undo(session, batches.get(session, report.batch_id, officer()), actor=officer(), now=now)


def test_doubts_are_told_and_never_rejected(examine):
    wrong_inner = "91510113DEM000010W"
    rows = [
        business(1, 统一社会信用代码=uscc(1)[:-1] + ("A" if uscc(1)[-1] != "A" else "B")),
        business(2, 统一社会信用代码=wrong_inner),
        business(3, 统一社会信用代码="", 组织机构代码=""),
        business(4, 成立日期="2030-01-01"),
        business(5, 成立日期="1900-01-01"),
        business(6),
        business(6),
        business(7),
        business(7, 名称="另一家公司"),
        business(8, 名称="有\x07控制符的公司", 住所=""),
    ]
    examined = examine(sheet(rows))
    counts = {doubt: examined.quality.counts[doubt] for doubt in Doubt if examined.quality.counts.get(doubt)}
    expected = {
        Doubt.OUTER_CHECK, Doubt.INNER_CHECK, Doubt.CODE_ABSENT, Doubt.FUTURE, Doubt.ANCIENT, Doubt.REPEATED, Doubt.SAME_KEY,
        Doubt.LACKING, Doubt.STRANGE_TEXT,
    }  # fmt: skip
    assert set(counts) == expected and not examined.errors
    assert counts[Doubt.REPEATED] == counts[Doubt.SAME_KEY] == counts[Doubt.OUTER_CHECK] == 1
    assert examined.good == 9, "one of two same rows is kept, both parties of one code are"


def test_foreign_headings_are_led_to_ours_and_kept_for_the_source(examine, now):
    rows = "信用代码,企业名称,注册日期\n" + f"{uscc(1)},示例公司,2007-01-01\n"
    with pytest.raises(Invalid, match="缺少列：名称、成立日期"):
        examine(rows)
    mapped = {"信用代码": "统一社会信用代码", "企业名称": "名称", "注册日期": "成立日期"}
    assert mappings.guesses(SHEETS[K.BUSINESS_REGISTRATION], ["信用代码", "企业名称", "注册日期"]) == mapped
    assert examine(rows, mapped=mapped).good == 1
    with database.writing() as session:
        mappings.keep(session, K.BUSINESS_REGISTRATION, "区市场监管局", mapped, actor=officer(), now=now)
        assert mappings.kept(session, builders.DISTRICT, K.BUSINESS_REGISTRATION) == {"区市场监管局": mapped}
    with pytest.raises(Invalid, match="没有这些列：不存在"):
        examine(rows, mapped={"信用代码": "不存在"})
    with pytest.raises(Invalid, match="对应到了同一列"):
        examine(rows, mapped={"信用代码": "名称", "企业名称": "名称"})


def test_a_file_cut_at_any_byte_is_refused_or_read_but_never_half_taken_in(examine, now):
    whole = gzip.compress(sheet([business(number) for number in range(1, 60)]).encode())
    for cut in range(1, len(whole), max(len(whole) // 25, 1)):
        with pytest.raises(Invalid):
            examine(whole[:cut], name="cut.csv.gz")
    assert current() == []


@pytest.mark.parametrize(
    ("content", "told"), [(b"", "是空的"), (b"\xff\xfe\x00\x00", "编码"), ("名称\n甲".encode(), "缺少列")]
)
def test_what_is_no_such_sheet_is_refused_in_words(examine, content, told):
    with pytest.raises(Invalid, match=told):
        examine(content)


def test_only_the_tax_office_takes_registers_in(examine, now):
    with database.reading() as session:
        clerk = builders.actor(session, "centre_staff")
    with pytest.raises(NotAllowed):
        loading.load(examine(sheet([business(1)])), actor=clerk, now=now)


def test_freshness_tells_missing_stale_and_fresh(now):
    deliver(K.BUSINESS_REGISTRATION, [business(1)], now=now)
    with database.writing() as session:
        freshness.set_limit(session, K.BUSINESS_REGISTRATION, 10, "科员甲", actor=officer(), now=now)
        fresh = freshness.of_all(session, builders.DISTRICT, now=now)
        late = freshness.of_all(session, builders.DISTRICT, now=now + dt.timedelta(days=11))
    assert fresh[K.BUSINESS_REGISTRATION].problem == "" and fresh[K.BUSINESS_REGISTRATION].records == 1
    assert "超过 10 天" in late[K.BUSINESS_REGISTRATION].problem
    assert "没有导入过" in fresh[K.TAX_PAYMENT].problem


KILLED = """
import sys
from pathlib import Path
import datetime as dt
from models.enums import ImportKind
from services import actors
from services.registers import activating, examining, loading
import settings
now = dt.datetime.now(settings.current().zone)
examined = examining.examine(Path(sys.argv[1]), "big.csv", ImportKind.BUSINESS_REGISTRATION, today=now.date())
where = sys.argv[2]
import time
def stop(*a, **k):
    print("there", flush=True)
    time.sleep(60)
if where == "loading":
    loading.activate = stop
    loading._note_gone = stop
    real = loading._stage
    def staged(*a, **k):
        real(*a, **k)
        Path(sys.argv[1] + ".staged").touch()
    loading._stage = staged
    examining.CHUNK = 50
    class P:
        def at(self, done, *a, **k):
            if done: stop()
    loading.load(examined, actor=actors.system(1), now=now, progress=P())
else:
    loading.activate = stop
    loading.load(examined, actor=actors.system(1), now=now)
"""


@pytest.mark.parametrize(("where", "left"), [("loading", 0), ("activating", 20)])
def test_a_process_killed_in_the_middle_leaves_nothing_half_done(tmp_path, where, left):
    path = tmp_path / "big.csv"
    path.write_text(sheet([business(number) for number in range(1, 21)]), encoding="utf-8")
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path), where],
        cwd=settings.ROOT,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(settings.ROOT)},
    )
    assert child.stdout.readline().strip() == b"there"
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert current() == [], "nobody sees a delivery before it is whole"
    assert activating.recover(builders.DISTRICT) == 1
    assert len(current()) == left
    with database.reading() as session:
        states = session.scalars(select(ImportBatch.state)).all()
        assert states == ([BatchState.ACTIVE] if left else [])
        assert session.scalar(select(func.count()).select_from(R)) == left


def test_a_long_delivery_is_streamed_in_even_memory(tmp_path):
    """Fifty thousand rows in a process whose memory may grow by 120 MB at most."""
    path = tmp_path / "long.csv"
    row = business(1, 注册号="")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(row))
        writer.writeheader()
        writer.writerows(row | {"统一社会信用代码": uscc(number), "注册号": str(number)} for number in range(50_000))
    code = (
        "import sys, resource, datetime as dt\nfrom pathlib import Path\nfrom models.enums import ImportKind\n"
        "from services.registers import examining\nbefore = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "found = examining.examine(Path(sys.argv[1]), 'long.csv', ImportKind.BUSINESS_REGISTRATION, today=dt.date(2026, 1, 1))\n"
        "print(found.good, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], cwd=settings.ROOT, capture_output=True, text=True, check=True,
        env=os.environ | {"PYTHONPATH": str(settings.ROOT)},
    )  # fmt: skip
    good, grown = map(int, done.stdout.split())
    assert good == 50_000 and grown < 120 * 1024


def test_the_real_register_comes_in_through_its_headings(now):
    real = settings.ROOT.parent / "shared" / "data" / "enterprises_sichuan_1978_2006.csv.gz"
    if not real.exists():
        pytest.skip("the real register is not here")
    examined = examining.examine(real, real.name, K.BUSINESS_REGISTRATION, mapped={"市州": "登记机关"}, today=TODAY)
    assert examined.rows == 75_556 and not examined.errors
    counts = examined.quality.counts
    assert (
        counts[Doubt.INNER_CHECK] + counts[Doubt.OUTER_CHECK] + counts[Doubt.CODE_CHECK] + counts[Doubt.CODE_FORM] >= 45
    )


# jobs


def started(now, path, **more):
    parameters = {"path": str(path), "file_name": path.name, "kind": K.BUSINESS_REGISTRATION.value} | more
    with database.writing() as session:
        return jobs.start(session, JobKind.REGISTER_IMPORT, "导入", parameters, actor=jobs_actor(session), now=now)


def jobs_actor(session):
    user = people.user(session, Role.TAX_OFFICER)
    return sign_in_sessions.person(session, user.id, source="测试")


def test_a_delivery_as_a_job_ends_with_what_was_done(tmp_path, now):
    path = tmp_path / "sheet.csv"
    path.write_text(sheet([business(1), business(2)]), encoding="utf-8")
    job = started(now, path)
    with pytest.raises(WrongState, match="还在进行"):
        started(now, path)
    done = jobs.run(builders.DISTRICT, job.id, now=lambda: now)
    assert done.state.value == "done" and done.result["created"] == 2 and not path.exists()
    with pytest.raises(WrongState, match="不能再次执行"):
        jobs.run(builders.DISTRICT, job.id, now=lambda: now)


def test_a_refused_delivery_says_why(tmp_path, now):
    path = tmp_path / "sheet.csv"
    path.write_text("名称\n甲\n", encoding="utf-8")
    done = jobs.run(builders.DISTRICT, started(now, path).id, now=lambda: now)
    assert done.state.value == "refused" and "缺少列" in done.message


def test_a_job_whose_process_died_is_told_as_broken(tmp_path, now):
    job = started(now, tmp_path / "none.csv")
    later = now + dt.timedelta(minutes=2)
    with database.writing() as session:
        assert jobs.close_silent(session, builders.DISTRICT, now=later) == 1
        assert jobs.latest(session, job.kind, officer()).state.value == "broken"


def test_the_jobs_process_runs_it_and_outlives_who_started_it(tmp_path, now):
    path = tmp_path / "sheet.csv"
    path.write_text(sheet([business(1)]), encoding="utf-8")
    job = started(dt.datetime.now(settings.current().zone), path)
    jobs.launch(job.id)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with database.reading() as session:
            if jobs.get(session, job.id, officer()).state.value == "done":
                break
        time.sleep(0.3)
    assert len(current()) == 1
