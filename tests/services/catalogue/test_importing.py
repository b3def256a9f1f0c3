"""Taking a catalogue file in: the portal's sheet of a real district, broken files, and taking it all back."""

import dataclasses

import pytest
from sqlalchemy import func, select

import settings
from models.catalogue import ItemCode, ItemEvent, ItemVersion, ServiceItem
from models.enums import CatalogueAction, ItemState, OrganisationKind, Role, ServiceTier, VersionState
from models.exchange import ImportBatch, ImportRow
from models.organisations import Organisation
from services.catalogue import importing, items, versions
from services.errors import Invalid, NotAllowed, NotFound, WrongState
from services.exchange import batches, sheets
from tests.services.catalogue.conftest import DISTRICT, NOW, current, guide, person, review

REAL = settings.ROOT.parent / "shared" / "data" / "catalogue_511602.csv"
HEADINGS = "department,main_item,item_name,area_code,implementation_code,item_type_code,department_code"
GOOD = [
    "卫生局,医疗,诊所备案,510109000000,IMP-1,7,WS",
    "林草局,,林木采伐许可,510109000000,IMP-2,1,LY",
    "林草局,,林业政策咨询,510109003000,IMP-3,20,LY2",
]


def sheet(*rows, headings=HEADINGS):
    return "\n".join([headings, *rows]).encode()


@pytest.fixture
def take_in(session, health, system):
    def take_in(*rows, **options):
        content = rows[0] if rows and isinstance(rows[0], bytes) else sheet(*rows)
        return importing.import_catalogue(session, content, "目录.csv", actor=system, now=NOW, **options)

    return take_in


def count(session, table):
    return session.scalar(select(func.count()).select_from(table))


def item_of(session, code, system):
    return items.by_code(session, code, system)


def told(report):
    return [(error.row, error.column, error.value, error.reason) for error in report.errors]


def test_a_sheet_becomes_items_in_preparation_with_drafts(session, take_in, system, health):
    report = take_in(*GOOD)
    assert (report.rows, report.created, report.rejected) == (3, 3, 0)
    item = item_of(session, "IMP-2", system)
    assert (item.state, item.item_type, item.initials) == (ItemState.PREPARING, "01", "lmcfxk")
    guide_of = versions.content(current(session, item))
    assert (guide_of.task_name, guide_of.task_code, guide_of.dept_name) == ("林木采伐许可", "IMP-2", "林草局")
    assert item_of(session, "IMP-1", system).department_id == health.id
    assert item_of(session, "IMP-3", system).tier is ServiceTier.STREET
    assert [event.action for event in items.get(session, item.id, system).events] == [CatalogueAction.IMPORT]


def test_a_department_that_is_not_known_is_made_under_the_centre(session, take_in, system, centre):
    take_in(*GOOD)
    (made,) = session.scalars(select(Organisation).where(Organisation.name == "林草局", Organisation.code == "LY"))
    root = session.get_one(Organisation, (DISTRICT, made.parent_id))
    assert (made.kind, root.kind) == (OrganisationKind.DEPARTMENT, OrganisationKind.DISTRICT_CENTRE)
    assert made.path == f"{root.path}{made.id}/"


def test_the_same_file_twice_changes_nothing_and_says_so(session, take_in):
    take_in(*GOOD)
    before = count(session, ImportBatch)
    again = take_in(*GOOD)
    assert (again.created, again.unchanged, again.rows) == (0, 3, 3)
    assert "已于 2026-11-23 由系统导入" in again.message
    saved_anew = take_in(sheet(*GOOD) + b"\r\n")
    assert (saved_anew.created, saved_anew.changed, saved_anew.unchanged) == (0, 0, 3)
    assert "未作任何改动" in saved_anew.message
    assert count(session, ImportBatch) == before + 1


BROKEN = [
    (GOOD[0].replace(",7,", ",99,"), "item_type_code", "99"),
    (GOOD[0].replace("卫生局", ""), "department", ""),
    (GOOD[0].replace("诊所备案", " "), "item_name", ""),
    (GOOD[0].replace("IMP-1", ""), "implementation_code", ""),
    (GOOD[0].replace("510109000000", "5101"), "area_code", "5101"),
    (GOOD[0].replace("诊所备案", "长" * 501), "item_name", "长" * 501),
    (GOOD[0].replace("IMP-1", "I" * 65), "implementation_code", "I" * 65),
    (GOOD[0] + ",多余", "", "多余"),
]


@pytest.mark.parametrize(("row", "column", "value"), BROKEN, ids=[f"{row[1]}={row[2][:5]}" for row in BROKEN])
def test_a_bad_row_is_told_by_its_row_and_column_and_nothing_is_written(session, take_in, row, column, value):
    before = [count(session, table) for table in (ServiceItem, Organisation, ImportBatch, ItemCode)]
    report = take_in(GOOD[1], "", row, GOOD[2])
    assert (4, column, value) in [(error.row, error.column, error.value) for error in report.errors]
    assert all(error.row == 4 and error.reason for error in report.errors)
    assert (report.rows, report.created, report.rejected, report.batch_id) == (3, 0, 1, None)
    assert [count(session, table) for table in (ServiceItem, Organisation, ImportBatch, ItemCode)] == before


