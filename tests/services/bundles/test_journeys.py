"""我要办一件事: the answers choose the permits; materials once; the shortest way; applied for online as one case."""

import dataclasses

import pytest
import yaml
from sqlalchemy import select

import settings
from models.audit import AuditEntry
from models.bundles import CaseMember
from models.cases import CaseMaterial
from models.enums import CaseStatus, LimitUnit, Necessity
from services import actors, applications, bundles, flows
from services.applications import Content, drafting
from services.attachments import Upload
from services.bundles import Addition, Question, composing, guiding, setting_up
from services.bundles.setting_up import NewBundle
from services.errors import Conflict, Invalid, NotAllowed, NotFound
from tests import builders
from tests.services.bundles.test_bundles import made_items

D = builders.DISTRICT
ASKED = [
    {
        "bundle": "shop", "title": "我要开一家店", "questions": [{"text": "要消防检查吗", "options": ["要", "不要"]}],
        "adds": [{"item": "消防检查", "question": "要消防检查吗", "answer": "要"}],
    },
    {"bundle": "elsewhere", "title": "别处的事", "questions": [], "adds": []},
]  # fmt: skip
APPLICANT = Content(id_number=builders.PERSON.id_number, name="示例甲", phone="028-00001234")
PDF = b"%PDF-1.7 scanned"


@pytest.fixture
def journey(session, now, monkeypatch):
    items, system = made_items(session), actors.system(D)
    mandatory, optional = [items["设立登记"], items["卫生许可"]], [items["消防检查"]]
    new = NewBundle("开办餐饮店", items["设立登记"], mandatory, optional, (4, LimitUnit.WORK_HOUR))
    bundle = setting_up.create(session, new, actor=system, now=now)
    own = setting_up.own_item(session, bundle)
    flows.publish(session, own.id, expected_saves=own.version, actor=system, now=now)
    bundle.code = "shop"
    session.flush()
    monkeypatch.setattr(guiding, "declared", lambda: ASKED)
    return bundles.journey(session, D, "shop")


def test_what_the_file_names_is_there():
    """Every bundle, question and item of the questions exists where they point to."""
    known = {each["code"]: each for each in yaml.safe_load((settings.DATA / "demo_bundles.yaml").read_text("utf-8"))}
    for each in guiding.declared():
        questions = {one["text"]: one["options"] for one in each["questions"]}
        optional = known[each["bundle"]]["optional"]
        assert each["adds"] and len({one["item"] for one in each["adds"]}) == len(each["adds"])
        for one in each["adds"]:
            assert one["item"] in optional and one["answer"] in questions[one["question"]]
        assert set(questions) == {one["question"] for one in each["adds"]}, "no question without a consequence"


def test_only_what_the_district_has_is_offered(session, journey):
    assert [each.title for each in bundles.journeys(session, D)] == ["我要开一家店"]
    with pytest.raises(NotFound):
        bundles.journey(session, D, "elsewhere")


@pytest.mark.parametrize(("answer", "count"), [("要", 3), ("不要", 2)])
def test_the_answers_choose_the_permits_and_materials_stand_once(session, journey, answer, count):
    chosen = bundles.chosen(session, D, journey, {"要消防检查吗": answer})
    made = bundles.compose(session, D, journey.bundle.id, chosen)
    names = [each.material.name for each in made.materials]
    assert len(made.members) == count and len(names) == len(set(names))
    assert sum("平面图" in name for name in names) == 1


def test_the_way_through_a_hall_meets_every_department_with_as_few_counters_as_it_can(session, journey):
    made = bundles.compose(session, D, journey.bundle.id, None)
    found = bundles.halls(session, D, made)
    assert found, "the district's south hall serves all of them"
    for hall in found:
        met = [department for visit in hall.visits for department in visit.departments]
        assert sorted(met) == sorted(set(made.departments)) and all(visit.departments for visit in hall.visits)
    assert [len(hall.visits) for hall in found] == sorted(len(hall.visits) for hall in found)


