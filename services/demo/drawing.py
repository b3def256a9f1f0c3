"""Drawing the year's cases: what, where, by which channel, when, and how each ends."""

import dataclasses

import numpy as np

from models.enums import ApplicationChannel, LimitUnit, ServiceTier
from services.demo.distributions import Distributions
from services.demo.moments import Period
from services.demo.places import Places

ORDINARY = "ordinary"  # granted and delivered in one visit
ENDINGS = (
    *(ORDINARY, "granted", "same_day", "refused", "not_required", "withdrawn", "voided", "corrected", "denied"),
    *("correction_expired", "late", "waiting", "correcting", "accepted", "examining", "suspended"),
)
CODE = {ending: code for code, ending in enumerate(ENDINGS)}
CHANNELS = tuple(ApplicationChannel)
ONLINE = [CHANNELS.index(ApplicationChannel.ONLINE), CHANNELS.index(ApplicationChannel.MOBILE)]
WINDOW = CHANNELS.index(ApplicationChannel.WINDOW)
BACKLOG = 5400  # seconds in which what came overnight is taken up after opening
USUAL_LIMIT = 3  # working days, where an item's limit is not in working days


@dataclasses.dataclass
class Drawn:
    """One row a case, in the order of submission; moments are seconds since 1970."""

    item: np.ndarray
    counter: np.ndarray
    channel: np.ndarray
    ending: np.ndarray
    submitted: np.ndarray
    accepted: np.ndarray
    decided: np.ndarray
    delivered: np.ndarray
    is_person: np.ndarray

    def sort(self) -> None:
        order = np.argsort(self.submitted, kind="stable")
        for field in dataclasses.fields(self):
            setattr(self, field.name, getattr(self, field.name)[order])


def draw(places: Places, period: Period, declared: Distributions, cases: int, rng: np.random.Generator) -> Drawn:
    parts = [
        (*places.routes(tier, is_immediate=kind, declared=declared).draw(rng, count), np.full(count, same_day))
        for tier, kind, count, same_day in _quotas(cases, declared)
        if count
    ]
    item, counter, same_day = (np.concatenate(column) for column in zip(*parts, strict=True))
    ending = _endings(np.array([each.is_immediate for each in places.items])[item], same_day, declared, rng)
    channels = [declared.channels.get(channel, 0.0) for channel in CHANNELS]
    channel = rng.choice(len(CHANNELS), size=cases, p=np.array(channels) / sum(channels))
    submitted = _submissions(channel, period, declared, rng)
    _leave_open(places, period, declared, rng, item, ending, channel, submitted)
    moments = _visits(channel, submitted, period, declared, rng)
    ending = np.where((ending == CODE[ORDINARY]) & (moments[1] >= period.cutoff), CODE["waiting"], ending)
    drawn = Drawn(item, counter, channel, ending, *moments, _persons(places, declared, rng, item))
    drawn.sort()
    return drawn


def _quotas(cases: int, declared: Distributions) -> list[tuple[ServiceTier, bool, int, float]]:
    """How many of each tier and kind: the declared totals exactly, at every scale."""
    year = declared.year
    promised = cases - round(cases * year.immediate / year.cases)
    found, left = [], cases
    for tier, shares in ((ServiceTier.STREET, declared.street), (ServiceTier.COMMUNITY, declared.community)):
        count = round(cases * declared.share_of(shares))
        slow = min(round(count * shares.promised_share), promised)
        found += [(tier, True, count - slow, 0.0), (tier, False, slow, shares.same_day)]
        promised, left = promised - slow, left - count
    return [*found, (ServiceTier.DISTRICT, True, left - promised, 0.0), (ServiceTier.DISTRICT, False, promised, 0.0)]


def _endings(
    is_immediate: np.ndarray, same_day: np.ndarray, declared: Distributions, rng: np.random.Generator
) -> np.ndarray:
    def some(shares: dict[str, float], otherwise: str, count: int) -> np.ndarray:
        codes = [CODE[name] for name in shares] + [CODE[otherwise]]
        weights = [*shares.values(), 1 - sum(shares.values())]
        return rng.choice(codes, size=count, p=weights)

    ending = np.empty(len(is_immediate), dtype=np.int64)
    ending[is_immediate] = some(declared.immediate_endings, ORDINARY, int(is_immediate.sum()))
    ending[~is_immediate] = some(declared.promised_endings, "granted", int((~is_immediate).sum()))
    quick = (ending == CODE["granted"]) & (rng.random(len(ending)) < same_day)
    ending[quick] = CODE["same_day"]
    return ending


