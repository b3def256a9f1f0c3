"""What a comparison finds: subjects in lists, and the counts that add up."""

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from models.enums import Confidence, FindingList, MatchStage
from services.rules.matching.model import Model
from services.rules.tax_rules import Definition, Section
from services.tax.residual import Record


@dataclasses.dataclass(frozen=True)
class Judged:
    """What officers said of pairs, by (left, right) key."""

    same: frozenset[tuple[str, str]] = frozenset()
    different: frozenset[tuple[str, str]] = frozenset()


@dataclasses.dataclass(frozen=True)
class Remainder:
    """Ids of the records that found no counterpart by a plain key, sorted."""

    left: list[int]
    right: list[int]


@dataclasses.dataclass(frozen=True)
class Before:
    """What the run before left over, by section, and the deliveries since."""

    as_of: dt.date
    deliveries: tuple[int, ...]
    remainders: Mapping[str, Remainder]


@dataclasses.dataclass(frozen=True)
class Task:
    """One section of one rule on one day, and what is known besides."""

    session: Session
    district_id: int
    rule: Definition
    section: Section
    as_of: dt.date
    verdicts: Judged = Judged()
    model: Model | None = None
    before: Before | None = None
    first_rows: int | None = None  # a trial compares only the first rows of each delivery


@dataclasses.dataclass(frozen=True)
class Found:
    """One subject in one of the lists."""

    listed: FindingList
    subject_key: str
    left: Record
    right: Record | None
    confidence: Confidence
    probability: float
    stage: MatchStage
    detail: dict[str, Any]
    section: str = ""

    def fingerprint(self, code: str) -> str:
        """What a lead is known by: the rule, the part of it, and the subject, whatever run finds it."""
        return _digest(code, self.section, self.left.register.value, self.left.natural_key)

    @property
    def evidence_hash(self) -> str:
        """Of the compared attributes of both sides: judged false, a lead stays quiet while this stands."""
        return _digest(self.left.digest, self.right.digest if self.right else "", sorted(self.detail.get("checks", [])))


@dataclasses.dataclass
class Outcome:
    """What a rule found. compared_left = confirmed + suspected + linked + undecidable."""

    compared_left: int = 0
    compared_right: int = 0
    linked: int = 0
    undecidable: int = 0
    reason: str = ""
    found: list[Found] = dataclasses.field(default_factory=list)
    notes: list[str] = dataclasses.field(default_factory=list)
    remainders: dict[str, Remainder] = dataclasses.field(default_factory=dict)

    def count(self, listed: FindingList) -> int:
        return sum(each.listed == listed for each in self.found)

    @property
    def confirmed(self) -> int:
        return self.count(FindingList.CONFIRMED)

    @property
    def suspected(self) -> int:
        return self.count(FindingList.SUSPECTED)


def _digest(*parts: object) -> str:
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()


def subject_key(record: Record) -> str:
    """The code as delivered, cleaned; a contract's number for a deal; a row's own key where there is neither."""
    plain = record.contract_no or record.subject_code or record.registration_no or record.org_code
    return str(plain or f"第{record.row_number}行")[:64]
