"""The shipped reference data hangs together and agrees with its sources (data/README.md)."""

import csv
import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from models.enums import Audience, OrganisationKind, ServiceTier, WindowChannel
from services.rules.identifiers import problem_of_phone
from services.rules.working_time import CalendarDay, CalendarYear, Schedule, WorkCalendar

DATA = Path(__file__).parents[2] / "data"
K = OrganisationKind


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ORGANISATIONS = {row["code"]: row for row in rows("organisations.csv")}
WINDOWS = rows("windows.csv")
REGIONS = {row["code"]: row for row in rows("regions.csv")}
YEARS = {
    int(r["year"]): CalendarYear(int(r["year"]), r["official"] == "1", r["source"]) for r in rows("calendar_years.csv")
}
DAYS = {
    (day := date.fromisoformat(r["date"])): CalendarDay(day, r["is_workday"] == "1", r["name"], r["source"])
    for r in rows("calendar_days.csv")
}
SCHEDULES = {row["code"]: Schedule.parse(row["periods"]) for row in rows("work_schedules.csv")}


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("calendar_days.csv", ("date",)),
        ("calendar_years.csv", ("year",)),
        ("work_schedules.csv", ("code",)),
        ("topics.csv", ("audience", "code")),
        ("regions.csv", ("code",)),
        ("organisations.csv", ("code",)),
        ("organisations.csv", ("kind", "name")),
        ("organisations.csv", ("phone",)),
        ("windows.csv", ("centre_code", "number")),
        ("windows.csv", ("phone",)),
    ],
)
def test_nothing_is_listed_twice(name, key):
    counted = Counter(tuple(row[column] for column in key) for row in rows(name))
    assert counted and max(counted.values()) == 1


def test_the_district_has_the_places_of_the_source_document():
    kinds = Counter(row["kind"] for row in ORGANISATIONS.values())
    assert kinds[K.DISTRICT_CENTRE] == 1
    assert (kinds[K.HALL], kinds[K.ZONE]) == (2, 4)
    assert (kinds[K.STREET_CENTRE], kinds[K.COMMUNITY_POINT]) == (5, 11)
    assert kinds[K.DEPARTMENT] == 26
    assert kinds[K.INTERMEDIARY] == 10


def test_words_of_organisations_are_those_of_the_models():
    for row in ORGANISATIONS.values():
        assert K(row["kind"]) and ServiceTier(row["level"])
    assert {WindowChannel(row["channel"]) for row in WINDOWS} == set(WindowChannel)
    assert {Audience(row["audience"]) for row in rows("topics.csv")} == set(Audience)


def test_every_organisation_hangs_under_one_of_the_right_kind():
    parent_kind = {
        K.HALL: K.DISTRICT_CENTRE,
        K.ZONE: K.HALL,
        K.STREET_CENTRE: K.DISTRICT_CENTRE,
        K.COMMUNITY_POINT: K.STREET_CENTRE,
        K.DEPARTMENT: K.DISTRICT_CENTRE,
        K.INTERMEDIARY: K.DISTRICT_CENTRE,
    }
    for row in ORGANISATIONS.values():
        if row["kind"] == K.DISTRICT_CENTRE:
            assert row["parent_code"] == ""
        else:
            assert ORGANISATIONS[row["parent_code"]]["kind"] == parent_kind[K(row["kind"])]


def test_a_community_point_lies_in_the_street_of_its_centre():
    for row in ORGANISATIONS.values():
        assert row["region_code"] in REGIONS
        if row["kind"] == K.COMMUNITY_POINT:
            assert REGIONS[row["region_code"]]["parent_code"] == ORGANISATIONS[row["parent_code"]]["region_code"]


def test_windows_are_as_many_as_the_source_document_says():
    counted = Counter(row["centre_code"] for row in WINDOWS)
    assert (counted["510109-S"], counted["510109-W"]) == (124, 18)
    assert all(counted[f"510109-J{n}"] == 5 for n in range(1, 6))
    assert all(counted[f"510109-C{n:02d}"] == 2 for n in range(1, 12))
    assert sum(counted.values()) == 124 + 18 + 25 + 22