def test_a_code_that_stands_twice_is_told_with_the_first_row(take_in):
    report = take_in(GOOD[0], GOOD[1].replace("IMP-2", "IMP-1"))
    assert told(report) == [(3, "implementation_code", "IMP-1", "与第 2 行的编码重复")]


def test_every_bad_row_is_told_at_once(take_in):
    rows = [f"卫生局,,事项{n},5101,IMP-{n},{'99' if n % 2 else '1'},WS" for n in range(1000)]
    report = take_in(*rows)
    assert len(report.errors) == 1500
    assert report.rejected == 1000


def test_good_rows_are_taken_and_the_bad_ones_come_back_ready_to_be_corrected(session, take_in, system):
    report = take_in(*GOOD[:2], GOOD[2].replace(",20,", ",99,"), on_error="skip")
    assert (report.created, report.rejected) == (2, 1)
    (back,) = sheets.read(report.rejected_sheet, "x.xlsx")
    assert back.rows[0]["错误原因"].startswith("item_type_code：事项类型代码不在")
    assert back.rows[0]["item_name"] == "林业政策咨询"
    corrected = dataclasses.replace(back.rows[0], cells=back.rows[0].cells | {"item_type_code": "20"})
    rows = [",".join(corrected[title] for title in HEADINGS.split(","))]
    assert take_in(*rows).created == 1
    outcomes = session.scalars(select(ImportRow.outcome).where(ImportRow.batch_id == report.batch_id)).all()
    assert sorted(outcomes) == ["created", "created", "rejected"]


def test_a_dry_run_tells_what_would_be_done_and_does_nothing(session, take_in):
    before = count(session, ServiceItem)
    report = take_in(*GOOD, dry_run=True)
    assert (report.created, report.batch_id, count(session, ServiceItem)) == (3, None, before)
    assert report.preview[1] == {
        "行": "3", "编码": "IMP-2", "事项名称": "林木采伐许可", "部门": "林草局", "结果": "新增", "变化": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "是空的"),
        (HEADINGS.encode(), "没有数据行"),
        (sheet(*GOOD, headings="部门,事项"), "无法识别表头"),
        (sheet(*GOOD, headings=HEADINGS.replace("item_type_code", "type")), "缺少列：item_type_code"),
    ],
)
def test_a_file_that_is_no_catalogue_is_refused(take_in, content, message):
    with pytest.raises(Invalid, match=message):
        take_in(content)


def test_a_file_in_gb18030_and_with_columns_of_its_own_is_taken_in(session, take_in):
    report = take_in(sheet(GOOD[0] + ",备注甲", headings=HEADINGS + ",remark").decode().encode("gb18030"))
    assert report.created == 1
    assert session.scalars(select(ImportRow.source)).one()["remark"] == "备注甲"


def test_importing_needs_its_right(session):
    with pytest.raises(NotAllowed):
        importing.import_catalogue(session, sheet(*GOOD), "x", actor=person(Role.REVIEWER), now=NOW)
    with pytest.raises(Invalid, match="reject"):
        importing.import_catalogue(
            session, sheet(*GOOD), "x", actor=person(Role.CENTRE_STAFF), now=NOW, on_error="ignore"
        )


def test_a_published_item_gets_a_draft_with_what_differs_and_stays_as_it_is(session, take_in, make_published, system):
    item = make_published(task_code="IMP-1")
    report = take_in(GOOD[0])
    assert (report.created, report.changed) == (0, 1)
    assert report.preview[0]["变化"] == (
        "事项名称 餐饮业卫生许可 → 诊所备案；新增 主项名称：医疗；事项类型 01 → 07；新增 实施主体编码：WS"
    )
    assert (item.name, current(session, item).number) == ("餐饮业卫生许可", 2)
    assert versions.content(current(session, item)).promise_day == 5


def test_what_is_being_reviewed_or_belongs_elsewhere_is_not_touched(session, take_in, make_published, trade, system):
    item = make_published(task_code="IMP-1")
    versions.draft(session, item, actor=system, now=NOW)
    review(session, item)
    make_published("GS-1", trade, task_code="IMP-2")
    closed = make_published("WS-3", task_code="IMP-3")
    versions.abolish(session, closed, "废止", actor=system, now=NOW)
    report = take_in(GOOD[0], GOOD[1].replace("林草局", "卫生局"), GOOD[2].replace("林草局", "卫生局"))
    assert [(error.row, error.reason[:12]) for error in report.errors] == [
        (2, "该事项第 2 版「中心已"), (3, "该事项在目录中属于另一部"), (4, "该事项已取消，不能修改"),
    ]  # fmt: skip


