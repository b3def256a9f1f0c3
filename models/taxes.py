"""综合治税: comparison rules, their runs and findings, leads and the money they lead to (domain §5)."""

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Float, Index, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Code, Distributed, Hash, Id, Identified, Json, LongText, Money, Name, ShortText, link
from models.enums import (
    Confidence,
    FindingList,
    LeadAction,
    LeadState,
    LedgerKind,
    MatchStage,
    ModelState,
    PairVerdictKind,
    Regime,
    RuleVersionState,
    RunState,
    TaxKind,
)


class TaxRule(Identified, Base):
    """One comparison, e.g. TX-1; what it does is its published version."""

    __tablename__ = "tax_rules"
    __table_args__ = (UniqueConstraint("district_id", "code"),)

    code: Mapped[Code]
    name: Mapped[ShortText]
    is_active: Mapped[bool]
    published_version_id: Mapped[Id | None]
    draft_version_id: Mapped[Id | None]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class TaxRuleVersion(Identified, Base):
    """Once published it never changes; a run points to the version it applied."""

    __tablename__ = "tax_rule_versions"
    __table_args__ = (UniqueConstraint("district_id", "rule_id", "number"), link("rule_id", "tax_rules"))

    rule_id: Mapped[Id]
    number: Mapped[int]
    state: Mapped[RuleVersionState]
    definition: Mapped[Json]  # services.rules.tax_rules.Definition
    created_by: Mapped[ShortText]
    created_at: Mapped[dt.datetime]
    published_by: Mapped[ShortText | None]
    published_at: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class MatchModel(Identified, Base):
    """Weights of the fuzzy comparison, with the term frequencies that they rest on; a run names the one it used."""

    __tablename__ = "match_models"
    __table_args__ = (UniqueConstraint("district_id", "name", "number"),)

    name: Mapped[Code]
    number: Mapped[int]
    state: Mapped[ModelState]
    parameters: Mapped[Json]
    metrics: Mapped[Json]  # labels, precision, recall, calibration error
    created_by: Mapped[ShortText]
    created_at: Mapped[dt.datetime]
    adopted_by: Mapped[ShortText | None]
    adopted_at: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class TaxRun(Identified, Base):
    """One rule applied as of a date. The same inputs and date give the same hash."""

    __tablename__ = "tax_runs"
    __table_args__ = (
        Index(None, "district_id", "rule_id", "as_of", "id"),
        link("rule_id", "tax_rules"),
        link("rule_version_id", "tax_rule_versions"),
        link("model_id", "match_models"),
    )

    rule_id: Mapped[Id]
    rule_version_id: Mapped[Id]
    model_id: Mapped[Id | None]
    regime: Mapped[Regime]
    as_of: Mapped[dt.date]
    state: Mapped[RunState]
    reason: Mapped[LongText]  # why it cannot be decided, or broke off
    input_hash: Mapped[Hash]
    result_hash: Mapped[Hash | None]
    is_delta: Mapped[bool]
    compared_left: Mapped[int]
    compared_right: Mapped[int]
    confirmed: Mapped[int]
    suspected: Mapped[int]
    linked: Mapped[int]
    undecidable: Mapped[int]
    summary: Mapped[Json]  # sources with their freshness, and counts by source, confidence, industry and street
    started_by: Mapped[ShortText]
    started_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]


class RunRemainder(Distributed, Base):
    """What plain keys left over in a rule's newest run: the next one asks only what changed since."""

    __tablename__ = "run_remainders"
    __table_args__ = (link("run_id", "tax_runs"),)

    run_id: Mapped[Id] = mapped_column(primary_key=True)
    batches: Mapped[Json]  # the deliveries that it saw
    sections: Mapped[Json]  # ids of both sides, by part of the rule


class TaxFinding(Identified, Base):
    """One subject in one of a run's lists. Links by a plain key are counted, not stored."""

    __tablename__ = "tax_findings"
    __table_args__ = (
        UniqueConstraint("district_id", "run_id", "fingerprint"),
        Index(None, "district_id", "run_id", "listed", "confidence", "id"),
        Index(None, "district_id", "fingerprint"),
        Index(None, "district_id", "left_record_id"),
        Index(None, "district_id", "right_record_id"),
        link("run_id", "tax_runs"),
        link("left_record_id", "register_records"),
        link("right_record_id", "register_records"),
    )

    run_id: Mapped[Id]
    listed: Mapped[FindingList]
    fingerprint: Mapped[Hash]  # of rule, subject and period: what a lead is known by
    evidence_hash: Mapped[Hash]  # of the compared attributes of both sides
    subject_key: Mapped[Code]
    name: Mapped[Name]
    left_record_id: Mapped[Id]
    right_record_id: Mapped[Id | None]  # the counterpart, or the nearest candidate
    confidence: Mapped[Confidence]
    probability: Mapped[float] = mapped_column(Float)  # that the candidate is the same party; 0 without one
    stage: Mapped[MatchStage]
    estimate: Mapped[Money | None]
    industry: Mapped[ShortText | None]
    street: Mapped[ShortText | None]
    detail: Mapped[Json]  # differences, and the waterfall of reasons


