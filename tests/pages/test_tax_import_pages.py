"""登记数据 and 匹配权重, through the front door: looked through first, taken in by a job, taken back."""

import csv
import datetime as dt
import io

import pytest
from sqlalchemy import func, select

from models.enums import ImportKind, JobKind, Role
from models.exchange import ImportBatch
from models.registers import Job, RegisterRecord
from services import database, jobs
from services.registers.sheets import SHEETS
from tests import builders
from tests.registers import business, deliver
from tests.web import signing
from ui import tax_imports
from ui.jobs import jobs as work

pytestmark = pytest.mark.usefixtures("fresh_database")
IMPORTS, MODELS = "tax/imports.py", "tax/models.py"
K = ImportKind


@pytest.fixture
def officer(monkeypatch):
    monkeypatch.setattr(work, "launch", lambda job_id: None)  # the tests run the job themselves
    return signing.person(Role.TAX_SUPERVISOR)


def sheet(*rows):
    out = io.StringIO()
    writer = csv.DictWriter(out, SHEETS[K.BUSINESS_REGISTRATION].titles)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("gb18030")


def given(at, content, name="名册.csv"):
    return at.file_uploader[0].set_value((name, content, "text/csv")).run()


def press(at, label):
    return next(button for button in at.button if button.label == label).click().run()


def labels(at):
    return {button.label for button in at.button if not button.disabled}


def run_job(kind):
    with database.reading() as session:
        waiting = session.scalars(select(Job).where(Job.kind == kind).order_by(Job.id.desc())).first()
    return jobs.run(builders.DISTRICT, waiting.id, now=signing.now)


def records():
    with database.reading() as session:
        return session.scalar(select(func.count()).where(RegisterRecord.ended_batch_id.is_(None)))


def test_registers_are_not_for_a_clerk():
    assert "403" in signing.said(signing.visit(IMPORTS, signing.person(Role.WINDOW_CLERK, window="017")))
    assert "403" in signing.said(signing.visit(MODELS, signing.person(Role.TAX_OFFICER)))


def test_a_missing_register_says_what_that_means(officer):
    told = signing.said(signing.visit(IMPORTS, officer))
    assert told.count("没有导入过；靠它的比对显示无法判定") == 7 and "还没有导入过名册" in told


def test_a_sheet_is_looked_through_then_taken_in_by_a_job_then_taken_back(officer):
    at = press(given(signing.visit(IMPORTS, officer), sheet(business(1), business(2))), "预检")
    assert not at.exception and {metric.label: metric.value for metric in at.metric}["新增"] == "2"
    assert records() == 0
    press(at, "导入")
    assert run_job(JobKind.REGISTER_IMPORT).state.value == "done" and records() == 2
    at.run()
    assert "新增 2" in signing.said(at).replace("\\", "") and "导入" not in labels(at)


def test_bad_rows_hold_the_import_back_until_they_are_skipped(officer):
    at = press(given(signing.visit(IMPORTS, officer), sheet(business(1), business(2, 成立日期="去年"))), "预检")
    assert "1 行有错误" in signing.said(at) and "导入" not in labels(at)
    at.radio(key="on_error").set_value("skip").run()
    press(at, "导入")
    assert run_job(JobKind.REGISTER_IMPORT).result["rejected"] == 1 and records() == 1


def test_a_large_sheet_is_looked_through_by_a_job_as_well(officer, monkeypatch):
    monkeypatch.setattr(tax_imports, "LARGE", 10)
    at = press(given(signing.visit(IMPORTS, officer), sheet(business(1), business(2, 名称=""))), "预检")
    assert not at.metric and "停止" in labels(at)
    done = run_job(JobKind.REGISTER_CHECK)
    assert done.state.value == "done" and "1 行有错误" in done.message
    at.run()
    assert {metric.label: metric.value for metric in at.metric} == {
        "行数": "2", "新增": "1", "变更": "0", "无变化": "0", "错误": "1",
    }  # fmt: skip
    assert "下载错误行" in {button.label for button in at.get("download_button")} | labels(at) and records() == 0


@pytest.mark.parametrize(
    ("content", "told"), [(b"PK\x03\x04broken", "无法读取"), (b"a,b\n1,2\n", "缺少列"), (b"", "空")]
)
def test_what_is_no_register_is_refused_in_words_and_nothing_is_lost(officer, content, told):
    at = given(signing.visit(IMPORTS, officer), content)
    if "预检" in labels(at):
        press(at, "预检")
    assert not at.exception and told in signing.said(at)
    assert at.file_uploader and records() == 0


def test_a_batch_is_taken_back_on_the_page(officer):
    deliver(K.BUSINESS_REGISTRATION, [business(1)], now=signing.now() - dt.timedelta(hours=1))
    at = signing.visit(IMPORTS, officer)
    with database.reading() as session:
        batch = session.scalars(select(ImportBatch)).one()
    signing.choose(at, "batches", 0)
    at.button(key=f"undo-{batch.id}-sure").click().run()
    assert "已撤销" in signing.said(at) and records() == 0


def test_without_enough_verdicts_nothing_can_be_learnt(officer):
    at = signing.visit(MODELS, officer)
    assert "至少" in signing.said(at) and next(b for b in at.button if b.label.startswith("按人工判定重估")).disabled
