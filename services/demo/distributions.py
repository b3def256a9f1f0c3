"""The declared distributions of the demonstration: data/demo_distributions.yaml, checked when it is read."""

from functools import lru_cache

import yaml
from pydantic import BaseModel, ConfigDict

import settings
from models.enums import ApplicationChannel

FILE = settings.DATA / "demo_distributions.yaml"
MONTHS = 12


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Year(_Part):
    cases: int
    immediate: int


class Tier(_Part):
    cases_a_month: int
    immediate_a_month: int
    closed_on_site: float | None = None

    @property
    def promised_share(self) -> float:
        return 1 - self.immediate_a_month / self.cases_a_month

    @property
    def same_day(self) -> float:
        """Of the promised cases: decided on the day of acceptance."""
        if self.closed_on_site is None or not self.promised_share:
            return 0.0
        return (self.closed_on_site - (1 - self.promised_share)) / self.promised_share


class DepartmentWeights(_Part):
    immediate: dict[str, float]
    promised: dict[str, float]


class ApplicantShares(_Part):
    cases_each: int
    skew: float
    with_phone: float
    sole_traders: float
    with_agent: float
    shared_items: float


class Visit(_Part):
    to_acceptance: tuple[int, int]
    to_decision: tuple[int, int]
    to_delivery: tuple[int, int]


class Open(_Part):
    at_least: int
    share: float
    states: dict[str, float]
    due: dict[str, float]


class Names(_Part):
    surnames: str
    given: str
    two_characters: float
    trade: str
    industries: list[str]
    shops: list[str]
    regions: list[str]


class Opinions(_Part):
    examine: list[str]
    grant: list[str]
    deny_reasons: str
    deny_remedies: str
    request_correction: str
    correction_missing: list[str]
    refuse: str
    not_required: str
    withdraw: str
    void: str
    expire: str
    suspend: str


class Distributions(_Part):
    year: Year
    street: Tier
    community: Tier
    centres: dict[str, float]
    channels: dict[ApplicationChannel, float]
    weekdays: list[float]
    hours: dict[int, float]
    online_hours: list[float]
    departments: DepartmentWeights
    item_skew: float
    applicants: ApplicantShares
    visit: Visit
    immediate_endings: dict[str, float]
    promised_endings: dict[str, float]
    open: Open
    promised_pace: tuple[float, float]
    collected_within: int
    uncollected: float
    material_days: int
    deferrable_deferred: float
    names: Names
    opinions: Opinions

    def share_of(self, tier: Tier) -> float:
        return tier.cases_a_month * MONTHS / self.year.cases


@lru_cache(maxsize=1)
def declared() -> Distributions:
    return Distributions.model_validate(yaml.safe_load(FILE.read_text(encoding="utf-8")))
