"""Keeping the comparison rules: drafts, published versions that never change, which are in use."""

import dataclasses
import datetime as dt
import re
from typing import Any

import yaml
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import settings
from models.enums import Permission, Regime, RuleVersionState
from models.taxes import TaxRule, TaxRuleVersion
from services import audit
from services.actors import Actor
from services.errors import Conflict, Invalid, NotFound, WrongState
from services.rules import tax_rules
from services.rules.tax_rules import Definition
from services.tax import fitness

SHIPPED = settings.DATA / "tax_rules.yaml"
CODE = re.compile(r"TX-[1-9][0-9]{0,2}")


@dataclasses.dataclass(frozen=True)
class KeptRule:
    """A rule with the version that stands for it: the published one, or its draft."""

    id: int
    code: str
    name: str
    is_active: bool
    version_id: int
    number: int
    state: RuleVersionState
    definition: Definition
    has_draft: bool


def seed(session: Session, district_id: int, *, now: dt.datetime) -> int:
    """Ship the seven comparisons where a district has none; returns how many rules were added.

    Two shipped definitions with one code are one rule in two regimes.
    """
    if session.scalar(select(TaxRule.id).where(TaxRule.district_id == district_id).limit(1)) is not None:
        return 0
    known: set[str] = set()
    added = 0
    for kept in yaml.safe_load(SHIPPED.read_text(encoding="utf-8")):
        code = kept.pop("code")
        stored = code if code not in known else f"{code}C"  # the same comparison in today's regime
        known.add(stored)
        added += 1
        definition = tax_rules.parse(kept)
        rule = TaxRule(district_id=district_id, code=stored, name=definition.name, is_active=True)
        session.add(rule)
        session.flush()
        version = _version(session, rule, definition, RuleVersionState.PUBLISHED, "系统", now)
        version.published_by, version.published_at = "系统", now
        rule.published_version_id = version.id
    session.flush()
    return added


def _version(
    session: Session, rule: TaxRule, definition: Definition, state: RuleVersionState, by: str, now: dt.datetime
) -> TaxRuleVersion:
    last = session.scalar(
        select(func.max(TaxRuleVersion.number)).where(
            TaxRuleVersion.district_id == rule.district_id, TaxRuleVersion.rule_id == rule.id
        )
    )
    version = TaxRuleVersion(
        district_id=rule.district_id,
        rule_id=rule.id,
        number=(last or 0) + 1,
        state=state,
        definition=definition.model_dump(mode="json"),
        created_by=by,
        created_at=now,
    )
    session.add(version)
    session.flush()
    return version


def _kept(rule: TaxRule, version: TaxRuleVersion) -> KeptRule:
    return KeptRule(
        rule.id,
        rule.code,
        rule.name,
        rule.is_active,
        version.id,
        version.number,
        version.state,
        tax_rules.parse(version.definition),
        rule.draft_version_id is not None,
    )


def in_use(
    session: Session, district_id: int, *, regime: Regime | None = None, codes: list[str] | None = None
) -> list[KeptRule]:
    """The published, active rules of the regime, by code. Raises NotFound naming a code that is none of them."""
    rows = session.execute(
        select(TaxRule, TaxRuleVersion)
        .join(
            TaxRuleVersion,
            (TaxRuleVersion.district_id == TaxRule.district_id) & (TaxRuleVersion.id == TaxRule.published_version_id),
        )
        .where(TaxRule.district_id == district_id, TaxRule.is_active)
        .order_by(TaxRule.code)
    )
    found = [_kept(rule, version) for rule, version in rows]
    found = [each for each in found if regime is None or regime in each.definition.regimes]
    if codes:
        strange = [
            code
            for code in codes
            if code not in {base_code(each.code) for each in found} | {each.code for each in found}
        ]
        if strange:
            shown = "、".join(dict.fromkeys(base_code(each.code) for each in found)) or "无"
            raise NotFound(f"没有这个比对规则：{'、'.join(strange)}；可用的有 {shown}")
        found = [each for each in found if {each.code, base_code(each.code)} & set(codes)]
    return found


def base_code(code: str) -> str:
    """TX-5C is TX-5 in today's regime."""
    return code.removesuffix("C") if code.startswith("TX-") else code


