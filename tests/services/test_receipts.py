"""The voucher handed out at the counter: a document that can be read, searched and followed."""

import datetime as dt
import io
import re

import pytest
import segno
from pypdf import PdfReader

import settings
from services import confidential, receipts
from services.cases import details, intake, tracking
from services.rules import identifiers
from tests import builders

DISTRICT = builders.DISTRICT


@pytest.fixture
def voucher(session, make_item, clerk_017, now):
    def make(materials=2, **changes):
        listed = [{"key": f"m{n}", "name": f"第{n}份很长的申请材料名称用来换行" * 2} for n in range(materials)]
        item = make_item(materials=listed, **changes)
        form = builders.filing(item, materials=tuple(row["key"] for row in listed))
        filed = intake.file(session, form, actor=clerk_017, now=now)
        found = details.detail(session, filed.number, clerk_017)
        return filed, PdfReader(io.BytesIO(receipts.receipt(session, found, printed_at=now)))

    return make


def words_on(page):
    """pypdf reads the font's own two-byte encoding byte by byte; poppler and browsers read it as it is."""
    return page.extract_text().replace("\0", "")


def text_of(reader):
    return "\n".join(map(words_on, reader.pages))


def test_everything_the_applicant_needs_can_be_read_and_copied(voucher):
    filed, reader = voucher()
    text = text_of(reader)
    code = identifiers.show_query_code(filed.query_code)
    for words in (
        filed.number,
        code,
        "申请材料接收凭证",
        "公共场所卫生许可证核发",
        "卫生局",
        "2026年3月16日 10:30",
        "收件专用章",
    ):
        assert words in text
    assert "510113********0011" in text and builders.PERSON.id_number not in text
    assert "第 1 页 共 1 页" in text
    assert reader.metadata.title == f"申请材料接收凭证 {filed.number}"


def test_the_chinese_font_is_embedded_as_a_subset(voucher):
    _, reader = voucher()
    fonts = [font.get_object() for font in reader.pages[0]["/Resources"]["/Font"].values()]
    described = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for font in fonts]
    assert described and all("/FontFile3" in each or "/FontFile2" in each for each in described)
    assert len(reader.stream.getvalue()) < 100_000


def test_a_long_list_of_materials_goes_on_to_the_next_page_with_its_heading(voucher):
    filed, reader = voucher(materials=40)
    pages = [words_on(page) for page in reader.pages]
    assert len(pages) > 1
    for number, page in enumerate(pages, start=1):
        assert f"第 {number} 页 共 {len(pages)} 页" in page and filed.number in page
    flat = ["".join(page.split()) for page in pages]
    listing = [page for page in flat if re.search(r"第\d+份很长", page)]
    assert len(listing) > 1 and all("材料名称原件复印件情况" in page for page in listing)
    found = [
        int(number) for number in re.findall(r"第(\d+)份很长的申请材料名称用来换行第", "".join(text_of(reader).split()))
    ]
    assert found == list(range(40))  # all of them, in the order of the guide


def test_notices_and_seal_are_never_torn_apart(voucher):
    for materials in range(6, 16):
        _, reader = voucher(materials=materials)
        last = words_on(reader.pages[-1])
        assert "一、查询进度" in last and "收件专用章" in last


def test_a_provisional_term_is_marked(voucher, now, session, make_item, clerk_017):
    late = now.replace(year=2026, month=12, day=30)
    filed = intake.file(session, builders.filing(make_item()), actor=clerk_017, now=late)
    found = details.detail(session, filed.number, clerk_017)
    reader = PdfReader(io.BytesIO(receipts.receipt(session, found, printed_at=late + dt.timedelta(minutes=1))))
    assert "暂定" in text_of(reader)


def test_the_address_in_the_qr_code_opens_the_case(session, voucher, now):
    filed, _ = voucher()
    address = confidential.tracking_url(DISTRICT, filed.number)
    assert address.startswith(f"{settings.current().public_url}/track?number={filed.number}&token=")
    progress = tracking.by_link(session, DISTRICT, filed.number, address.rpartition("=")[2], now=now)
    assert progress.number == filed.number
    assert confidential.query_code(DISTRICT, filed.number) not in address


def test_the_picture_in_the_voucher_is_the_qr_code_of_that_address(voucher):
    filed, reader = voucher()
    picture = reader.pages[0].images[0].image.convert("L")
    expected = [list(row) for row in segno.make(confidential.tracking_url(DISTRICT, filed.number), error="m").matrix]
    border, size = 2, len(expected)
    module = picture.width // (size + 2 * border)
    seen = [
        [
            int(picture.getpixel(((x + border) * module + module // 2, (y + border) * module + module // 2)) < 128)
            for x in range(size)
        ]
        for y in range(size)
    ]
    assert seen == expected