def test_every_window_belongs_to_a_zone_of_its_hall_and_to_departments_that_exist():
    for row in WINDOWS:
        assert K(ORGANISATIONS[row["centre_code"]]["kind"]) in (K.HALL, K.STREET_CENTRE, K.COMMUNITY_POINT)
        if row["zone_code"]:
            assert ORGANISATIONS[row["zone_code"]]["parent_code"] == row["centre_code"]
        kinds = {ORGANISATIONS[code]["kind"] for code in row["department_code"].split(";")}
        assert kinds == {K.INTERMEDIARY if row["channel"] == WindowChannel.INTERMEDIARY else K.DEPARTMENT}
    zones = {row["zone_code"] for row in WINDOWS if row["zone_code"]}
    assert zones == {code for code, row in ORGANISATIONS.items() if row["kind"] == K.ZONE}


def test_every_department_and_intermediary_has_a_window():
    served = {code for row in WINDOWS for code in row["department_code"].split(";")}
    assert served == {code for code, row in ORGANISATIONS.items() if row["kind"] in (K.DEPARTMENT, K.INTERMEDIARY)}


def test_intermediaries_and_the_west_hall_are_as_the_yearbook_counts():
    def served(hall: str) -> set[str]:
        return {code for row in WINDOWS if row["centre_code"] == hall for code in row["department_code"].split(";")}

    def intermediaries(hall: str) -> set[str]:
        return {code for code in served(hall) if code.startswith("Z")}

    assert (len(intermediaries("510109-S")), len(intermediaries("510109-W"))) == (9, 3)
    assert len(served("510109-W") - intermediaries("510109-W")) == 13
    assert len(served("510109-S") - intermediaries("510109-S")) >= 15


def test_every_phone_is_fictional():
    for row in [*ORGANISATIONS.values(), *WINDOWS]:
        assert re.fullmatch(r"028-0000\d{4}", row["phone"])
        assert problem_of_phone(row["phone"]) is None


def test_regions_form_one_tree_with_the_division_codes():
    levels = Counter(row["level"] for row in REGIONS.values())
    assert (levels["city"], levels["district"], levels["community"]) == (1, 20, 11)
    length = {"city": 6, "district": 6, "street": 9, "community": 12}
    for code, row in REGIONS.items():
        assert len(code) == length[row["level"]]
        assert row["parent_code"] in REGIONS or row["level"] == "city"
        assert row["level"] in ("city", "district") or code.startswith(row["parent_code"])
    assert "510109" not in REGIONS  # the zone is no division


def test_topics_are_those_of_the_domain():
    counted = Counter(row["audience"] for row in rows("topics.csv"))
    assert counted == {"person": 32, "enterprise": 35}
    assert all(re.fullmatch(r"\d{3}", row["code"]) and row["name"] for row in rows("topics.csv"))


def test_the_default_schedule_is_seven_hours():
    assert next(iter(SCHEDULES)) == "S7"
    assert {code: schedule.minutes for code, schedule in SCHEDULES.items()} == {"S7": 420, "S8": 480}


def test_every_year_is_present_and_those_not_yet_published_are_provisional():
    assert list(YEARS) == list(range(2004, 2041))
    assert [year for year, row in YEARS.items() if not row.official] == list(range(2027, 2041))
    assert all(row["source"] for row in [*rows("calendar_years.csv"), *rows("calendar_days.csv")])


def test_the_calendar_agrees_with_its_source_on_every_day():
    calendar = WorkCalendar(DAYS, YEARS, SCHEDULES["S7"])
    day, last = date(2004, 1, 1), date(2026, 12, 31)
    while day <= last:
        assert calendar.is_workday(day) == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


@pytest.mark.parametrize("year", range(2027, 2041))
def test_a_provisional_year_has_its_statutory_days_and_no_guessed_make_up_day(year):
    listed = {day: row for day, row in DAYS.items() if day.year == year}
    assert not any(row.is_workday for row in listed.values())
    counted = Counter(name for row in listed.values() for name in row.name.split("、"))
    assert counted == {"元旦": 1, "春节": 4, "清明节": 1, "劳动节": 2, "端午节": 1, "中秋节": 1, "国庆节": 3}
    assert not WorkCalendar(DAYS, YEARS, SCHEDULES["S7"]).is_workday(date(year, 1, 1))


def test_every_listed_day_differs_from_the_week_or_is_a_named_holiday():
    assert all(row.name and (not row.is_workday or day.weekday() >= 5) for day, row in DAYS.items())
