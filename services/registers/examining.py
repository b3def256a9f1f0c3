"""A delivered sheet read through once: every bad row told, every doubt noted, the good rows spooled ready to be stored.

Nothing of the database is read or written here, so a broken file costs nothing but time.
"""

import dataclasses
import datetime as dt
import hashlib
import pickle
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from models.enums import ImportKind
from services import confidential
from services.errors import Invalid
from services.exchange import streams, workbooks
from services.exchange.sheets import REASON, Row, RowError
from services.jobs import Progress, silent
from services.registers import mappings, quality
from services.registers.quality import Doubt, Quality
from services.registers.records import evidence, record
from services.registers.sheets import SHEETS, Sheet, Values, read_row

CHUNK = 5_000
MOST_ERRORS = 100_000
MOST_RETURNED = 100_000  # bad rows given back as a sheet


@dataclasses.dataclass
class Examined:
    """What a file holds. `rejected` are the bad rows as delivered; good rows come from `spooled()`."""

    kind: ImportKind
    path: Path
    file_name: str
    file_hash: str
    headings: list[str]
    rows: int = 0
    good: int = 0
    errors: list[RowError] = dataclasses.field(default_factory=list)
    rejected: list[tuple[Row, str]] = dataclasses.field(default_factory=list)
    rejected_count: int = 0
    quality: Quality = dataclasses.field(default_factory=Quality)
    spool: IO[bytes] | None = None

    @property
    def sheet(self) -> Sheet:
        return SHEETS[self.kind]

    def spooled(self) -> Iterator[list[Values]]:
        """The good rows in chunks, in the order of the file."""
        if self.spool is None:
            return
        self.spool.seek(0)
        while True:
            try:
                yield pickle.load(self.spool)
            except EOFError:
                return

    def rejected_sheet(self) -> bytes | None:
        """The bad rows with a 错误原因 column, to be mended and imported again."""
        if not self.rejected:
            return None
        titles = [title for title in self.headings if title and title != REASON]
        rows = [[*(row[title] for title in titles), reason] for row, reason in self.rejected]
        return workbooks.write([("错误行", [*titles, REASON], rows)])


def examine(
    path: Path,
    file_name: str,
    kind: ImportKind,
    *,
    mapped: Mapping[str, str] | None = None,
    today: dt.date,
    progress: Progress | None = None,
) -> Examined:
    """Read the whole file. Raises Invalid for one that is no such sheet, or broken on the way."""
    mapped, progress = dict(mapped or {}), progress or silent()
    sheet = SHEETS[kind]
    mappings.check(sheet, mapped)
    headings = streams.headings(path)
    if not headings:
        raise Invalid(f"文件「{file_name}」是空的")
    if lacking := mappings.missing(sheet, headings, mapped):
        raise Invalid(f"「{kind.label}」缺少列：{'、'.join(lacking)}；请核对第一行表头，或先把来表的列对应到这些列")
    found = Examined(kind, path, file_name, streams.file_hash(path), headings)
    found.spool = tempfile.TemporaryFile(prefix="yichuang-register-")  # noqa: SIM115 - lives as long as what was found
    reader = _Reader(found, mapped, today)
    for row in streams.rows(path):
        reader.take(row)
        if found.rows % CHUNK == 0:
            progress.at(found.rows, 0, f"正在检查第 {found.rows:,} 行")
    reader.flush()
    return found


class _Reader:
    """Takes rows one by one; what it knows of earlier ones tells repetitions."""

    def __init__(self, found: Examined, mapped: Mapping[str, str], today: dt.date) -> None:
        self._found, self._mapped, self._today = found, mapped, today
        self._chunk: list[Values] = []
        self._names: dict[bytes, bytes] = {}  # digests of natural keys and of their first row's name
        self._turns: Counter[bytes] = Counter()

    def take(self, row: Row) -> None:
        found = self._found
        found.rows += 1
        cells = {self._mapped.get(title, title): cell for title, cell in row.cells.items()}
        values, problems = read_row(found.sheet, cells)
        if row.surplus:
            problems.append(("", row.surplus, f"该行的列数多于表头（{len(found.headings)} 列），内容可能错位"))
        if problems:
            self._reject(row, problems)
            return
        quality.look(found.quality, found.sheet, row.number, cells, values, self._today)
        made = record(found.sheet, values)
        digest = confidential.mac("register row", repr(sorted(cells.items())))[:32]
        made |= {"row_number": row.number, "source": cells, "digest": digest}
        if self._is_new(made, row.number):
            made["source"] = evidence(found.sheet, cells)
            self._chunk.append(made)
            found.good += 1
            if len(self._chunk) >= CHUNK:
                self.flush()

    def flush(self) -> None:
        if self._chunk and self._found.spool is not None:
            pickle.dump(self._chunk, self._found.spool, protocol=pickle.HIGHEST_PROTOCOL)
            self._chunk = []

    def _is_new(self, made: Values, number: int) -> bool:
        """Whether the row is to be kept; one that shares its key with another name gets a key of its own."""
        key = _short(made["natural_key"])
        first = self._names.get(key)
        name = _short(f"{made['name_key']}|{made['digest']}")
        if first is None:
            self._names[key] = name
            return True
        if first == name:
            self._found.quality.note(Doubt.REPEATED, number, "", made["name"])
            return False
        self._turns[key] += 1
        self._found.quality.note(Doubt.SAME_KEY, number, "", made["name"])
        made["natural_key"] = f"{made['natural_key']}#{self._turns[key] + 1}"
        return True

    def _reject(self, row: Row, problems: list[tuple[str, str, str]]) -> None:
        found = self._found
        found.rejected_count += 1
        back = {ours: theirs for theirs, ours in self._mapped.items()}
        told = [(back.get(column, column), value, reason) for column, value, reason in problems]
        if len(found.errors) < MOST_ERRORS:
            found.errors += [RowError(row.number, column, value[:200], reason) for column, value, reason in told]
        if len(found.rejected) < MOST_RETURNED:
            found.rejected.append(
                (row, "；".join(f"{column}：{reason}" if column else reason for column, _, reason in told))
            )


def _short(text: Any) -> bytes:
    return hashlib.blake2b(str(text).encode(), digest_size=12).digest()
