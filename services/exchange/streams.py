"""Large sheets read row by row: CSV (UTF-8 with or without BOM, GB18030, gzipped or not) and XLSX, in even memory."""

import codecs
import csv
import gzip
import hashlib
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, cast

import settings
from services.errors import Invalid
from services.exchange import workbooks
from services.exchange.sheets import MAX_FIELD, MEGABYTE, OLD_WORKBOOK, ZIP, Row

GZIP = b"\x1f\x8b"
BLOCK = 1 << 20
MOST_UNPACKED = 4  # times the import limit


def file_hash(path: Path) -> str:
    """SHA-256 of the file as it was sent."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def headings(path: Path) -> list[str]:
    """The first row that holds anything. Raises Invalid for a file that cannot or must not be read."""
    return next(_filled(path), (0, []))[1]


def rows(path: Path) -> Iterator[Row]:
    """The rows under the headings, blank ones left out, cells trimmed. Only the first worksheet is read.

    Raises Invalid, in the middle too: a broken file says at which row.
    """
    filled = _filled(path)
    first = next(filled, None)
    if first is None:
        raise Invalid("文件是空的")
    titles = first[1]
    while titles and not titles[-1]:
        titles.pop()
    twice = sorted({title for title in titles if title and titles.count(title) > 1})
    if twice:
        raise Invalid(f"表头有重复的列：{'、'.join(twice)}，请只留一列")
    for number, cells in filled:
        named = {title: cell for title, cell in zip(titles, cells, strict=False) if title}
        yield Row(number, named, next(filter(None, cells[len(titles) :]), ""))


def _filled(path: Path) -> Iterator[tuple[int, list[str]]]:
    for number, row in _raw(path):
        cells = [cell.strip() for cell in row]
        if any(cells):
            yield number, cells


def _raw(path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    limit = settings.current().import_limit_mb
    if path.stat().st_size > limit * MEGABYTE:
        raise Invalid(f"文件超过 {limit} MB，请拆分后再导入")
    with path.open("rb") as file:
        start = file.read(4)
    if start == OLD_WORKBOOK:
        raise Invalid("不支持旧版 XLS 或有密码的工作簿，请另存为 XLSX 或 CSV 再导入")
    if start.startswith(ZIP):
        yield from _worksheet(path)
    else:
        yield from _csv(path, is_gzip=start.startswith(GZIP))


def _worksheet(path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    seen = 0
    for found in workbooks.lines(path.read_bytes()):
        if isinstance(found, str):
            seen += 1
        elif seen == 1:
            yield found


def _opened(path: Path, *, is_gzip: bool) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path, "rb")) if is_gzip else path.open("rb")


def _csv(path: Path, *, is_gzip: bool) -> Iterator[tuple[int, Sequence[str]]]:
    csv.field_size_limit(MAX_FIELD)
    number = 0
    try:
        encoding = _encoding(path, is_gzip=is_gzip)
        with _opened(path, is_gzip=is_gzip) as file, io.TextIOWrapper(file, encoding, newline="") as text:
            first = text.readline()
            text.seek(0)
            delimiter = "\t" if "\t" in first and "," not in first else ","
            for row in csv.reader(text, delimiter=delimiter, strict=True):
                number += 1
                yield number, row
    except csv.Error:
        raise Invalid(f"第 {number + 1} 行起的引号不配对或内容过长，请改正后再导入") from None
    except (OSError, EOFError, gzip.BadGzipFile):
        raise Invalid(f"文件在第 {number + 1} 行之后损坏或不完整，请重新导出或下载") from None


def _encoding(path: Path, *, is_gzip: bool) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        if _decodes(path, encoding, is_gzip=is_gzip):
            return encoding
    raise Invalid("无法识别文件的编码，请另存为 UTF-8 编码的 CSV 或 XLSX 再导入")


def _decodes(path: Path, encoding: str, *, is_gzip: bool) -> bool:
    decoder, read = codecs.getincrementaldecoder(encoding)(), 0
    most = settings.current().import_limit_mb * MEGABYTE * MOST_UNPACKED
    with _opened(path, is_gzip=is_gzip) as file:
        while block := file.read(BLOCK):
            read += len(block)
            if read > most:
                raise Invalid("压缩文件解压后过大，请分批导入")
            try:
                if "\0" in decoder.decode(block):
                    return False
            except UnicodeDecodeError:
                return False
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