def test_all_of_it_is_applied_for_online_as_one_case(session, journey, now):
    chosen = bundles.chosen(session, D, journey, {"要消防检查吗": "要"})
    asked = applications.preview(session, D, 0, bundle_id=journey.bundle.id, chosen=chosen)
    draft = applications.begin(session, D, asked, APPLICANT, step=drafting.MATERIALS, now=now)
    uploads = [
        Upload(f"{key}.pdf", PDF, key)
        for key, material in draft.materials.items()
        if material.necessity is Necessity.REQUIRED
    ]
    applications.add_files(session, D, draft.number, draft.token, uploads, now=now)
    place = applications.places(session, D, draft.department_id)[0].id
    filed = applications.submit(session, D, draft.number, draft.token, place, source="x", now=now)
    assert filed.status is CaseStatus.SUBMITTED
    covered = session.scalars(select(CaseMember.item_id).where(CaseMember.case_id == filed.case_id)).all()
    assert len(covered) == 3
    handed = session.scalars(select(CaseMaterial.name).where(CaseMaterial.case_id == filed.case_id)).all()
    assert len(handed) == len(set(handed)) == len(draft.materials)


def edited(session, **changes):
    """The bundle's questions as staff would change them."""
    card = next(each for each in composing.bundles(session, D) if each.code == "shop")
    found = bundles.questions(session, D, card)
    given = {
        "title": "我要开一家小店",
        "questions": [Question("要消防检查吗", ["要检查", "不用"])],
        "adds": [Addition("消防检查", "要消防检查吗", "要检查")],
    }
    return dataclasses.replace(found, **(given | changes))


def test_the_centres_own_questions_are_asked_at_once(session, journey, centre_staff, now):
    bundles.save_questions(session, edited(session), actor=centre_staff, now=now)
    (found,) = bundles.journeys(session, D)
    assert (found.title, found.version, found.questions[0].options) == ("我要开一家小店", 1, ["要检查", "不用"])
    assert len(bundles.chosen(session, D, found, {"要消防检查吗": "要检查"})) == 1
    assert bundles.chosen(session, D, found, {"要消防检查吗": "不用"}) == []
    bundles.save_questions(session, edited(session, is_offered=False), actor=centre_staff, now=now)
    assert bundles.journeys(session, D) == []
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "bundle.questions")).all()[-1]
    assert entry.after["is_offered"] is False


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": ""}, "请填写标题"),
        ({"title": "长" * 41}, "40 个字以内"),
        ({"questions": [Question("要消防检查吗", ["要检查"])]}, "2 至 8 个不同的选项"),
        ({"questions": [Question("要消防检查吗", ["要检查", "要检查"])]}, "不同的选项"),
        (
            {"questions": [Question("要消防检查吗", ["要检查", "不用"]), Question("空问", ["是", "否"])]},
            "不影响要办的事项",
        ),
        (
            {"questions": [Question("要消防检查吗", ["要检查", "不用"]), Question("要消防检查吗", ["要检查", "否"])]},
            "前后写得不一样",
        ),
        ({"adds": [Addition("消防检查", "要消防检查吗", "也许")]}, "没有选项「也许」"),
        ({"adds": [Addition("设立登记", "要消防检查吗", "要检查")]}, "不是本件事按需选办的事项"),
        ({"adds": []}, "不影响要办的事项"),
    ],
)
def test_questions_that_lead_nowhere_are_refused_in_words(session, journey, centre_staff, now, changes, said):
    with pytest.raises(Invalid, match=said):
        bundles.save_questions(session, edited(session, **changes), actor=centre_staff, now=now)
    assert bundles.journey(session, D, "shop").version == 0


def test_a_bundle_may_be_offered_without_a_question(session, journey, centre_staff, now):
    bundles.save_questions(session, edited(session, questions=[], adds=[]), actor=centre_staff, now=now)
    assert bundles.journey(session, D, "shop").questions == []


def test_questions_edited_meanwhile_are_not_overwritten_and_only_staff_edit(session, journey, centre_staff, clerk, now):
    mine = edited(session)
    bundles.save_questions(session, edited(session, title="我要开一家大店"), actor=centre_staff, now=now)
    with pytest.raises(Conflict, match="刚被"):
        bundles.save_questions(session, mine, actor=centre_staff, now=now)
    with pytest.raises(NotAllowed):
        bundles.save_questions(session, edited(session), actor=clerk, now=now)
    assert bundles.journey(session, D, "shop").title == "我要开一家大店"
