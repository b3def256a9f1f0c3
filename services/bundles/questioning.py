"""The questions of a bundle as centre staff edit them: each answer leads somewhere, or the question is not asked."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy.orm import Session

from models.bundles import BundleQuestions
from models.enums import Permission
from services import audit
from services.actors import Actor
from services.bundles import composing, guiding
from services.bundles.guiding import Addition, Journey
from services.errors import Conflict, Invalid

TITLE_LENGTH, TEXT_LENGTH, OPTION_LENGTH = 40, 60, 30
MOST_QUESTIONS, FEWEST_OPTIONS, MOST_OPTIONS = 12, 2, 8


def problems(journey: Journey, optional: Sequence[str]) -> list[str]:
    """What keeps the questions from being asked, in words. `optional`: names of the bundle's optional items."""
    found = []
    if not 0 < len(journey.title) <= TITLE_LENGTH:
        found.append(f"请填写标题（{TITLE_LENGTH} 个字以内），如「我要开一家药店」")
    if len(journey.questions) > MOST_QUESTIONS:
        found.append(f"问题最多 {MOST_QUESTIONS} 个，现为 {len(journey.questions)} 个")
    texts = [each.text for each in journey.questions]
    for each in journey.questions:
        said = f"问题「{each.text}」"
        if not 0 < len(each.text) <= TEXT_LENGTH:
            found.append(f"{said}应为 1 至 {TEXT_LENGTH} 个字")
        if not FEWEST_OPTIONS <= len(set(each.options)) <= MOST_OPTIONS or len(set(each.options)) < len(each.options):
            found.append(f"{said}须有 {FEWEST_OPTIONS} 至 {MOST_OPTIONS} 个不同的选项")
        if any(not 0 < len(option) <= OPTION_LENGTH for option in each.options):
            found.append(f"{said}的选项应为 1 至 {OPTION_LENGTH} 个字")
        if texts.count(each.text) > 1:
            found.append(f"{said}的选项前后写得不一样")
        if each.text not in {add.question for add in journey.adds}:
            found.append(f"{said}的回答不影响要办的事项：请写明选哪个时加办什么，或删去这个问题")
    return list(
        dict.fromkeys([*found, *(problem for add in journey.adds for problem in _wrong(add, journey, optional))])
    )


def _wrong(add: Addition, journey: Journey, optional: Sequence[str]) -> list[str]:
    options = {each.text: each.options for each in journey.questions}
    found = []
    if add.answer not in options.get(add.question, ()):
        found.append(f"问题「{add.question}」没有选项「{add.answer}」")
    if add.item not in optional:
        found.append(f"「{add.item}」不是本件事按需选办的事项")
    return found


def save_questions(session: Session, journey: Journey, *, actor: Actor, now: dt.datetime) -> None:
    """Keep the bundle's questions; `version` is the one that was edited. Raises Invalid in words, Conflict."""
    actor.must(Permission.CATALOGUE_REVIEW_CENTRE)
    audit.hold(session, actor.district_id)  # two people at once: the second is told
    card = composing.card(session, actor.district_id, journey.bundle.id)
    before = guiding.questions(session, actor.district_id, card)
    if before.version != journey.version:
        raise Conflict(f"这件事的引导问题刚被{before.edited_by}修改过，您填写的内容已保留，请核对后再保存")
    members = composing.members(session, actor.district_id, card.id)
    wrong = problems(journey, [member.name for member in members if not member.is_mandatory])
    if wrong:
        raise Invalid("；".join(wrong))
    row = session.get(BundleQuestions, (actor.district_id, card.id))
    if row is None:
        row = BundleQuestions(district_id=actor.district_id, bundle_id=card.id)
        session.add(row)
    row.title, row.is_offered = journey.title, journey.is_offered
    row.questions = [{"text": each.text, "options": list(each.options)} for each in journey.questions]
    row.adds = [{"item": each.item, "question": each.question, "answer": each.answer} for each in journey.adds]
    row.edited_by, row.edited_at = actor.name, now
    session.flush()
    after = {"title": row.title, "questions": row.questions, "adds": row.adds, "is_offered": row.is_offered}
    audit.record(session, "bundle.questions", ("bundle", card.id), actor=actor, now=now, after=after)