def listed(session: Session, actor: Actor) -> list[KeptRule]:
    """All rules with the version that stands for each."""
    actor.must(Permission.TAX_READ)
    rules = session.scalars(
        select(TaxRule).where(TaxRule.district_id == actor.district_id).order_by(TaxRule.code)
    ).all()
    wanted = [rule.published_version_id or rule.draft_version_id for rule in rules]
    versions = {
        version.id: version
        for version in session.scalars(
            select(TaxRuleVersion).where(TaxRuleVersion.district_id == actor.district_id, TaxRuleVersion.id.in_(wanted))
        )
    }
    return [_kept(rule, versions[chosen]) for rule, chosen in zip(rules, wanted, strict=True) if chosen in versions]


def get(session: Session, code: str, actor: Actor) -> TaxRule:
    actor.must(Permission.TAX_READ)
    rule = session.scalar(select(TaxRule).where(TaxRule.district_id == actor.district_id, TaxRule.code == code))
    if rule is None:
        raise NotFound("没有这个比对规则")
    return rule


def draft_of(session: Session, rule: TaxRule) -> TaxRuleVersion | None:
    if rule.draft_version_id is None:
        return None
    return session.get(TaxRuleVersion, (rule.district_id, rule.draft_version_id))


def _of_code(session: Session, code: str, name: str, actor: Actor, is_new: bool) -> TaxRule:
    rule = session.scalar(select(TaxRule).where(TaxRule.district_id == actor.district_id, TaxRule.code == code))
    if rule is not None and is_new:
        raise Conflict(f"编号 {code} 已被「{rule.name}」使用，请换一个")
    if rule is not None:
        return rule
    if not CODE.fullmatch(code):
        raise Invalid("规则编号应如 TX-8", {"code": "应如 TX-8"})
    rule = TaxRule(district_id=actor.district_id, code=code, name=name, is_active=True)
    session.add(rule)
    session.flush()
    return rule


def save_draft(
    session: Session,
    code: str,
    kept: dict[str, Any],
    *,
    actor: Actor,
    now: dt.datetime,
    is_new: bool = False,
    expected: int | None = None,
) -> TaxRuleVersion:
    """Save a rule's draft. `expected` is the version of the draft that was opened, None where there was none.

    Raises Invalid in words, and Conflict when somebody else saved first or a new rule's code is taken.
    """
    actor.must(Permission.TAX_RULES)
    definition, code = tax_rules.parse(kept), code.strip().upper()
    fitness.check(definition)
    rule = _of_code(session, code, definition.name, actor, is_new)
    draft = draft_of(session, rule)
    if draft is not None and draft.version != expected:
        raise Conflict(f"规则 {code} 的草稿刚被{draft.created_by}改过，请重新打开再改")
    if draft is None:
        draft = _version(session, rule, definition, RuleVersionState.DRAFT, actor.name, now)
        rule.draft_version_id = draft.id
    else:
        draft.definition, draft.created_by, draft.created_at = definition.model_dump(mode="json"), actor.name, now
    session.flush()
    subject = ("tax_rule", code)
    audit.record(session, "tax_rule.draft", subject, actor=actor, now=now, after={"definition": draft.definition})
    return draft


def publish(session: Session, code: str, *, actor: Actor, now: dt.datetime) -> TaxRuleVersion:
    """The draft becomes the version that runs apply; the one before is superseded and stays as it was."""
    actor.must(Permission.TAX_RULES)
    rule = get(session, code, actor)
    draft = draft_of(session, rule)
    if draft is None:
        raise WrongState(f"规则 {code} 没有待发布的草稿")
    definition = tax_rules.parse(draft.definition)
    if rule.published_version_id is not None:
        before = session.get_one(TaxRuleVersion, (rule.district_id, rule.published_version_id))
        before.state = RuleVersionState.SUPERSEDED
    draft.state, draft.published_by, draft.published_at = RuleVersionState.PUBLISHED, actor.name, now
    rule.published_version_id, rule.draft_version_id, rule.name = draft.id, None, definition.name
    session.flush()
    audit.record(session, "tax_rule.publish", ("tax_rule", code), actor=actor, now=now, after={"version": draft.number})
    return draft


def set_active(session: Session, code: str, is_active: bool, *, actor: Actor, now: dt.datetime) -> None:
    """Take a rule into use or out of it; its runs and leads stay."""
    actor.must(Permission.TAX_RULES)
    rule = get(session, code, actor)
    rule.is_active = is_active
    session.flush()
    audit.record(session, "tax_rule.active", ("tax_rule", code), actor=actor, now=now, after={"active": is_active})
