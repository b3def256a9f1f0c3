"""Taking cases in at the counter, with the keyboard alone."""

import time

from playwright.sync_api import Page, expect
from sqlalchemy import select

from models.cases import Attachment, Case, CaseMaterial
from models.enums import CaseStatus, MaterialState
from tests.browser.server import STILL, Server, settle

PERSON = "510113189001010024"
OTHER = "510113189203030031"
NEWCOMER = "510113189304040028"
FIELD = '[data-testid="stTextInputField"]'
NUMBER = '[data-testid="stMetricValue"]'
GOAL = 15  # seconds for an instant case


class Keyboard:
    """Types like a quick clerk, and counts the keys."""

    def __init__(self, page: Page, *, delay: int = 90) -> None:
        self.page, self.delay, self.keys = page, delay, 0

    def type(self, text: str, *then: str) -> None:
        self.page.keyboard.type(text, delay=self.delay)
        self.keys += len(text)
        self.press(*then)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1

    @property
    def focus(self) -> str | None:
        return self.page.evaluate("document.activeElement.getAttribute('aria-label')")


def ready(page: Page, server: Server) -> Keyboard:
    server.open(page, "intake")
    expect(page.get_by_label("事项", exact=True)).to_be_focused()
    return Keyboard(page)


def filed(page: Page, *, after: str = "") -> str:
    """The number just given, other than the one before."""
    expect(page.locator(NUMBER).first).to_be_visible()
    if after:
        expect(page.locator(NUMBER).first).not_to_have_text(after)
    settle(page)  # the number is drawn before the empty form under it
    return page.locator(NUMBER).first.inner_text()


def first_case(clerk: Keyboard, id_number: str, name: str, phone: str) -> str:
    """An instant case of somebody new, typed whole; its number."""
    clerk.type("cyywsxkz", "Enter")
    clerk.type(id_number, "Enter")
    clerk.type(name, "Enter")
    clerk.type(phone, "F9")
    return filed(clerk.page)


def cases(server: Server, number: str | None = None) -> list[Case]:
    with server.writing() as session:
        query = select(Case).order_by(Case.id)
        return list(session.scalars(query.where(Case.number == number) if number else query))


def value(page: Page, label: str) -> str:
    return page.get_by_label(label, exact=True).input_value()


def test_an_instant_case_is_filed_within_fifteen_seconds_without_a_mouse(signed_in, server, record_property):
    page = signed_in("clerk")
    refused = []
    page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
    clerk = ready(page, server)
    start = time.monotonic()
    number = first_case(clerk, PERSON, "示例乙", "13800000002")
    seconds = time.monotonic() - start
    record_property("seconds", round(seconds, 1))
    record_property("keys", clerk.keys)
    print(f"instant case: {clerk.keys} keys, {seconds:.1f} s")
    assert seconds < GOAL
    expect(page.get_by_label("事项", exact=True)).to_be_focused()
    assert [case.status for case in cases(server, number)] == [CaseStatus.DELIVERED]
    assert not refused


def test_the_next_case_of_a_known_person_takes_a_phone_and_two_keys(signed_in, server):
    page = signed_in("clerk")
    clerk = ready(page, server)
    first = first_case(clerk, OTHER, "示例丙", "13800000003")
    clerk.press("Enter")  # the same item again
    clerk.type("13800000003", "Enter")
    expect(page.get_by_label("证件号码", exact=True)).to_have_value("510113********0031")
    assert (value(page, "姓名或名称"), value(page, "联系电话")) == ("示例丙", "138****0003")
    clerk.press("F9")
    second = filed(page, after=first)
    clerk.press("F8")
    expect(page.get_by_label("姓名或名称", exact=True)).to_have_value("示例丙")
    clerk.press("F9")
    third = filed(page, after=second)
    assert len({case.applicant_id for number in (first, second, third) for case in cases(server, number)}) == 1


def test_file_pressed_right_behind_the_id_of_a_known_person_files(signed_in, server):
    page = signed_in("clerk")
    clerk = ready(page, server)
    first = first_case(clerk, "510113189606060016", "示例庚", "13800000006")
    clerk.press("Enter")
    clerk.type("510113189606060016", "Enter", "F9")  # sooner than the browser can show what was found
    second = filed(page, after=first)
    assert len({case.applicant_id for number in (first, second) for case in cases(server, number)}) == 1


def test_a_person_found_by_name_is_chosen_with_the_arrows(signed_in, server):
    page = signed_in("clerk")
    clerk = ready(page, server)
    first_case(clerk, "510113189505050011", "范例人", "13800000005")
    clerk.press("Enter")
    clerk.type("范例", "Enter")
    expect(page.get_by_text("选定申请人")).to_be_visible()
    clerk.press("ArrowDown")
    expect(page.get_by_label("证件号码", exact=True)).to_have_value("510113********0011")
    assert (value(page, "姓名或名称"), clerk.focus) == ("范例人", "姓名或名称")


def test_pressing_file_twice_files_once(signed_in, server):
    page = signed_in("clerk")
    clerk = ready(page, server)
    before = len(cases(server))
    clerk.type("cyywsxkz", "Enter")
    clerk.type(PERSON, "Enter")
    clerk.type("示例乙", "F9", "F9")
    number = filed(page)
    clerk.press("F9")  # late: it meets the empty form of the next case
    page.wait_for_timeout(1500)
    settle(page)
    assert [case.number for case in cases(server)[before:]] == [number]
    assert page.locator(NUMBER).first.inner_text() == number


