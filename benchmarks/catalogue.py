"""Taking a catalogue sheet in: rows a second, checked, stored as drafts, kept with their source rows."""

import csv
import datetime as dt
import io
import time
from collections.abc import Iterator
from pathlib import Path

import settings
from benchmarks.district import District
from benchmarks.timing import Figure, figure
from services import database
from services.catalogue import importing

REAL = settings.ROOT.parent / "shared" / "data" / "catalogue_511602.csv"
HEADINGS = (
    *("department", "main_item", "item_name", "area_code", "implementation_code", "item_type_code", "department_code"),
)
ROWS = 1135
TIMES = 3


def sheet(path: Path = REAL) -> tuple[bytes, str]:
    """(content, where from): the real district's file where it lies, else one of the same shape."""
    if path.exists():
        return path.read_bytes(), f"{path.name}, real"
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADINGS)
    for i in range(1, ROWS + 1):
        department = f"示例{i % 34 + 1}局"
        code = f"511Z{i:08d}-511602000000-000-11511301DEM{i % 34:06d}-1-00"
        writer.writerow((department, "", f"示例事项{i}", "511602000000", code, "01", f"11511301DEM{i % 34:06d}"))
    return text.getvalue().encode(), "generated"


def imported(district: District) -> Iterator[Figure]:
    """The first import, as the district's next batch; rolled back and done again."""
    content, origin = sheet()
    rates, told = [], ""
    for _ in range(TIMES):
        rate, told = _once(content, district)
        rates.append(rate)
    yield figure("import", "catalogue", rates, unit="rows/s", note=f"{origin}: {told}")


class _Undone(Exception):
    """Leaves a writing transaction without a commit."""


def _once(content: bytes, district: District) -> tuple[float, str]:
    now = dt.datetime.now(settings.current().zone)
    report = None
    begun = time.perf_counter()
    try:
        with database.writing() as session:
            report = importing.import_catalogue(
                session, content, "catalogue.csv", actor=district.actor, now=now, on_error="skip"
            )
            session.flush()
            raise _Undone
    except _Undone:
        taken = time.perf_counter() - begun
    assert report is not None
    return report.rows / taken, f"{report.rows:,} rows, {report.created:,} created, {report.rejected:,} rejected"
