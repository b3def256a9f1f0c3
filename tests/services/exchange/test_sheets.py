"""Files as people send them: read whatever honest program wrote them, refuse what no honest program writes."""

import datetime as dt
import io
import zipfile

import openpyxl
import pytest

import settings
from services.errors import Invalid
from services.exchange import sheets, workbooks
from services.exchange.sheets import RowError

ROWS = [["编码", "名称"], ["01", "卫生许可"], ["", ""], ["02", "他说“好”"]]
TEXT = "\r\n".join(",".join(row) for row in ROWS)


def workbook(*rows, title="甲"):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(content, **changes):
    """The workbook with entries replaced; `None` leaves one out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if changes.get(name, b"") is not None:
                new.writestr(name, changes.pop(name, None) or old.read(name))
        for name, data in changes.items():
            if data is not None:
                new.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("gb18030"),
        TEXT.replace("\r\n", "\n").encode(),
        TEXT.replace(",", "\t").encode(),
        workbook(*ROWS),
    ],
    ids=["utf-8", "utf-8 with mark", "gb18030", "unix lines", "tabs", "xlsx"],
)
def test_the_same_table_is_read_from_every_form(content):
    (sheet,) = sheets.read(content, "x")
    assert sheet.headings == ["编码", "名称"]
    assert [(row.number, row.cells) for row in sheet.rows] == [
        (2, {"编码": "01", "名称": "卫生许可"}),
        (4, {"编码": "02", "名称": "他说“好”"}),
    ]


def test_row_numbers_are_those_of_the_spreadsheet_below_blank_rows_and_long_cells():
    content = '编码,名称\n1,"两\n行"\n\n2,乙\n'.encode()
    assert [row.number for row in sheets.read(content, "x.csv")[0].rows] == [2, 4]
    book = openpyxl.Workbook()
    book.active["B3"], book.active["B5"] = "编码", "甲"
    out = io.BytesIO()
    book.save(out)
    (sheet,) = sheets.read(out.getvalue(), "x.xlsx")
    assert [(row.number, row["编码"]) for row in sheet.rows] == [(5, "甲")]


def test_cells_of_other_types_become_the_text_one_sees():
    content = workbook(["a", "b", "c", "d", "e"], [20, 1.5, True, dt.date(2026, 11, 22), dt.datetime(2026, 1, 2, 3, 4)])
    assert list(sheets.read(content, "x")[0].rows[0].cells.values()) == [
        "20", "1.5", "是", "2026-11-22", "2026-01-02 03:04:00",
    ]  # fmt: skip


def test_text_of_any_kind_goes_out_and_comes_back_as_text():
    texts = ["=1+1", "+86", "007", "http://x.test", "@甲", "a\nb", '"引号"', "1e5", "<b>&", "_x0041_", "真\u3000假"]
    content = workbooks.write([("甲", ["a"], [[text] for text in texts]), ("乙", ["b"], [[3], [None]])])
    first, second = sheets.read(content, "x")
    assert [row["a"] for row in first.rows] == texts
    assert [row["b"] for row in second.rows] == ["3"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "是空的"),
        (b"\xef\xbb\xbf \n , \n", "是空的"),
        (b"\xff\xfe\x00", "无法识别文件的编码"),
        ('编码,名称\n1,"没有结束'.encode(), "第 2 行起的引号不配对"),
        ("编码,编码\n1,2".encode(), "表头有重复的列：编码"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧版 XLS"),
        (b"PK\x03\x04broken", "无法读取该工作簿"),
        (workbook(*ROWS)[:-400], "无法读取该工作簿"),
    ],
)
def test_a_broken_file_is_refused_in_words(content, message):
    with pytest.raises(Invalid, match=message):
        sheets.read(content, "x")


def test_a_comma_too_many_is_told_with_its_row():
    (sheet,) = sheets.read("编码,名称\n1,甲\n2,乙,丙\n".encode(), "x")
    assert sheets.surplus_errors(sheet) == [RowError(3, "", "丙", "该行的列数多于表头（2 列），内容可能错位")]


def test_missing_headings_are_named():
    (sheet,) = sheets.read(TEXT.encode(), "x")
    with pytest.raises(Invalid, match="缺少列：部门、层级"):
        sheets.require(sheet, ["编码", "部门", "层级"])


def test_a_file_over_the_limit_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(settings.current(), "import_limit_mb", 1)
    with pytest.raises(Invalid, match="超过 1 MB"):
        sheets.read(b"a" * (1 << 20) + b"b", "x.csv")


SHEET = "xl/worksheets/sheet1.xml"
HEAD = '<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
FAR_CELL = (
    f'{HEAD}<sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
    '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
)
LAUGHS = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;">]>'


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({SHEET: HEAD + " " * (200 << 20)}, "解压后过大"),
        ({f"x{number}.xml": b"<a/>" for number in range(2001)}, "解压后过大"),
        ({SHEET: LAUGHS + HEAD}, "DTD"),
        ({"xl/sharedStrings.xml": "<!-- " + "x" * (1 << 20) + "-->" + LAUGHS}, "DTD"),
        ({SHEET: HEAD.encode("utf-16")}, "不是 UTF-8"),
        ({"xl/vbaProject.bin": b"macro"}, "含有宏"),
        ({"[Content_Types].xml": None}, "不是 XLSX"),
        ({SHEET: FAR_CELL}, "范围过大"),
        ({SHEET: "<worksheet><broken"}, "无法读取|是空的"),
        ({"xl/workbook.xml": "not xml"}, "无法读取|是空的"),
    ],
    ids=["bomb", "entries", "dtd", "late dtd", "utf-16", "macro", "not a workbook", "far cell", "cut xml", "no xml"],
)
def test_a_hostile_workbook_is_refused_in_words(changes, message):
    content = repacked(workbook(*ROWS), **changes)
    with pytest.raises(Invalid, match=message):
        sheets.read(content, "x.xlsx")


def test_a_dtd_cut_by_the_end_of_a_block_is_seen():
    comment = "<!--" + "x" * (workbooks.CHUNK - 10) + "-->"
    with pytest.raises(Invalid, match="DTD"):
        workbooks.check(repacked(workbook(*ROWS), **{SHEET: comment + LAUGHS + HEAD}))


def test_bad_rows_come_back_with_the_reason_and_import_again():
    (sheet,) = sheets.read(TEXT.encode(), "x.csv")
    errors = [RowError(4, "编码", "02", "编码重复"), RowError(4, "名称", "他说“好”", "过长")]
    (back,) = sheets.read(sheets.errors_workbook([sheet], errors), "x.xlsx")
    assert back.headings == ["编码", "名称", "错误原因"]
    assert [row.cells for row in back.rows] == [
        {"编码": "02", "名称": "他说“好”", "错误原因": "编码：编码重复；名称：过长"}
    ]
    (again,) = sheets.read(sheets.errors_workbook([back], [RowError(2, "", "", "还是错")]), "x.xlsx")
    assert again.headings == back.headings


def test_a_text_too_long_for_a_cell_is_refused_not_cut():
    with pytest.raises(Invalid, match="超过 32767 个字"):
        workbooks.write([("甲", ["a"], [["长" * 32_768]])])