def _submissions(channel: np.ndarray, period: Period, declared: Distributions, rng: np.random.Generator) -> np.ndarray:
    at_window = period.at_windows(rng, declared, period.some_workdays(rng, declared, len(channel)))
    online = period.online(rng, declared, rng.integers(0, period.size, len(channel)))
    return np.where(np.isin(channel, ONLINE), online, at_window)


def _leave_open(
    places: Places,
    period: Period,
    declared: Distributions,
    rng: np.random.Generator,
    item: np.ndarray,
    ending: np.ndarray,
    channel: np.ndarray,
    submitted: np.ndarray,
) -> None:
    """Turn some promised cases into open ones of the last weeks: waiting, overdue, due on the last day, suspended."""
    promised = np.flatnonzero(~np.array([each.is_immediate for each in places.items])[item])
    wanted = min(max(declared.open.at_least, round(declared.open.share * len(promised))), len(promised) // 2)
    chosen = rng.choice(promised, size=wanted, replace=False)
    states = rng.choice([CODE[s] for s in declared.open.states], size=wanted, p=list(declared.open.states.values()))
    limits = np.array([_workdays(each.promise) for each in places.items])[item[chosen]]
    days_ago = limits - _days_left(limits, declared, rng)
    days_ago = np.where(states == CODE["suspended"], limits // 2, days_ago)
    days_ago = np.where(states == CODE["waiting"], rng.integers(0, 2, wanted), days_ago)
    days_ago = np.where(states == CODE["correcting"], rng.integers(1, 7, wanted), days_ago)
    ending[chosen], channel[chosen] = states, WINDOW
    submitted[chosen] = period.at_windows(rng, declared, period.workday_before(np.maximum(days_ago, 0)))
    waiting = chosen[states == CODE["waiting"]]
    channel[waiting] = ONLINE[0]


def _workdays(promise: tuple[int | None, LimitUnit]) -> int:
    amount, unit = promise
    return amount if amount and unit == LimitUnit.WORKDAY else USUAL_LIMIT


def _days_left(limits: np.ndarray, declared: Distributions, rng: np.random.Generator) -> np.ndarray:
    """Working days from the period's last one to the due day; negative when overdue."""
    names = list(declared.open.due)
    due = rng.choice(len(names), size=len(limits), p=list(declared.open.due.values()))
    days = {
        "overdue": -rng.integers(1, 4, len(limits)),
        "today": np.zeros(len(limits), dtype=np.int64),
        "next_day": np.ones(len(limits), dtype=np.int64),
        "later": rng.integers(2, np.maximum(limits, 2) + 1),
    }
    return np.choose(due, [days[name] for name in names])


def _visits(
    channel: np.ndarray, submitted: np.ndarray, period: Period, declared: Distributions, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(submitted, accepted, decided, delivered) of a visit that ends before the hall closes."""
    visit, count = declared.visit, len(channel)
    waits = [rng.integers(*span, count) for span in (visit.to_acceptance, visit.to_decision, visit.to_delivery)]
    room = np.sum(waits, axis=0)
    is_online = np.isin(channel, ONLINE)
    opening = period.next_opening(submitted)
    begun = opening + np.where(opening > submitted, rng.integers(0, BACKLOG, count), 0)
    begun = period.before_closing(begun, room)
    accepted = np.maximum(begun, np.where(is_online, submitted, 0)) + waits[0]
    decided = accepted + waits[1]
    return np.where(is_online, submitted, begun), accepted, decided, decided + waits[2]


def _persons(places: Places, declared: Distributions, rng: np.random.Generator, item: np.ndarray) -> np.ndarray:
    for_person = np.array([each.for_person for each in places.items])[item]
    for_enterprise = np.array([each.for_enterprise for each in places.items])[item]
    shared = rng.random(len(item)) < declared.applicants.shared_items
    return np.where(for_person & for_enterprise, shared, for_person | ~for_enterprise)
