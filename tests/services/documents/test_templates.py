"""Word templates: the shipped ones in order; the centre's own checked before they come into force, in versions."""

import io
import zipfile

import pytest
from docx import Document

from models.audit import AuditEntry
from models.enums import DocumentKind
from services import attachments
from services.documents import checking, drawing, filling, templates
from services.errors import Invalid, NotAllowed, NotFound
from services.rules import vouchers

K = DocumentKind
NEEDED = "{{ 文号 }} {{ 申请人 }} {{ 事项 }} {{ 日期 }} {{ 理由 }} {{ 救济途径 }}"  # of a denial


def docx(*paragraphs, rows=(), title=""):
    """A Word file with the paragraphs, and a table with the rows of one cell each."""
    made = Document()
    made.core_properties.title = title
    for text in paragraphs:
        made.add_paragraph(text)
    if rows:
        table = made.add_table(rows=0, cols=1)
        for text in rows:
            table.add_row().cells[0].text = text
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def with_part(content, name, part):
    """The Word file with one more part, or another one in its place."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for each in source.infolist():
            if each.filename != name:
                target.writestr(each, source.read(each.filename))
        target.writestr(name, part)
    return out.getvalue()


def text_of(content):
    found = Document(io.BytesIO(content))
    cells = [cell.text for table in found.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in found.paragraphs] + cells)


@pytest.mark.parametrize("kind", DocumentKind)
def test_the_shipped_template_passes_its_own_check_and_leaves_no_placeholder(kind):
    content = templates.shipped(kind).read_bytes()
    checking.check(kind, f"{kind.value}.docx", content)
    filled = filling.fill(content, vouchers.examples(kind))
    said = text_of(filled)
    assert "{{" not in said and "{%" not in said and vouchers.examples(kind)["申请人"] in said
    with zipfile.ZipFile(io.BytesIO(filled)) as archive:
        assert [name for name in archive.namelist() if name.startswith("word/media/")], "the QR code"
    assert drawing.pdf(filled, title="t", foot="f").startswith(b"%PDF-")


@pytest.mark.parametrize("kind", DocumentKind)
def test_a_template_with_nothing_to_say_still_fills(kind):
    """A case that lacks a fact stops no voucher."""
    assert "None" not in text_of(filling.fill(templates.shipped(kind).read_bytes(), {}))


def bomb():
    return with_part(docx(NEEDED), "word/media/big.bin", b"\0" * (checking.LARGEST_UNPACKED + 1))


def fetching():
    rels = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r9" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" '
        'Target="http://127.0.0.1/evil.dotm" TargetMode="External"/></Relationships>'
    )
    return with_part(docx(NEEDED), "word/_rels/settings.xml.rels", rels)


def bitten(place):
    """The Word file with its content damaged in the middle."""
    whole = bytearray(docx(NEEDED, *("一段正文" * 50 for _ in range(40))))
    start = whole.find(b"word/document.xml") + place
    whole[start : start + 40] = bytes(40)
    return bytes(whole)


def without(name):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx(NEEDED))) as source, zipfile.ZipFile(out, "w") as target:
        for each in source.namelist():
            if each != name:
                target.writestr(each, source.read(each))
    return out.getvalue()


WRONG = {
    "another type": ("a.doc", b"anything", "须为 .docx"),
    "no zip": ("a.docx", b"PK not a zip", "不是可用的 Word 文档"),
    "a zip of something else": ("a.docx", with_part(docx("x"), "word/document.xml", b"")[:40], "不是可用的 Word 文档"),
    "broken xml": ("a.docx", with_part(docx(NEEDED), "word/document.xml", b"<w:document"), "不是可用的 Word 文档"),
    "bitten": ("a.docx", bitten(60), "不是可用的 Word 文档"),
    "bitten later": ("a.docx", bitten(200), "不是可用的 Word 文档"),
    "no types": ("a.docx", without("[Content_Types].xml"), "不是可用的 Word 文档"),
    "no relations": ("a.docx", without("_rels/.rels"), "不是可用的 Word 文档"),
    "too large": ("a.docx", b"x" * (checking.LARGEST + 1), "超过 2 MB"),
    "a bomb": ("a.docx", bomb(), "解压后过大"),
    "macros": ("a.docx", with_part(docx(NEEDED), "word/vbaProject.bin", b"x"), "含有宏"),
    "fetches another": ("a.docx", fetching(), "引用了外部"),
    "unknown": ("a.docx", docx(NEEDED, "{{ 身份证号 }}"), "没有占位符「身份证号」"),
    "half": ("a.docx", docx(NEEDED, "{{ 申请人 }"), "占位符写法有误"),
    "open loop": ("a.docx", docx(NEEDED, "{% if 代理人 %}"), "占位符写法有误"),
    "a call": ("a.docx", docx(NEEDED, "{{ 申请人.upper() }}"), "不能用计算、函数"),
    "a filter": ("a.docx", docx(NEEDED, "{{ 申请人|upper }}"), "不能用计算、函数"),
    "arithmetic": ("a.docx", docx(NEEDED, "{{ 9 ** 9 ** 9 }}"), "不能用计算、函数"),
    "a range": ("a.docx", docx(NEEDED, "{% for a in range(99999) %}x{% endfor %}"), "不能用计算、函数"),
    "an inside": ("a.docx", docx(NEEDED, "{{ 申请人.__class__ }}"), "没有「__class__」"),
    "an assignment": ("a.docx", docx(NEEDED, "{% set a = 1 %}"), "不能用计算、函数"),
    "another's list": ("a.docx", docx(NEEDED, "{% for 行 in 补正内容 %}{{ 行.名称 }}{% endfor %}"), "循环只能用于清单"),
    "a loop over a word": ("a.docx", docx(NEEDED, "{% for 字 in 申请人 %}{{ 字 }}{% endfor %}"), "循环只能用于清单"),
    "a title that computes": ("a.docx", docx(NEEDED, title="{{ 9 ** 9 ** 9 }}"), "不能用计算、函数"),
    "too little": ("a.docx", docx("{{ 文号 }} {{ 申请人 }} {{ 事项 }} {{ 日期 }} {{ 理由 }}"), "必须载明：救济途径"),
}


@pytest.mark.parametrize(("name", "content", "said"), WRONG.values(), ids=list(WRONG))
def test_what_is_no_template_is_refused_in_words(name, content, said):
    with pytest.raises(Invalid, match=said):
        checking.check(K.DENIAL, name, content)


def test_a_row_names_only_what_its_list_has_and_loops_are_not_deep():
    base = "{{ 文号 }} {{ 申请人 }} {{ 事项 }} {{ 日期 }} {{ 补正期限 }}"
    loop = "{%% for 行 in 补正内容 %%}%s{%% endfor %%}"
    checking.check(K.CORRECTION, "a.docx", docx(base, loop % "{{ 行.名称 }}"))
    with pytest.raises(Invalid, match="没有「电话」，可用：序号、名称、问题、说明"):
        checking.check(K.CORRECTION, "a.docx", docx(base, loop % "{{ 行.电话 }}"))
    with pytest.raises(Invalid, match="最多嵌套"):
        checking.check(K.CORRECTION, "a.docx", docx(base, loop % (loop % (loop % "{{ 行.名称 }}"))))


def test_a_list_becomes_rows_of_the_table():
    template = docx(rows=("{%tr for 行 in 补正内容 %}", "{{ 行.名称 }}：{{ 行.问题 }}", "{%tr endfor %}"))
    rows = [{"名称": f"第{n}份", "问题": "缺页"} for n in range(3)]
    filled = Document(io.BytesIO(filling.fill(template, {"补正内容": rows})))
    assert [row.cells[0].text for row in filled.tables[0].rows] == ["第0份：缺页", "第1份：缺页", "第2份：缺页"]


def test_what_a_fact_says_is_text_and_nothing_else():
    """Somebody types a placeholder, a loop or markup into a reason."""
    said = "{{ 7*7 }} {% for a in b %} <w:t>&amp; ]]> \x0b"
    filled = text_of(filling.fill(docx("理由：{{ 理由 }}。"), {"理由": said}))
    assert "{{ 7*7 }} {% for a in b %} <w:t>&amp; ]]>" in filled and "49" not in filled


def test_a_new_template_is_in_force_until_the_shipped_one_is_restored(session, centre_staff, now):
    own = docx(NEEDED, "成都高新区行政审批专用章")
    district = centre_staff.district_id
    assert not templates.in_force(session, district, K.DENIAL).is_own
    version = templates.upload(session, K.DENIAL, "新版.docx", own, "改落款", actor=centre_staff, now=now)
    current = templates.in_force(session, district, K.DENIAL)
    assert (version, current.version, current.is_own, current.file_name) == (1, 1, True, "新版.docx")
    assert templates.content(session, district, K.DENIAL, 1) == own
    assert not templates.in_force(session, district, K.GRANT).is_own, "each kind for itself"
    assert templates.restore(session, K.DENIAL, "回到统一格式", actor=centre_staff, now=now) == 2
    assert templates.content(session, district, K.DENIAL, 2) == templates.shipped(K.DENIAL).read_bytes()
    assert templates.content(session, district, K.DENIAL, 1) == own, "what rests on it can still be printed"
    assert [row.version for row in templates.history(session, district, K.DENIAL)] == [2, 1]
    acts = session.query(AuditEntry).filter_by(action="document_template.edit").all()
    assert [act.reason for act in acts] == ["改落款", "回到统一格式"]


def test_nothing_is_kept_of_a_template_that_is_refused(session, centre_staff, now, monkeypatch):
    stored = []
    monkeypatch.setattr(attachments, "store", lambda *_, **__: stored.append(1))
    for name, content, note in (("a.docx", docx("x"), "改落款"), ("a.docx", docx(NEEDED), " ")):
        with pytest.raises(Invalid):
            templates.upload(session, K.DENIAL, name, content, note, actor=centre_staff, now=now)
    assert stored == [] and templates.history(session, centre_staff.district_id, K.DENIAL) == []


def test_only_centre_staff_change_templates(session, clerk, now):
    for act in (
        lambda: templates.upload(session, K.DENIAL, "a.docx", docx(NEEDED), "改", actor=clerk, now=now),
        lambda: templates.restore(session, K.DENIAL, "改", actor=clerk, now=now),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_version_that_never_was_is_said_to_be_missing(session, district):
    with pytest.raises(NotFound, match="第 7 版"):
        templates.content(session, district.id, K.DENIAL, 7)