def test_a_wrong_id_is_told_at_its_field_as_it_is_left_and_nothing_typed_is_lost(signed_in, server):
    page = signed_in("clerk")
    clerk = ready(page, server)
    clerk.type("cyywsxkz", "Enter")
    clerk.type(PERSON[:-1] + "1", "Enter")
    expect(page.get_by_text("末位校验码与前17位不符").first).to_be_visible()
    clerk.type("示例乙", "Enter")
    clerk.type("1380000", "F9")
    expect(page.get_by_text("已填写的内容都还在")).to_be_visible()
    expect(page.get_by_label("证件号码", exact=True)).to_be_focused()
    assert [value(page, label) for label in ("事项", "证件号码", "姓名或名称", "联系电话")] == [
        "cyywsxkz",
        PERSON[:-1] + "1",
        "示例乙",
        "1380000",
    ]
    clerk.press("End", "Backspace")
    clerk.type("4", "Enter")
    expect(page.get_by_label("证件号码", exact=True)).to_have_value("510113********0024")
    expect(page.locator(STILL)).to_be_visible()  # what was found of a known applicant is filled in by now
    clerk.press("Enter", "Control+a")
    clerk.type("13800000002", "F9")
    assert cases(server, filed(page))


def test_the_arrows_choose_another_item(signed_in, server):
    page = signed_in("clerk")
    clerk = ready(page, server)
    clerk.type("cyywsxkz")
    expect(page.get_by_role("radio")).to_have_count(2)
    clerk.press("ArrowDown")
    expect(page.get_by_text("申请材料 3 份")).to_be_visible()
    expect(page.get_by_role("radio").nth(1)).to_be_checked()
    expect(page.get_by_label("事项", exact=True)).to_be_focused()
    clerk.press("ArrowUp")
    expect(page.get_by_role("radio").nth(0)).to_be_checked()


def test_a_promised_case_takes_its_materials_with_one_key_and_files_of_a_material(signed_in, server):
    page = signed_in("clerk")
    clerk = ready(page, server)
    clerk.type("cyywsxkz2", "Enter")
    clerk.type(NEWCOMER, "Enter")
    clerk.type("示例己", "F9")
    expect(page.get_by_text("缺少必要材料：卫生许可申请表、场所平面图").first).to_be_visible()
    clerk.press("F4")
    expect(page.get_by_role("radio", name="已收", checked=True)).to_have_count(2)  # drawn, before the next choice
    page.get_by_text("容缺后补").click()
    expect(page.get_by_role("radio", name="容缺后补", checked=True)).to_have_count(1)
    page.get_by_role("button", name="原 1 复 0").first.click()
    page.locator('[data-testid="stFileUploaderDropzoneInput"]').first.set_input_files(
        {"name": "申请表.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 example"}
    )
    expect(page.get_by_role("button", name="附 1")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("F9")
    number = filed(page)
    case = cases(server, number)[0]
    with server.writing() as session:
        states = dict(
            session.execute(
                select(CaseMaterial.material_key, CaseMaterial.state).where(CaseMaterial.case_id == case.id)
            ).all()
        )
        files = session.scalars(select(Attachment).where(Attachment.case_id == case.id)).all()
    assert states == {
        "form": MaterialState.RECEIVED,
        "plan": MaterialState.DEFERRED,
        "agent": MaterialState.NOT_APPLICABLE,
    }
    assert [(file.file_name, file.material_key) for file in files] == [("申请表.pdf", "form")]


def test_the_voucher_is_fetched_with_one_key(signed_in, server):
    page = signed_in("clerk")
    clerk = ready(page, server)
    clerk.type("cyywsxkz", "Enter")
    clerk.type(PERSON, "Enter")
    clerk.type("示例乙", "F9")
    number = filed(page)
    with page.expect_download() as download:
        clerk.press("F2")
    assert download.value.suggested_filename == f"收件凭证-{number}.pdf"
    expect(page.get_by_label("事项", exact=True)).to_be_focused()


def test_pasted_rows_are_checked_first_and_the_good_ones_filed_together(signed_in, server):
    page = signed_in("clerk")
    server.open(page, "batch")
    before = len(cases(server))
    good = f"餐饮业卫生许可证副本换发\t示例丁\t{OTHER}\t13800000004"
    page.get_by_label("粘贴的内容").fill(f"事项\t申请人\t证件号码\t联系电话\n{good}\ncyyw\t示例戊\t123\t12")
    page.keyboard.press("F8")
    expect(page.get_by_text("第 3 行 · 证件号码")).to_be_visible()
    expect(page.get_by_text("✓ 可收 1")).to_be_visible()
    assert len(cases(server)) == before
    settle(page)
    page.keyboard.press("F9")
    expect(page.get_by_text("本批已收 1 件")).to_be_visible()
    assert len(cases(server)) == before + 1
    page.get_by_label("粘贴的内容").fill(good)
    page.keyboard.press("F8")
    expect(page.get_by_text("今天已收过")).to_be_visible()
