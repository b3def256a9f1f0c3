"""我要办一件事: questions lead to the bundle, its permits in order, one list of materials and the shortest way through a hall.

The questions are data: the centre's own, edited on screen, else those shipped (data/journeys.yaml). What they name that
the district lacks is left out.
"""

import dataclasses
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

import settings
from models.bundles import BundleQuestions
from models.enums import OrganisationKind
from models.organisations import Organisation, Window, WindowDepartment
from services.bundles import composing
from services.bundles.composing import BundleCard, Composition
from services.errors import NotFound
from services.rules import visiting

DATA = settings.DATA / "journeys.yaml"


@dataclasses.dataclass(frozen=True)
class Question:
    text: str
    options: Sequence[str]


@dataclasses.dataclass(frozen=True)
class Addition:
    """An optional item of the bundle, by its name, and the answer that calls for it."""

    item: str
    question: str
    answer: str


@dataclasses.dataclass(frozen=True)
class Journey:
    """What somebody wants, and what is asked of them. `version` 0: as shipped."""

    bundle: BundleCard
    title: str
    questions: Sequence[Question]
    adds: Sequence[Addition]
    is_offered: bool = True
    version: int = 0
    edited_by: str = ""


@dataclasses.dataclass(frozen=True)
class Visit:
    """A counter of a hall, and whose items are handled there."""

    window: str
    zone: str
    departments: Sequence[str]


@dataclasses.dataclass(frozen=True)
class Hall:
    """A hall with the fewest counters at which everything can be handed in."""

    name: str
    address: str
    visits: Sequence[Visit]


def declared() -> list[dict[str, Any]]:
    """The journeys as the file has them."""
    found: list[dict[str, Any]] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return found


def questions(session: Session, district_id: int, card: BundleCard) -> Journey:
    """What is asked for the bundle now: the centre's own questions, else the shipped ones; none of either is an empty one."""
    own = session.get(BundleQuestions, (district_id, card.id))
    if own is not None:
        return _own(own, card)
    shipped = next((each for each in declared() if each["bundle"] == card.code), None)
    if shipped is None:
        return Journey(card, "", [], [], is_offered=False)
    return Journey(
        card,
        shipped["title"],
        [Question(one["text"], one["options"]) for one in shipped["questions"]],
        [Addition(one["item"], one["question"], one["answer"]) for one in shipped["adds"]],
    )


def _own(row: BundleQuestions, card: BundleCard) -> Journey:
    return Journey(
        card,
        row.title,
        [Question(one["text"], one["options"]) for one in row.questions],
        [Addition(one["item"], one["question"], one["answer"]) for one in row.adds],
        row.is_offered,
        row.version,
        row.edited_by,
    )


def journeys(session: Session, district_id: int) -> list[Journey]:
    """What is offered of the bundles that the district takes in as one case; those with shipped questions come first."""
    order = {each["bundle"]: place for place, each in enumerate(declared())}
    cards = sorted(
        composing.bundles(session, district_id), key=lambda card: (order.get(card.code, len(order)), card.name)
    )
    found = [questions(session, district_id, card) for card in cards]
    return [each for each in found if each.is_offered]


def journey(session: Session, district_id: int, code: str) -> Journey:
    """Raises NotFound."""
    for each in journeys(session, district_id):
        if each.bundle.code == code:
            return each
    raise NotFound("没有这件事的引导，请在办事大厅查找事项")


def chosen(session: Session, district_id: int, found: Journey, answers: Mapping[str, str]) -> list[int]:
    """The optional items that the answers call for."""
    wanted = {each.item for each in found.adds if answers.get(each.question) == each.answer}
    members = composing.members(session, district_id, found.bundle.id)
    return [member.id for member in members if member.name in wanted and not member.is_mandatory]


def halls(session: Session, district_id: int, made: Composition) -> list[Hall]:
    """Every hall in which all of it can be done, the one with the fewest counters first."""
    wanted = {member.department_id: member.department for member in made.members}
    zone = Organisation.__table__.alias("zones")
    rows = session.execute(
        select(
            Window.id, Window.number, Window.name, Organisation.id, Organisation.name, Organisation.address,
            zone.c.name, WindowDepartment.department_id,
        )
        .join(Organisation, (Organisation.district_id == Window.district_id) & (Organisation.id == Window.centre_id))
        .join(
            WindowDepartment,
            (WindowDepartment.district_id == Window.district_id) & (WindowDepartment.window_id == Window.id),
        )
        .outerjoin(zone, (zone.c.district_id == Window.district_id) & (zone.c.id == Window.zone_id))
        .where(
            Window.district_id == district_id,
            Window.is_active,
            Organisation.kind == OrganisationKind.HALL,
            WindowDepartment.department_id.in_(wanted),
        )
        .order_by(Organisation.code, Window.number)
    ).all()  # fmt: skip
    by_hall: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        by_hall[row[3]].append(row)
    found = [hall for each in by_hall.values() if (hall := _hall(each, wanted)) is not None]
    return sorted(found, key=lambda hall: len(hall.visits))


def _hall(rows: Sequence[Any], wanted: Mapping[int, str]) -> Hall | None:
    serving: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        serving[row[0]].append(row[7])
    counters = visiting.shortest(serving, wanted)
    if counters is None:
        return None
    told = {row[0]: row for row in rows}
    left, visits = dict(wanted), []
    for counter in counters:
        here = [left.pop(department) for department in serving[counter] if department in left]
        visits.append(Visit(f"{told[counter][1]} 号窗口　{told[counter][2]}", told[counter][6] or "", here))
    return Hall(rows[0][4], rows[0][5], visits)
