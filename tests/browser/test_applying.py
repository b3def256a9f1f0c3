"""One whole online application on a telephone: refused where it is wrong, left, come back to, sent, seen at the window."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect
from sqlalchemy import select

from models.cases import Case
from models.catalogue import ItemCode, ServiceItem
from models.enums import CaseStatus, CodeScheme
from tests import builders
from tests.browser.server import settle

PHONE = {"width": 390, "height": 844}
ITEM = "公共场所卫生许可证核发"


def picture():
    held = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(held, "PNG")
    return held.getvalue()


def type_in(page, label, text):
    page.get_by_label(label).fill(text)
    page.get_by_label(label).press("Tab")
    settle(page)


def go_on(page, to):
    page.get_by_role("button", name=re.compile("下一步")).click()
    expect(page.get_by_text(f"●{to}")).to_be_visible(timeout=15_000)
    settle(page)


@pytest.fixture
def telephone(new_context):
    return new_context(viewport=PHONE).new_page()


def test_an_application_from_the_guide_to_the_window(server, telephone, new_context):
    page = telephone
    with server.writing() as session:
        item = session.scalars(select(ServiceItem).where(ServiceItem.name == ITEM)).one()
        session.add(ItemCode(district_id=builders.DISTRICT, scheme=CodeScheme.OWN, code=item.code, item_id=item.id))
    server.open(page, f"item?code={item.code}")
    page.get_by_role("button", name="在线申请").click()
    expect(page.get_by_label("证件号码")).to_be_visible()
    type_in(page, "证件号码", "510113189901010012")
    expect(page.get_by_text(re.compile("末位校验码")).first).to_be_visible()
    type_in(page, "证件号码", "510113189901010011")
    type_in(page, "姓名或单位名称", "示例甲")
    type_in(page, "联系电话", "028-00001234")
    go_on(page, "填写表单")

    type_in(page, "经营面积（平方米）", "2")
    page.get_by_text("是", exact=True).click()
    expect(page.get_by_label("空调清洗单位")).to_be_visible()
    page.get_by_role("button", name=re.compile("下一步")).click()
    expect(page.get_by_text("不能小于 5 平方米").first).to_be_visible()
    type_in(page, "经营面积（平方米）", "120")
    type_in(page, "空调清洗单位", "示例清洗公司")
    go_on(page, "上传材料")

    address = page.url
    another = new_context(viewport=PHONE).new_page()
    another.goto(address)  # the page was closed: the address comes back to the draft
    settle(another)
    uploader = another.locator('input[type="file"]').first
    uploader.set_input_files({"name": "申请表.pdf", "mimeType": "application/pdf", "buffer": b"MZ\x90 not a pdf"})
    expect(another.get_by_text(re.compile("内容与扩展名")).first).to_be_visible()
    another.goto(address)
    settle(another)
    uploader = another.locator('input[type="file"]').first
    uploader.set_input_files({"name": "申请表.png", "mimeType": "image/png", "buffer": picture()})
    expect(another.get_by_text("✓ 已上传")).to_be_visible()
    settle(another)
    go_on(another, "核对提交")
    expect(another.get_by_text("示例清洗公司")).to_be_visible()
    expect(another.get_by_text("510113189901010011")).to_have_count(0)
    another.get_by_role("button", name="提交申请").click()
    expect(another.get_by_text("请勾选上面的承诺")).to_be_visible()
    another.get_by_text("如有虚假").click()
    settle(another)
    another.get_by_role("button", name="提交申请").click()
    expect(another.get_by_text("✓ 已提交，材料已收到")).to_be_visible(timeout=15_000)

    with server.writing() as session:
        case = session.scalars(select(Case).where(Case.applicant_name == "示例甲", Case.form_key.is_not(None))).one()
        assert case.status is CaseStatus.SUBMITTED
    expect(another.get_by_text(case.number).first).to_be_visible()