def test_undoing_removes_all_that_the_batch_made(session, take_in, system):
    tables = (ServiceItem, ItemVersion, ItemCode, ItemEvent, Organisation)
    before = [count(session, table) for table in tables]
    report = take_in(*GOOD)
    batch = batches.get(session, report.batch_id, system)
    batches.undo(session, batch, actor=system, now=NOW)
    assert [count(session, table) for table in tables] == before
    assert (batch.undone_by, batch.undone_at) == ("系统", NOW)
    with pytest.raises(WrongState, match="已由系统撤销"):
        batches.undo(session, batch, actor=system, now=NOW)
    assert take_in(*GOOD).created == 3


def test_undoing_puts_changed_drafts_back_and_takes_away_those_it_opened(
    session, take_in, make_item, make_published, system
):
    drafted, published = make_item(task_code="IMP-1"), make_published("P", task_code="IMP-2", task_name="旧名")
    version = current(session, drafted)
    old, name, initials = dict(version.guide), drafted.name, drafted.initials
    report = take_in(GOOD[0], GOOD[1].replace("林草局", "卫生局"))
    assert (report.changed, drafted.name) == (2, "诊所备案")
    batches.undo(session, batches.get(session, report.batch_id, system), actor=system, now=NOW)
    assert (version.guide, drafted.name, drafted.initials) == (old, name, initials)
    assert (published.draft_version_id, published.name) == (None, "旧名")
    assert items.get(session, published.id, system).events[0].action is CatalogueAction.UNDO_IMPORT


def test_undoing_leaves_a_rejected_draft_rejected(session, take_in, make_item, chief, system):
    version = current(session, make_item(task_code="IMP-1"))
    versions.submit(session, version, actor=system, now=NOW)
    versions.reject(session, version, "材料不全", actor=chief, now=NOW)
    report = take_in(GOOD[0])
    assert version.state is VersionState.DRAFT
    batches.undo(session, batches.get(session, report.batch_id, system), actor=system, now=NOW)
    assert version.state is VersionState.REJECTED


def test_undoing_is_refused_naming_what_rests_on_it(session, take_in, health, system):
    report = take_in(*GOOD)
    batch = batches.get(session, report.batch_id, system)
    item = item_of(session, "IMP-1", system)
    changed = versions.content(current(session, item)).model_copy(update={"promise_day": 3})
    versions.edit(session, current(session, item), changed, expected_version=1, actor=system, now=NOW)
    made = session.scalars(select(Organisation).where(Organisation.code == "LY")).one()
    items.create(
        session,
        code="N",
        department_id=made.id,
        tier=ServiceTier.DISTRICT,
        guide=guide(task_name="又一件"),
        actor=system,
        now=NOW,
    )
    with pytest.raises(WrongState) as refusal:
        batches.undo(session, batch, actor=system, now=NOW)
    assert str(refusal.value) == ("该批次不能撤销：事项「诊所备案」导入后又被修改或提交；部门「林草局」已有其他事项")
    assert batch.undone_at is None


def test_undoing_is_refused_once_a_changed_draft_was_submitted(session, take_in, make_item, system):
    item = make_item(task_code="IMP-1")
    report = take_in(GOOD[0])
    versions.submit(session, current(session, item), actor=system, now=NOW)
    with pytest.raises(WrongState, match="「诊所备案」的草稿导入后又被修改或提交"):
        batches.undo(session, batches.get(session, report.batch_id, system), actor=system, now=NOW)
    assert current(session, item).state is VersionState.SUBMITTED


def test_batches_are_listed_for_those_who_may_import(session, take_in, system):
    report = take_in(*GOOD)
    assert [row.id for row in batches.listed(session, person(Role.CENTRE_STAFF))] == [report.batch_id]
    assert batches.listed(session, person(Role.REVIEWER)) == []
    with pytest.raises(NotFound):
        batches.get(session, report.batch_id, person(Role.REVIEWER))


def test_the_report_has_the_stable_form_of_the_command_line(take_in):
    found = take_in(GOOD[0].replace(",7,", ",99,")).as_json()
    assert list(found)[:7] == ["kind", "rows", "created", "changed", "unchanged", "rejected", "errors"]
    assert found["kind"] == "catalogue"
    assert list(found["errors"][0]) == ["row", "column", "value", "reason"]


@pytest.mark.skipif(not REAL.exists(), reason="the real catalogue of district 511602 is not here")
def test_the_real_catalogue_of_a_district_is_taken_in_whole_and_given_back_whole(session, take_in, system, staff):
    departments = count(session, Organisation)
    report = take_in(REAL.read_bytes())
    assert (report.rows, report.created, report.rejected) == (1135, 1135, 0)
    assert count(session, Organisation) == departments + 34
    types = dict(session.execute(select(ServiceItem.item_type, func.count()).group_by(ServiceItem.item_type)).all())
    assert types == {"01": 536, "20": 348, "10": 182, "07": 50, "05": 9, "09": 8, "08": 2}
    found = items.find(session, staff, words="xqjyywjyjdrxbl")
    assert [row.name for row in found.rows] == ["学前教育、义务教育阶段入学办理"]
    assert take_in(REAL.read_bytes() + b"\n").unchanged == 1135
    batches.undo(session, batches.get(session, report.batch_id, system), actor=system, now=NOW)
    assert (count(session, ServiceItem), count(session, Organisation)) == (0, departments)
