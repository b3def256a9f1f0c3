"""Composing a comparison of one's own: its versions, and trying a draft before it counts."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.enums import Permission
from models.taxes import TaxRule, TaxRuleVersion
from services import audit
from services.actors import Actor
from services.errors import Invalid
from services.registers import freshness
from services.rules import tax_rules
from services.rules.matching.model import Model
from services.rules.tax_rules import Definition
from services.tax import comparing, fitness, rates, rules, runs
from services.tax.outcomes import Found, Judged, Outcome

FEWEST_ROWS, MOST_ROWS = 100, 50_000
SHOWN = 20


@dataclasses.dataclass(frozen=True)
class Opened:
    """A rule with what stands for it and how it came to be. `draft` is empty when nothing is being changed."""

    rule: TaxRule
    published: Definition | None
    draft: Definition | None
    draft_version: int | None  # for saving: refused when somebody saved meanwhile
    versions: Sequence[TaxRuleVersion]

    @property
    def definition(self) -> Definition | None:
        return self.draft or self.published


@dataclasses.dataclass(frozen=True)
class Trial:
    """What a draft would find among the first rows. `reason` says why nothing can be decided."""

    outcome: Outcome
    shown: list[tuple[Found, str]]  # with the estimate in words
    reason: str


def opened(session: Session, code: str, actor: Actor) -> Opened:
    """A rule with all its versions, the newest first."""
    rule = rules.get(session, code, actor)
    versions = session.scalars(
        select(TaxRuleVersion)
        .where(TaxRuleVersion.district_id == rule.district_id, TaxRuleVersion.rule_id == rule.id)
        .order_by(TaxRuleVersion.number.desc())
    ).all()
    by_id = {version.id: version for version in versions}
    draft, published = by_id.get(rule.draft_version_id or 0), by_id.get(rule.published_version_id or 0)
    return Opened(
        rule,
        tax_rules.parse(published.definition) if published else None,
        tax_rules.parse(draft.definition) if draft else None,
        draft.version if draft else None,
        versions,
    )


def attempt(
    session: Session, kept: dict[str, Any], *, as_of: dt.date, first_rows: int, actor: Actor, now: dt.datetime
) -> Trial:
    """Apply a definition to the first rows of each delivery of its left side. Nothing is stored. Raises Invalid in words."""
    actor.must(Permission.TAX_RULES)
    if not FEWEST_ROWS <= first_rows <= MOST_ROWS:
        raise Invalid(f"试算行数应在 {FEWEST_ROWS:,} 至 {MOST_ROWS:,} 之间", {"rows": "请改行数"})
    definition = tax_rules.parse(kept)
    fitness.check(definition)
    fresh = freshness.of_all(session, actor.district_id, now=now)
    if reason := comparing.undecidable(definition, fresh):
        return Trial(Outcome(), [], reason)
    active = runs.active_model(session, actor.district_id)
    outcome = comparing.compare(
        session,
        actor.district_id,
        definition,
        as_of=as_of,
        verdicts=Judged(),
        model=Model.from_json(active.parameters) if active else None,
        first_rows=first_rows,
    )
    return Trial(outcome, _shown(session, definition, outcome, actor), "")


def _shown(session: Session, definition: Definition, outcome: Outcome, actor: Actor) -> list[tuple[Found, str]]:
    if not definition.estimates:
        return [(each, "") for each in outcome.found[:SHOWN]]
    known = rates.in_force(session, actor.district_id)
    sections = {section.label: section for section in definition.sections}
    found = []
    for each in outcome.found[:SHOWN]:
        made = rates.of_record(each.left, sections[each.section], known)
        found.append((each, "无法估算" if made.amount is None else f"{made.amount:,.2f} 元"))
    return found


def note(session: Session, name: str, trial: Trial, *, actor: Actor, now: dt.datetime) -> None:
    """A trial reads taxpayers' records: it is written down, also when it finds nothing (R-TAX-06)."""
    outcome = trial.outcome
    after = {
        "name": name,
        "compared": outcome.compared_left,
        "confirmed": outcome.confirmed,
        "suspected": outcome.suspected,
        "reason": trial.reason,
    }
    audit.record(session, "tax_rule.try", ("tax_rule", name[:60]), actor=actor, now=now, after=after)
