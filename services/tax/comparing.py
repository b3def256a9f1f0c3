"""One rule applied as of a date: the three lists, with the reasons. It reads and decides; storing is another's (runs)."""

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.enums import CodeState, Confidence, FindingList, ImportKind, MatchStage, PairVerdictKind, RuleKind
from models.registers import RegisterRecord
from models.taxes import PairVerdict
from services.jobs import Progress, silent
from services.registers.freshness import Freshness
from services.rules.matching.model import Model
from services.rules.tax_rules import Definition, Section
from services.tax import contradictions, linking, remaining, residual, sides
from services.tax.outcomes import Before, Found, Judged, Outcome, Task, subject_key
from services.tax.residual import Link, Record


def judged(session: Session, district_id: int, rule_id: int) -> Judged:
    """The newest verdict on each pair that was not taken back."""
    rows = session.execute(
        select(PairVerdict.left_key, PairVerdict.right_key, PairVerdict.verdict)
        .where(PairVerdict.district_id == district_id, PairVerdict.rule_id == rule_id, PairVerdict.revoked_at.is_(None))
        .order_by(PairVerdict.given_at, PairVerdict.id)
    )
    newest = {(left, right): verdict for left, right, verdict in rows}
    return Judged(
        frozenset(pair for pair, verdict in newest.items() if verdict == PairVerdictKind.SAME),
        frozenset(pair for pair, verdict in newest.items() if verdict == PairVerdictKind.DIFFERENT),
    )


def undecidable(rule: Definition, fresh: Mapping[ImportKind, Freshness]) -> str:
    """Why the rule cannot be decided: a side that was never delivered, or is too old. Empty when it can.

    Of several registers on one side, those that were never delivered are left out while another was.
    """
    problems = []
    for side in (rule.left, rule.right):
        there = [fresh[each] for each in side.registers if not fresh[each].is_missing]
        if not there:
            problems.append("、".join(fresh[each].problem for each in side.registers))
        problems += [each.problem for each in there if each.is_stale]
    return "；".join(problems)


def compare(
    session: Session,
    district_id: int,
    rule: Definition,
    *,
    as_of: dt.date,
    verdicts: Judged | None = None,
    model: Model | None = None,
    progress: Progress | None = None,
    before: Before | None = None,
    first_rows: int | None = None,
) -> Outcome:
    """Apply the rule. Deterministic: the same records, verdicts, model and date give the same lists in the same order,
    whether or not the run `before` is built upon."""
    outcome, progress = Outcome(), progress or silent()
    for direction in (rule, _turned(rule)) if rule.both_ways else (rule,):
        for section in direction.sections:
            progress.at(0, 0, f"正在比对：{section.label or direction.name}")
            task = Task(
                session, district_id, direction, section, as_of, verdicts or Judged(), model, before, first_rows
            )
            if rule.kind == RuleKind.CONTRADICTION:
                contradictions.apply(task, outcome)
            else:
                _missing(task, outcome)
    outcome.found.sort(key=_place)
    return outcome


def _place(found: Found) -> tuple[object, ...]:
    return found.listed.value, found.left.register.value, found.left.row_number, found.left.id, found.section


def _turned(rule: Definition) -> Definition:
    """The same comparison from the other side."""
    section = rule.sections[0]
    keys = [
        [pair.model_copy(update={"left": pair.right, "right": pair.left}) for pair in group] for group in section.keys
    ]
    left = rule.right.model_copy(update={"standing": rule.left.standing})
    right = rule.left.model_copy(update={"standing": rule.right.standing})
    turned = section.model_copy(update={"keys": keys, "label": f"{section.label}反向"})
    return rule.model_copy(update={"left": left, "right": right, "sections": [turned]})


def _missing(task: Task, outcome: Outcome) -> None:
    compared = sides.count_left(task)
    outcome.compared_left += compared
    if task.section.taxes and not _is_known(task):
        taxes = "、".join(stake.tax.label for stake in task.section.taxes)
        outcome.undecidable += compared
        outcome.notes.append(f"{task.section.label or taxes}：完税记录里没有{taxes}，这 {compared:,} 笔无法判定")
        return
    outcome.compared_right += sides.count_right(task)
    over = outcome.remainders[task.section.label] = remaining.of(task)
    left = residual.read(task.session, task.district_id, over.left)
    links = linking.counterparts(task, left, over.right)
    linked = {link.left.id: link for link in links}
    outcome.found += [_placed(record, linked.get(record.id), task.section) for record in left]
    outcome.linked += compared - len(left) + sum(link.is_link for link in links)


def _is_known(task: Task) -> bool:
    """Whether the payments hold the taxes at all: a source that does not deliver a tax proves nothing about it."""
    rows = RegisterRecord
    wanted = select(rows.id).where(
        rows.district_id == task.district_id,
        rows.register.in_(task.rule.right.registers),
        rows.ended_batch_id.is_(None),
        rows.tax.in_(sides.taxes_of(task.section)),
    )
    return task.session.scalar(wanted.limit(1)) is not None


def _placed(record: Record, link: Link | None, section: Section) -> Found:
    """Into which list a left record without a plain counterpart goes."""
    if link is None:
        is_sound = record.org_code is not None and record.code_state == CodeState.VALID
        has_code = is_sound or bool(record.contract_no)
        confidence = Confidence.EXACT if has_code else Confidence.STRONG
        return Found(
            FindingList.CONFIRMED,
            subject_key(record),
            record,
            None,
            confidence,
            0.0,
            MatchStage.NONE,
            {},
            section.label,
        )
    listed = FindingList.LINKED if link.is_link else FindingList.SUSPECTED
    confidence = Confidence.WEAK if not link.is_link else Confidence.STRONG
    detail = {"reasons": link.reasons}
    return Found(
        listed, subject_key(record), record, link.right, confidence, link.probability, link.stage, detail, section.label
    )
