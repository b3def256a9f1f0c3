"""项目报建: gates, permits as ordinary cases, plan and fact, who sees what."""

import datetime as dt

import pytest
from sqlalchemy import event, select

from models.bundles import BundleStage
from models.cases import Case
from models.catalogue import Bundle, BundleItem, ItemCode
from models.enums import CaseType, CodeScheme, LimitUnit, PermitState, StageState
from models.projects import Project
from services import audit, counts, projects
from services.cases import review
from services.cases.intake import MaterialEntry
from services.errors import Invalid, NotAllowed, NotFound, WrongState
from services.projects import NewProject
from tests import builders

P, S = PermitState, StageState
STAGES = (
    (("备案", "001", 0), ("选址意见书", "003", 3)),
    (("规划许可", "003", 5), ("环评", "002", 4)),
    (("施工许可", "003", 3),),
)
EARLY, OPTIONAL = {"环评"}, {"环评"}
REQUIRES = {"规划许可": "选址意见书"}
PAPERS = (MaterialEntry("id"), MaterialEntry("plan"))


@pytest.fixture
def template(session):
    """A bundle of three stages; returns (its id, item ids by name)."""
    bundle = Bundle(district_id=1, code="project", name="项目报建", description="")
    session.add(bundle)
    session.flush()
    ids = {}
    for position, stage in enumerate(STAGES, start=1):
        session.add(
            BundleStage(district_id=1, bundle_id=bundle.id, position=position, name=f"第{position}步", promise_days=3)
        )
        for name, department, days in stage:
            kind = CaseType.PROMISED if days else CaseType.IMMEDIATE
            needed = [REQUIRES[name]] if name in REQUIRES else []
            ids[name] = builders.item(
                session,
                name=name,
                department=department,
                case_type=kind,
                promise=(days, LimitUnit.WORKDAY),
                requires_results_of=needed,
                dept_name="",
            )
            session.add(ItemCode(district_id=1, scheme=CodeScheme.TASK, code=name, item_id=ids[name]))
            session.add(
                BundleItem(
                    district_id=1, bundle_id=bundle.id, item_id=ids[name], stage=f"第{position}步", position=len(ids),
                    is_mandatory=name not in OPTIONAL, may_start_early=name in EARLY,
                )
            )  # fmt: skip
    session.flush()
    return bundle.id, ids


@pytest.fixture
def clerk(session):
    return builders.actor(session, "window_clerk", window="003", user_id=77)


@pytest.fixture
def number(session, template, clerk, now):
    new = NewProject("天府软件园二期", template[0], builders.PERSON, dt.date(2026, 3, 16))
    return projects.open_project(session, new, actor=clerk, now=now).number


@pytest.fixture
def apply(session, template, number, clerk, now):
    def run(name, *, later=0, materials=PAPERS):
        moment = now + dt.timedelta(hours=later)
        return projects.apply(session, number, template[1][name], materials, actor=clerk, now=moment)

    return run


@pytest.fixture
def grant(session, now):
    def run(filed, department="003", *, later=24):
        person = builders.actor(session, "reviewer", department=department)
        review.grant(session, filed.number, actor=person, now=now + dt.timedelta(hours=later))

    return run


@pytest.fixture
def look(session, number, clerk, now):
    def run(*, later=0, actor=None):
        return projects.board(session, number, actor or clerk, now=now + dt.timedelta(hours=later))

    return run


def states(board):
    return {permit.name: permit.state for permit in board.permits}


def test_a_new_project_has_all_permits_and_its_first_stage_open(look, number):
    board = look()
    assert number.startswith("XM51010920260316") and board.project.name == "天府软件园二期"
    assert [stage.state for stage in board.stages] == [S.OPEN, S.SHUT, S.SHUT]
    assert states(board) == {
        "备案": P.READY, "选址意见书": P.READY, "规划许可": P.NOT_YET, "环评": P.READY, "施工许可": P.NOT_YET,
    }  # fmt: skip


def test_a_permit_is_an_ordinary_case_and_an_instant_one_is_granted_at_once(session, apply, look):
    filed = apply("备案")
    assert states(look())["备案"] is P.GRANTED
    case = session.scalars(select(Case).where(Case.number == filed.number)).one()
    assert case.subject == "天府软件园二期" and case.applicant_name == "示例甲"
    assert counts.check(session, 1).equal and audit.verify(session, 1).intact


def test_the_next_stage_opens_when_the_mandatory_ones_are_granted(apply, grant, look):
    apply("备案")
    with pytest.raises(WrongState, match="上一阶段还有必办事项未取得：选址意见书"):
        apply("规划许可")
    grant(apply("选址意见书"))
    assert [stage.state for stage in look(later=24).stages] == [S.PASSED, S.OPEN, S.SHUT]
    grant(apply("规划许可", later=24), later=48)
    assert [stage.state for stage in look(later=48).stages] == [S.PASSED, S.PASSED, S.OPEN], "环评 is optional"