class PairVerdict(Identified, Base):
    """What an officer said of two records: same party or not. A must-link or cannot-link, and a label to learn from."""

    __tablename__ = "pair_verdicts"
    __table_args__ = (
        Index(None, "district_id", "left_key", "right_key"),
        Index(None, "district_id", "given_at"),
        link("rule_id", "tax_rules"),
    )

    rule_id: Mapped[Id]
    left_key: Mapped[Name]  # register and natural key
    right_key: Mapped[Name]
    verdict: Mapped[PairVerdictKind]
    evidence_hash: Mapped[Hash]
    agreement: Mapped[Json]  # the comparison that the officer saw
    reason: Mapped[LongText]
    given_by: Mapped[ShortText]
    given_at: Mapped[dt.datetime]
    revoked_by: Mapped[ShortText | None]
    revoked_at: Mapped[dt.datetime | None]


class TaxLead(Identified, Base):
    """疑点: a subject to be verified, never an assessment. It belongs to a rule and a subject, not to a run."""

    __tablename__ = "tax_leads"
    __table_args__ = (
        UniqueConstraint("district_id", "fingerprint"),
        Index(None, "district_id", "state", "due_on", "id"),
        Index(None, "district_id", "officer_id", "state", "due_on"),
        Index(None, "district_id", "rule_id", "state", "id"),
        link("rule_id", "tax_rules"),
        link("finding_id", "tax_findings"),
        link("officer_id", "users"),
        link("closing_record_id", "register_records"),
    )

    rule_id: Mapped[Id]
    fingerprint: Mapped[Hash]
    evidence_hash: Mapped[Hash]  # of the newest finding
    judged_hash: Mapped[Hash | None]  # the evidence that a person judged false: quiet while it stands
    finding_id: Mapped[Id]  # the newest
    subject_key: Mapped[Code]
    name: Mapped[Name]
    street: Mapped[ShortText | None]
    industry: Mapped[ShortText | None]
    confidence: Mapped[Confidence]
    state: Mapped[LeadState]
    officer_id: Mapped[Id | None]
    due_on: Mapped[dt.date | None]
    estimate: Mapped[Money | None]
    estimate_note: Mapped[LongText]
    closing_record_id: Mapped[Id | None]  # the row that settled it
    first_found_on: Mapped[dt.date]
    last_found_on: Mapped[dt.date]
    created_at: Mapped[dt.datetime]
    closed_at: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class LeadEvent(Distributed, Base):
    """Append-only: one step of a lead, with reason and evidence."""

    __tablename__ = "lead_events"
    __table_args__ = (link("lead_id", "tax_leads"),)

    lead_id: Mapped[Id] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    action: Mapped[LeadAction]
    state: Mapped[LeadState]
    at: Mapped[dt.datetime]
    actor_id: Mapped[Id | None]
    actor_name: Mapped[ShortText]
    reason: Mapped[LongText]
    evidence: Mapped[Json | None]


class TaxLetter(Identified, Base):
    """A letter to a taxpayer as it went out, numbered within its year."""

    __tablename__ = "tax_letters"
    __table_args__ = (
        UniqueConstraint("district_id", "year", "serial"),
        Index(None, "district_id", "lead_id"),
        link("lead_id", "tax_leads"),
    )

    lead_id: Mapped[Id]
    year: Mapped[int]
    serial: Mapped[int]
    file_name: Mapped[ShortText]
    storage_key: Mapped[ShortText]
    sha256: Mapped[Hash]
    issued_by: Mapped[ShortText]
    issued_at: Mapped[dt.datetime]


class LedgerEntry(Identified, Base):
    """Append-only: one amount of a lead, from the estimate to what was settled."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        Index(None, "district_id", "lead_id", "id"),
        Index(None, "district_id", "kind", "entered_at"),
        link("lead_id", "tax_leads"),
        link("record_id", "register_records"),
    )

    lead_id: Mapped[Id]
    kind: Mapped[LedgerKind]
    tax: Mapped[TaxKind | None]
    amount: Mapped[Money]
    record_id: Mapped[Id | None]  # the payment's row
    note: Mapped[LongText]
    entered_by: Mapped[ShortText]
    entered_at: Mapped[dt.datetime]


class TaxRate(Identified, Base):
    """One effective-dated rate; no row for a date means 无法估算, never 0 (domain §5.4)."""

    __tablename__ = "tax_rates"
    __table_args__ = (
        Index(None, "district_id", "tax", "effective_from"),
        CheckConstraint("effective_to IS NULL OR effective_to >= effective_from", name="effective_in_order"),
        CheckConstraint("rate IS NOT NULL OR amount IS NOT NULL OR steps IS NOT NULL", name="says_how_much"),
    )

    tax: Mapped[TaxKind]
    scope: Mapped[Json]  # payer, subject, deal kind, usage, area band, holding years, nth home: what is named must fit
    rate: Mapped[Decimal | None] = mapped_column(Numeric(10, 6))
    amount: Mapped[Decimal | None] = mapped_column(Numeric(12, 4))  # yuan per m²
    steps: Mapped[list[Any] | None]  # a progressive scale
    is_tax_inclusive: Mapped[bool]  # the price holds the tax
    effective_from: Mapped[dt.date]
    effective_to: Mapped[dt.date | None]
    source: Mapped[LongText]
    is_verified: Mapped[bool]
    note: Mapped[LongText]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
