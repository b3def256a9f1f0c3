"""The command line: stable JSON, refusals in words, exit status 0 done, 1 refused, 2 wrong use."""

import datetime as dt
import json
import os
import stat

import pytest
from sqlalchemy import delete, select, update
from typer.testing import CliRunner

import cli
import settings
from models.cases import Case, CaseEvent, CaseTask
from models.counts import DailyCaseCount
from models.enums import CaseStatus, CaseType
from services import database, demo, passwords
from services.cases import intake
from tests import builders, conftest

NOW = dt.datetime(2026, 3, 16, 10, 30, tzinfo=settings.current().zone)


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch):
    monkeypatch.setattr(passwords, "COST", 4)


def run(*arguments):
    return CliRunner().invoke(cli.app, [str(each) for each in arguments])


def answer(*arguments, status=0):
    """What the command prints as JSON."""
    done = run(*arguments, "--json")
    assert done.exit_code == status, done.output
    return json.loads(done.stdout)


@pytest.fixture
def no_database(tmp_path):
    """An address at which nothing has been made yet."""
    url = f"sqlite:///{tmp_path}/new.db"
    conftest.use(url)
    yield url
    database.dispose()


@pytest.fixture
def case(fresh_database):
    """An instant case filed at a window; its number."""
    with database.writing() as session:
        item = builders.item(session, case_type=CaseType.IMMEDIATE)
        clerk = builders.actor(session, "window_clerk", window="017")
        filed = intake.file(session, builders.filing(item), actor=clerk, now=NOW)
    return filed.number


def test_a_new_database_must_be_upgraded_first(no_database):
    done = run("deadline", "2026-02-13", "5")
    assert done.exit_code == 1
    assert "db upgrade" in done.stderr
    assert answer("db", "upgrade")["before"] is None
    assert answer("db", "check")["equal"]
    assert answer("deadline", "2026-02-13", "5")["due"].startswith("2026-02-27")


def test_upgrading_twice_changes_nothing(no_database):
    run("db", "upgrade")
    again = answer("db", "upgrade")
    assert again["before"] == again["after"]


def test_a_deadline_shows_its_ledger(fresh_database):
    found = answer("deadline", "2026-02-13", "5")
    assert list(found) == ["due", "unit", "limit", "provisional", "ledger"]
    assert (found["due"], found["unit"], found["limit"]) == ("2026-02-27T17:00:00+08:00", "workday", 5)
    assert sum(line["counted"] for line in found["ledger"]) == 5
    assert list(found["ledger"][0]) == ["date", "counted", "rule", "note"]


@pytest.mark.parametrize(
    ("arguments", "due"),
    [
        (("2007-09-28", 5), "2007-10-10"),
        (("2007-10-30T10:30", 4, "--unit", "work_hour"), "2007-10-30T15:30"),
        (("2008-01-07", 20, "--suspend", "2008-01-14..2008-01-25"), "2008-02-21"),
        (("2026-01-30", 1, "--unit", "month"), "2026-02-28"),
    ],
)
def test_deadlines_of_the_reference_vectors(fresh_database, arguments, due):
    assert answer("deadline", *arguments)["due"].startswith(due)


def test_a_year_without_a_published_schedule_is_marked_provisional(fresh_database):
    assert answer("deadline", "2026-12-28", 10)["provisional"]


def test_a_hall_counts_by_its_own_code_and_an_unknown_one_is_refused(fresh_database):
    assert answer("deadline", "2026-02-13", 5, "--hall", "510109-S")["due"]
    assert "error" in answer("deadline", "2026-02-13", 5, "--hall", "nowhere", status=1)


@pytest.mark.parametrize(
    "arguments",
    [
        ("deadline", "soon", "5"),
        ("deadline", "2026-02-13"),
        ("deadline", "2026-02-13", "5", "--unit", "week"),
        ("dance",),
    ],
)
def test_wrong_use_ends_with_two(fresh_database, arguments):
    assert run(*arguments).exit_code == 2


def test_a_case_is_shown_masked_with_its_steps(case):
    found = answer("case", "show", case)
    assert found["number"] == case
    assert [step["action"] for step in found["events"]] == ["receive", "accept", "grant", "deliver"]
    assert found["applicant"] == "示*甲"
    assert "510113189901010011" not in run("case", "show", case).stdout


