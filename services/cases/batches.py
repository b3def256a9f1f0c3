"""Many applications at once: rows copied from a spreadsheet, all checked first, then filed as one or not at all."""

import contextlib
import dataclasses
import datetime as dt
import hashlib
import unicodedata
from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.cases import Case
from models.enums import MaterialState, Permission
from services.actors import Actor
from services.cases import applicants, intake
from services.cases.applicants import ApplicantEntry
from services.cases.intake import Filed, Filing, MaterialEntry, material_key
from services.catalogue import items
from services.catalogue.rows import ItemRow
from services.counts import local_day
from services.errors import DomainError, Invalid
from services.rules import identifiers

COLUMNS = {"item": "事项", "name": "申请人", "id_number": "证件号码", "phone": "联系电话"}
MOST_ROWS = 300
CANDIDATES = 8


@dataclasses.dataclass(frozen=True)
class Row:
    """One line as it was pasted; `line` counts from 1."""

    line: int
    item: str
    name: str
    id_number: str
    phone: str


@dataclasses.dataclass(frozen=True)
class Problem:
    line: int
    column: str
    value: str
    reason: str


@dataclasses.dataclass(frozen=True)
class Checked:
    """A row and what became of it: an application to file, or problems."""

    row: Row
    item_name: str = ""
    masked_id: str = ""
    filing: Filing | None = None
    problems: tuple[Problem, ...] = ()


def parse(text: str) -> list[Row]:
    """Rows of a pasted table: item, name, id, phone, divided by tabs or commas. Raises Invalid for too many."""
    rows: list[Row] = []
    for line, content in enumerate(text.splitlines(), start=1):
        if not content.strip() or (not rows and _is_heading(content)):
            continue
        cells = [cell.strip().strip('"') for cell in _cells(content)]
        rows.append(Row(line, *(cells + [""] * len(COLUMNS))[: len(COLUMNS)]))
    if len(rows) > MOST_ROWS:
        message = f"一次最多 {MOST_ROWS} 行，现为 {len(rows)} 行，请分批粘贴"
        raise Invalid(message, {"rows": message})
    return rows


def _cells(content: str) -> list[str]:
    return content.split("\t") if "\t" in content else content.replace("，", ",").split(",")


def _is_heading(content: str) -> bool:
    return any(word in content for word in ("证件号", "身份证号", "申请人\t", "联系电话"))


def check(
    session: Session, text: str, *, materials_are_complete: bool, actor: Actor, now: dt.datetime
) -> list[Checked]:
    """Every row, with each thing that is wrong by row and column. Nothing is written."""
    actor.must(Permission.CASES_INTAKE)
    first_line: dict[str, int] = {}
    found = []
    for row in parse(text):
        one = _check_row(session, row, materials_are_complete, actor, now)
        key = one.filing.form_key if one.filing else None
        if key and (first := first_line.setdefault(key, row.line)) != row.line:
            one = _refused(one, Problem(row.line, "整行", row.name, f"与第 {first} 行重复"))
        found.append(one)
    return _without_filed(session, found, actor)


def _check_row(session: Session, row: Row, is_complete: bool, actor: Actor, now: dt.datetime) -> Checked:
    problems: dict[str, str] = {}
    entry = ApplicantEntry(row.name, row.id_number, applicants.guess_id_type(row.id_number), row.phone)
    item = filing = None
    with _noting(problems):
        item = _item(session, row.item, actor)
    with _noting(problems):
        entry = applicants.checked(entry)
    if item is not None and not problems:
        materials = _materials(session, item, is_complete, actor)
        filing = Filing(item.id, entry, materials, form_key=_key(row, item, actor, now))
        with _noting(problems):
            intake.check(session, filing, actor=actor)
    told = tuple(_problem(row, field, reason) for field, reason in problems.items())
    return Checked(row, item.name if item else "", identifiers.mask_id(row.id_number), None if told else filing, told)


@contextlib.contextmanager
def _noting(problems: dict[str, str]) -> Iterator[None]:
    """A refusal within is noted by its fields; one that names none is about the item."""
    try:
        yield
    except DomainError as error:
        problems |= (error.fields if isinstance(error, Invalid) else {}) or {"item": error.message}


def _problem(row: Row, field: str, reason: str) -> Problem:
    field = field if field in COLUMNS else "item"
    value = str(getattr(row, field))
    return Problem(row.line, COLUMNS[field], identifiers.mask_id(value) if field == "id_number" else value, reason)


def _refused(one: Checked, problem: Problem) -> Checked:
    return dataclasses.replace(one, filing=None, problems=(*one.problems, problem))


def _item(session: Session, text: str, actor: Actor) -> ItemRow:
    """The one item that a code, name or initials mean. Raises Invalid when there is none or more than one."""
    if not text:
        raise Invalid("请填写事项编码、首字母或名称")
    rows = items.for_intake(session, actor, text, CANDIDATES)
    wanted = unicodedata.normalize("NFKC", text).strip().lower()
    exact = [row for row in rows if wanted in (row.code.lower(), row.name.lower(), items.initials(row.name))]
    if len(exact or rows) == 1:
        return (exact or rows)[0]
    if not rows:
        raise Invalid("没有这个事项，或本窗口不受理")
    names = "、".join(row.name for row in rows[:3])
    raise Invalid(f"与多个事项相符（{names}{'等' if len(rows) > 3 else ''}），请写全称或编码")


def _materials(session: Session, item: ItemRow, is_complete: bool, actor: Actor) -> list[MaterialEntry]:
    """Every material received, where the clerk has declared so; none otherwise."""
    if not is_complete:
        return []
    required = items.published(session, actor.district_id, item.id).guide.materials
    return [
        MaterialEntry(material_key(material, place), MaterialState.RECEIVED) for place, material in enumerate(required)
    ]


def _key(row: Row, item: ItemRow, actor: Actor, now: dt.datetime) -> str:
    """The same application by the same clerk on one day is one case, however often it is pasted."""
    number = identifiers.normalise(row.id_number)
    text = f"batch/{actor.user_id}/{local_day(now)}/{item.id}/{number}"
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def _without_filed(session: Session, found: Sequence[Checked], actor: Actor) -> list[Checked]:
    keys = [one.filing.form_key for one in found if one.filing]
    query = select(Case.form_key, Case.number).where(Case.district_id == actor.district_id, Case.form_key.in_(keys))
    numbers = {row.form_key: row.number for row in session.execute(query)}
    return [
        _refused(
            one, Problem(one.row.line, "整行", one.row.name, f"今天已收过，办件编号 {numbers[one.filing.form_key]}")
        )
        if one.filing and one.filing.form_key in numbers
        else one
        for one in found
    ]


def file(session: Session, checked: Sequence[Checked], *, actor: Actor, now: dt.datetime) -> list[tuple[Row, Filed]]:
    """File every good row. Raises the first refusal with its line: then none of them is filed."""
    done = []
    for one in checked:
        if one.filing is None:
            continue
        try:
            done.append((one.row, intake.file(session, one.filing, actor=actor, now=now)))
        except DomainError as error:
            raise Invalid(f"第 {one.row.line} 行：{error.message}；本批一件也没有收") from error
    return done
