"""XLSX at the boundary: measured before it is trusted, and parsed in another process (security 6)."""

import io
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import xlsxwriter

from services.errors import Invalid

CHILD = Path(__file__).with_name("workbook_child.py")
MAX_ENTRIES = 2_000
MAX_RATIO = 150  # legitimate sheets unpack to some 10-60 times their size
GRACE_BYTES = 20 << 20
MAX_CELLS = 16_000_000  # a million rows of the widest register
MEMORY_BYTES = 96 << 20
MEMORY_PER_BYTE = 40
CPU_SECONDS = 180
WALL_SECONDS = 300
CHUNK = 1 << 20
OVERLAP = 16
FORBIDDEN = {b"<!DOCTYPE": "文档类型声明（DTD）", b"<!ENTITY": "实体定义"}
MAX_CELL_TEXT = 32_767
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
UNREADABLE = "无法读取该工作簿，请用表格软件打开后另存为 XLSX 再导入"

Cell = str | int | None
Table = tuple[str, Sequence[str], Iterable[Sequence[Cell]]]  # name, headings, rows


def check(content: bytes) -> None:
    """Raises Invalid for what no honest workbook is: a bomb, a DTD, macros, a password."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _check_sizes(entries, len(content))
            for entry in entries:
                if entry.filename.endswith((".xml", ".rels", ".vml")):
                    _check_xml(archive, entry)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        raise Invalid(UNREADABLE) from None


def _check_sizes(entries: Sequence[zipfile.ZipInfo], size: int) -> None:
    names = {entry.filename for entry in entries}
    if "[Content_Types].xml" not in names:
        raise Invalid("该文件不是 XLSX 工作簿")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Invalid("该工作簿含有宏，请另存为不含宏的 XLSX 再导入")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Invalid("该工作簿有密码，请取消密码后再导入")
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES or unpacked > size * MAX_RATIO + GRACE_BYTES:
        raise Invalid("该工作簿解压后过大，疑为恶意文件，已拒绝")


def _check_xml(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    with archive.open(entry) as file:
        tail = b""
        while chunk := file.read(CHUNK):
            if not tail and (chunk.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in chunk[:200]):
                raise Invalid("该工作簿的内部编码不是 UTF-8，已拒绝")
            for mark, name in FORBIDDEN.items():
                if mark in tail + chunk:
                    raise Invalid(f"该工作簿含有{name}，疑为恶意文件，已拒绝")
            tail = chunk[-OVERLAP:]


def read(content: bytes) -> Iterator[tuple[str, list[tuple[int, list[str]]]]]:
    """Each worksheet's name and its rows with their numbers, blank ones included. Raises Invalid."""
    name: str | None = None
    rows: list[tuple[int, list[str]]] = []
    for found in lines(content):
        if isinstance(found, str):
            if name is not None:
                yield name, rows
            name, rows = found, []
        else:
            rows.append(found)
    if name is not None:
        yield name, rows


def lines(content: bytes) -> Iterator[str | tuple[int, list[str]]]:
    """A worksheet's name, then its rows one by one; nothing of the sheet is held in memory here. Raises Invalid."""
    check(content)
    with tempfile.TemporaryDirectory(prefix="yichuang-import-") as folder:
        source, target = Path(folder, "in.xlsx"), Path(folder, "out.jsonl")
        source.write_bytes(content)
        _parse(source, target, len(content))
        with target.open(encoding="utf-8") as rows:
            for found in map(json.loads, rows):
                yield found["sheet"] if isinstance(found, dict) else (found[0], found[1:])


def _parse(source: Path, target: Path, size: int) -> None:
    memory = MEMORY_BYTES + MEMORY_PER_BYTE * size
    limits = map(str, (memory, CPU_SECONDS, MAX_CELLS))
    command = [sys.executable, "-I", str(CHILD), str(source), str(target), *limits]
    try:
        done = subprocess.run(command, capture_output=True, timeout=WALL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise Invalid("该工作簿读取时间过长，已停止；请拆分后再导入") from None
    if done.returncode == 0:
        return
    if done.returncode == 3 or done.returncode < 0 or b"MemoryError" in done.stderr:
        raise Invalid("该工作簿的表格范围过大，已拒绝；请删除空白的行列或拆分后再导入")
    raise Invalid(UNREADABLE)


def write(tables: Iterable[Table]) -> bytes:
    """A workbook with one sheet a table; text stays text, so that no formula runs and no code loses its zeros."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, OPTIONS)
    text, heading = book.add_format({"num_format": "@"}), book.add_format({"num_format": "@", "bold": True})
    for name, headings, rows in tables:
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, max(len(headings) - 1, 0), 18, text)
        for column, title in enumerate(headings):
            sheet.write_string(0, column, title, heading)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                _write_cell(sheet, number, column, cell, text)
    book.close()
    return out.getvalue()


def _write_cell(
    sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, cell: Cell, text: xlsxwriter.format.Format
) -> None:
    if isinstance(cell, int):
        sheet.write_number(row, column, cell)
    elif cell:
        if len(cell) > MAX_CELL_TEXT:
            raise Invalid(f"第 {row + 1} 行有一格超过 {MAX_CELL_TEXT} 个字，无法写入表格")
        sheet.write_string(row, column, cell, text)