def test_an_unknown_case_is_refused_in_words(fresh_database):
    done = run("case", "show", "51010920260316000019")
    assert done.exit_code == 1
    assert "没有找到办件" in done.stderr
    assert "error" in answer("case", "show", "51010920260316000019", status=1)


def test_sound_cases_verify_and_a_changed_status_is_named(case):
    assert answer("case", "verify") == {"cases": 1, "events": 4, "late": 0, "broken": []}
    with database.writing() as session:
        session.execute(update(Case).values(status=CaseStatus.EXAMINING))
    broken = answer("case", "verify", status=1)["broken"]
    assert any(case in fault for fault in broken)


def test_a_case_number_with_a_wrong_check_digit_is_named(case):
    wrong = case[:-1] + str((int(case[-1]) + 1) % 10)
    with database.writing() as session:
        session.execute(update(Case).values(number=wrong))
    assert any(wrong in fault for fault in answer("case", "verify", status=1)["broken"])


def test_sums_that_were_changed_are_found_and_rebuilt(case):
    assert answer("stats", "check")["equal"]
    with database.writing() as session:
        session.execute(update(DailyCaseCount).values(received=99))
    assert not answer("stats", "check", status=1)["equal"]
    assert answer("stats", "rebuild")["rows"] > 0
    assert answer("stats", "check")["equal"]


def test_the_audit_chain_is_verified_and_its_head_shown(case):
    verdict = answer("audit", "verify")
    assert verdict["intact"] and verdict["first_broken"] is None
    assert answer("audit", "head")["rows"] == verdict["rows"]


def test_accounts_are_made_reset_and_locked(fresh_database):
    made = answer(
        *("user", "add", "zhou", "周示例", "--badge", "A1", "--organisation", "510109-S"),
        *("--role", "window_clerk", "--window", "012", "--scope", "organisation"),
    )
    assert made["username"] == "zhou" and len(made["password"]) >= 10
    assert answer("user", "passwd", "zhou")["password"] != made["password"]
    assert answer("user", "lock", "zhou")["locked"]
    assert "error" in answer("user", "passwd", "nobody", status=1)


def test_an_administrator_takes_no_second_role(fresh_database):
    told = answer(
        *("user", "add", "zhou", "周示例", "--badge", "A1", "--organisation", "510109-S"),
        *("--role", "system_admin", "--role", "audit_admin", "--scope", "district"),
        status=1,
    )
    assert "三员分立" in told["error"]


def test_the_catalogue_goes_out_and_comes_in_again(case, tmp_path):
    out = tmp_path / "catalogue.xlsx"
    assert answer("export", "catalogue", out)["bytes"] == out.stat().st_size
    again = answer("import", "catalogue", out, "--dry-run")
    assert (again["rows"], again["errors"]) == (1, [])


def test_cases_go_out_as_filtered(case, tmp_path):
    out = tmp_path / "cases.csv"
    assert answer("export", "cases", out, "--department", "017")["rows"] == 1
    assert case in out.read_text(encoding="utf-8-sig")
    assert "error" in answer("export", "cases", out, "--department", "003", status=1)


def test_a_bad_row_refuses_the_sheet_and_skip_takes_the_rest(fresh_database, tmp_path):
    sheet, faults = tmp_path / "organisations.csv", tmp_path / "faults.xlsx"
    sheet.write_text(
        "code,name,kind,parent_code\nT1,示例局,department,510109\nT2,,department,510109\n", encoding="utf-8"
    )
    refused = answer("import", "organisations", sheet, "--errors", faults, status=1)
    assert (refused["rows"], refused["rejected"], refused["errors"][0]["row"]) == (2, 1, 3)
    assert faults.exists()
    assert answer("import", "organisations", sheet, "--on-error", "skip")["created"] == 1
    assert answer("import", "organisations", sheet, "--on-error", "skip")["unchanged"] == 1


def test_a_trial_import_writes_nothing(fresh_database, tmp_path):
    sheet = tmp_path / "organisations.csv"
    sheet.write_text("code,name,kind,parent_code\nT1,示例局,department,510109\n", encoding="utf-8")
    assert answer("import", "organisations", sheet, "--dry-run")["created"] == 1
    assert answer("import", "organisations", sheet, "--dry-run")["created"] == 1