def test_what_does_not_apply_is_said_with_its_reason(session, template, number, clerk, apply, look, now):
    apply("备案")
    item = template[1]["选址意见书"]
    with pytest.raises(Invalid, match="不适用的原因"):
        projects.mark_not_applicable(session, number, item, " 无 ", actor=clerk, now=now)
    projects.mark_not_applicable(session, number, item, "以出让方式取得土地", actor=clerk, now=now)
    board = look()
    assert states(board)["选址意见书"] is P.NOT_APPLICABLE and board.stages[1].state is S.OPEN
    projects.take_back(session, number, item, actor=clerk, now=now)
    assert look().stages[1].state is S.SHUT


def test_a_permit_under_way_is_neither_applied_for_again_nor_waived(session, template, number, clerk, apply, now):
    apply("选址意见书")
    with pytest.raises(WrongState, match="正在办理"):
        apply("选址意见书")
    with pytest.raises(WrongState, match="已申报"):
        projects.mark_not_applicable(session, number, template[1]["选址意见书"], "不需要了", actor=clerk, now=now)


def test_what_was_refused_may_be_applied_for_again(session, apply, look, now):
    filed = apply("选址意见书")
    person = builders.actor(session, "reviewer", department="003")
    later = now + dt.timedelta(hours=1)
    review.deny(session, filed.number, "与规划不符", "可申请行政复议", actor=person, now=later)
    assert states(look(later=2))["选址意见书"] is P.REFUSED
    apply("选址意见书", later=2)
    assert states(look(later=2))["选址意见书"] is P.OPEN


def test_missing_materials_leave_nothing_behind(session, apply, look):
    with pytest.raises(Invalid, match="缺少必要材料"):
        apply("选址意见书", materials=())
    assert states(look())["选址意见书"] is P.READY
    assert session.scalars(select(Case)).all() == []


def test_the_board_tells_holder_days_left_and_what_a_saved_day_brings(apply, look):
    apply("选址意见书")
    rows = {permit.name: permit for permit in look().permits}
    assert (rows["选址意见书"].holder, rows["选址意见书"].days_left) == ("规划建设局", 3)
    assert look(later=72).days_to_go == 8 and look().days_to_go == 11
    assert rows["选址意见书"].is_critical and rows["选址意见书"].saved == 1
    assert not rows["环评"].is_critical and rows["环评"].saved == 0
    assert look().path == ["选址意见书", "规划许可", "施工许可"]
    assert (rows["规划许可"].start, rows["规划许可"].finish) == (dt.date(2026, 3, 19), dt.date(2026, 3, 26))


def test_only_the_governments_own_time_counts(apply, grant, look):
    grant(apply("选址意见书"), later=2)  # 10:30 to 12:30: an hour and a half of working time
    first = look(later=100).stages[0]
    assert first.used == pytest.approx(90 / 420, abs=0.05), "the applicant's time afterwards is outside"
    assert first.promise_days == 3


def test_the_same_form_twice_is_one_project(session, template, clerk, now):
    new = NewProject("一号厂房", template[0], builders.PERSON, now.date(), form_key="p1")
    first = projects.open_project(session, new, actor=clerk, now=now)
    assert projects.open_project(session, new, actor=clerk, now=now).id == first.id


def test_a_nameless_project_of_a_wrong_applicant_is_refused_at_its_fields(session, template, clerk, now):
    wrong = builders.ApplicantEntry("示例甲", "510113189901010012")
    with pytest.raises(Invalid) as refusal:
        projects.open_project(session, NewProject(" ", template[0], wrong, now.date()), actor=clerk, now=now)
    assert set(refusal.value.fields) == {"project_name", "id_number"}
    assert session.scalars(select(Project)).all() == []


def test_a_reviewer_opens_nothing(session, template, now):
    person = builders.actor(session, "reviewer", department="003")
    with pytest.raises(NotAllowed):
        projects.open_project(
            session, NewProject("二号", template[0], builders.PERSON, now.date()), actor=person, now=now
        )


@pytest.mark.parametrize(("department", "sees"), [("003", True), ("017", False)])
def test_a_department_sees_the_projects_that_need_its_permits(session, number, department, sees):
    person = builders.actor(session, "reviewer", department=department)
    assert [row.number for row in projects.projects(session, person)] == ([number] if sees else [])


def test_out_of_scope_reads_as_not_found(session, number, look):
    street = builders.actor(session, "window_clerk", centre="510109-J1")
    with pytest.raises(NotFound):
        look(actor=street)


def test_a_board_costs_the_same_queries_however_far_the_project_is(session, apply, look):
    def queries():
        seen = []
        bind = session.get_bind()
        event.listen(bind, "before_cursor_execute", lambda *given: seen.append(given[2]))
        look()
        return len(seen)

    before = queries()
    apply("备案")
    apply("选址意见书")
    session.expire_all()
    assert queries() <= 2 * before + 4


def test_a_project_is_found_by_name_applicant_and_number(session, number, clerk):
    for words in ("软件园", "示例甲", number):
        assert [row.number for row in projects.projects(session, clerk, words=words)] == [number]
    assert projects.projects(session, clerk, words="没有%") == []
