"""The flow designer in a browser: the picture follows the grid while one types, and what is typed is saved."""

from playwright.sync_api import expect

from models.catalogue import ItemVersion, ServiceItem
from services.rules.guide import Guide
from tests import builders

ROWS = [{"stage": 1, "department": "卫生局", "limit": 3}, {"stage": 2, "department": "公安分局", "limit": 2}]
LIMIT, FIRST_ROW = 545, 52  # where the first row's limit lies in the grid, in pixels


def test_the_picture_follows_the_grid_and_f9_keeps_the_flow(signed_in, server):
    with server.writing() as session:
        item = builders.item(session, name="流程试画事项", flow=ROWS)
    page = signed_in("staff")
    server.open(page, f"flows?item={item}")
    expect(page.get_by_text("3 工作日", exact=True).first).to_be_visible()
    page.get_by_role("button", name="建立草稿").click()
    expect(page.get_by_text("已建立第 2 版草稿")).to_be_visible()
    grid = page.locator('[data-testid="stDataFrame"]').first
    expect(grid).to_be_visible()
    page.wait_for_timeout(1500)  # the grid draws itself on a canvas after it is there
    box = grid.bounding_box()
    page.mouse.click(box["x"] + LIMIT, box["y"] + FIRST_ROW)
    page.keyboard.type("17", delay=80)
    page.keyboard.press("Enter")
    expect(page.get_by_text("17 工作日", exact=True).first).to_be_visible(timeout=10_000)
    page.keyboard.press("F9")
    expect(page.get_by_text("流程已保存到草稿")).to_be_visible(timeout=10_000)
    with server.writing() as session:
        draft = session.get_one(ServiceItem, (builders.DISTRICT, item)).draft_version_id
        guide = Guide.model_validate(session.get_one(ItemVersion, (builders.DISTRICT, draft)).guide)
    assert [row.limit for row in guide.flow] == [17, 2]