def test_a_log_of_another_system_needs_its_mapping(fresh_database, tmp_path):
    log = tmp_path / "log.csv"
    log.write_text("a,b\n1,2\n", encoding="utf-8")
    assert run("import", "cases", log).exit_code == 2
    mapping = settings.DATA / "mappings" / "permit_receipt_log.yaml"
    assert "缺少映射所需的列" in answer("import", "cases", log, "--mapping", mapping, status=1)["error"]


@pytest.mark.skipif(bool(conftest.SERVER), reason="the file's own backup")
def test_a_backup_brings_back_what_was_there(case, tmp_path):
    copy = tmp_path / "copy.db"
    assert answer("backup", copy)["bytes"] > 0
    assert "已存在" in answer("backup", copy, status=1)["error"]
    with database.writing() as session:
        session.execute(update(Case).values(agent_name="改动"))
    assert answer("restore", copy)["file"] == str(copy)
    with database.reading() as session:
        assert session.get(Case, session.query(Case.district_id, Case.id).one()).agent_name is None


@pytest.mark.skipif(bool(conftest.SERVER), reason="the file's own backup")
def test_what_is_no_backup_is_not_restored(case, tmp_path):
    junk = tmp_path / "junk.db"
    junk.write_bytes(b"not a database" * 100)
    assert "不是完好的备份" in answer("restore", junk, status=1)["error"]
    assert answer("case", "show", case)["number"] == case


def test_the_check_up_names_what_is_wrong(fresh_database, no_database, monkeypatch):
    found = {each["name"]: each["ok"] for each in answer("doctor", status=1)["checks"]}
    assert found["密钥"] and found["中文字体"] and found["消息通道"] and not found["数据库结构"]
    monkeypatch.setattr(settings.current(), "message_adapter", "http")
    checked = {each["name"]: each for each in answer("doctor", status=1)["checks"]}
    assert not checked["消息通道"]["ok"] and "SMS_URL" in checked["消息通道"]["detail"]


def test_the_check_up_makes_a_key_that_only_its_owner_reads(no_database, tmp_path, monkeypatch):
    key = tmp_path / "var" / "secret.key"
    monkeypatch.setattr(settings.current(), "secret_key_file", key)
    answer("doctor", "--create-key", status=1)
    first = key.read_text()
    answer("doctor", "--create-key", status=1)
    assert key.read_text() == first and len(first) >= settings.KEY_LENGTH
    assert stat.S_IMODE(os.stat(key).st_mode) == 0o600


def test_one_round_of_the_worker(case):
    assert answer("worker", "--once")["published"] == 0


def test_the_workers_round_enforces_what_silence_brings_about(case):
    """A case that lay at the window unjudged for weeks, and a procedure whose expected end has long passed."""
    with database.writing() as session:
        found = session.scalars(select(Case).where(Case.number == case)).one()
        session.execute(delete(CaseEvent).where(CaseEvent.case_id == found.id, CaseEvent.sequence > 1))
        session.execute(delete(CaseTask).where(CaseTask.case_id == found.id))
        found.status, found.accepted_at, found.decided_at, found.delivered_at = CaseStatus.SUBMITTED, None, None, None
        found.result, found.case_type = None, CaseType.PROMISED
    assert answer("worker", "--once")["deemed"] == 1
    assert answer("worker", "--once")["deemed"] == 0


def test_a_demonstration_is_loaded_once(no_database):
    made = answer("demo", "--cases", 300, "--until", "2026-03-20")
    assert (made["cases"], made["until"], made["seed"]) == (300, "2026-03-20", 1)
    assert answer("demo", "--cases", 300, "--if-empty") == {"cases": 0, "skipped": True}
    assert "已有办件" in answer("demo", "--cases", 300, status=1)["error"]
    assert answer("case", "verify")["broken"] == []
    with database.reading() as session:
        assert not demo.is_fresh(session)


def test_a_demonstration_that_fails_leaves_nothing(no_database, monkeypatch):
    monkeypatch.setattr(demo.building.Sums, "store", lambda *_: 1 / 0)
    assert isinstance(run("demo", "--cases", 50).exception, ZeroDivisionError)
    assert database.is_empty()
