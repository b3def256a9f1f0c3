"""The cases that are more than one visit, told step by step: every step asks the status table."""

import dataclasses
import datetime as dt
import json
import random
from typing import Any

from models.enums import CaseAction, CaseResult, CaseStatus, HolderKind, LimitUnit, MaterialState, Necessity, TaskState
from models.identity import SHIFT
from services.cases import clocks, deeming, intake
from services.demo.distributions import Distributions
from services.demo.moments import HOUR, MINUTE, Period
from services.demo.places import Counter, Item, Places
from services.rules import lifecycle
from services.rules.flow import FlowTask
from services.rules.guide import Material

Actor = tuple[int | None, str, int]  # user, name, place
PUBLIC = "公众"
LEFT_OPEN = ("accepted", "examining", "suspended")  # endings of promised cases that are still in their first stage
CORRECTION = dt.timedelta(days=30)
TASKS_A_CASE = 64
TIMED_UNITS = (LimitUnit.WORK_HOUR, LimitUnit.WORK_MINUTE)
NO_LIMIT = 5 * 7 * HOUR  # working seconds for an item that promises nothing
Due = tuple[int | None, bool]  # second, whether a provisional year lies on the way


@dataclasses.dataclass(frozen=True)
class Filed:
    """A case as drawn."""

    id: int
    item: Item
    counter: Counter
    is_online: bool
    submitted: int
    accepted: int  # when the window takes it on, unless the story says otherwise
    ending: str


@dataclasses.dataclass
class Task:
    flow: FlowTask
    started: int
    due: int | None
    state: TaskState = TaskState.PENDING
    finished: int | None = None
    finished_by: str | None = None


@dataclasses.dataclass
class Story:
    """What became of a case by the end of the period; steps after it have not happened."""

    filed: Filed
    cutoff: int
    status: CaseStatus = CaseStatus.SUBMITTED
    result: CaseResult | None = None
    accepted: int | None = None
    due: int | None = None
    statutory_due: int | None = None
    is_provisional: bool = False
    decided: int | None = None
    delivered: int | None = None
    is_cut: bool = False
    events: list[tuple[Any, ...]] = dataclasses.field(default_factory=list)
    tasks: list[Task] = dataclasses.field(default_factory=list)

    @property
    def holder(self) -> HolderKind:
        return lifecycle.HOLDER_OF[self.status]

    def step(self, action: CaseAction, at: int, actor: Actor, opinion: str | None = None, evidence: Any = None) -> bool:
        """Take one step, unless it lies beyond the period. Whether it was taken."""
        self.is_cut = self.is_cut or at >= self.cutoff
        if self.is_cut:
            return False
        if action != CaseAction.RECEIVE:
            self.status = lifecycle.next_status(self.status, action)
        if action in lifecycle.RESULT_OF:
            self.result, self.decided = lifecycle.RESULT_OF[action], at
        if action == CaseAction.ACCEPT:
            self.accepted = at
        if action == CaseAction.DELIVER:
            self.delivered = at
        text = json.dumps(evidence, ensure_ascii=False) if evidence else None
        self.events.append((len(self.events) + 1, action.value, self.status.value, at, *actor, opinion, text))
        return True


class Teller:
    def __init__(self, places: Places, period: Period, declared: Distributions, seed: int) -> None:
        self._places, self._period, self._declared = places, period, declared
        self._words, self._dice = declared.opinions, random.Random(f"{seed} stories")
        self._terms: dict[tuple[dt.date, int, LimitUnit], Due] = {}

    def tell(self, filed: Filed) -> Story:
        story = Story(filed, self._period.cutoff)
        story.step(CaseAction.RECEIVE, filed.submitted, self._receiver(filed))
        match filed.ending:
            case "waiting":
                pass
            case "refused" | "not_required" | "voided":
                self._turn_away(story)
            case "correcting" | "correction_expired" | "corrected":
                self._correct(story)
            case "withdrawn" if filed.item.is_immediate:
                story.step(CaseAction.WITHDRAW, filed.accepted, self._clerk(filed), self._words.withdraw)
            case _:
                self._handle(story, filed.accepted)
        return story

    def materials(self, filed: Filed, *, is_open: bool) -> list[tuple[Material, str, MaterialState]]:
        """(material, key, state) of the item's list, as handed in."""
        found = []
        is_missing = filed.ending == "correcting"
        for position, material in enumerate(filed.item.guide.materials):
            state = MaterialState.RECEIVED
            if material.necessity == Necessity.CONDITIONAL and self._dice.random() < 0.4:
                state = MaterialState.NOT_APPLICABLE
            elif material.necessity == Necessity.DEFERRABLE and is_open:
                is_deferred = self._dice.random() < self._declared.deferrable_deferred
                state = MaterialState.DEFERRED if is_deferred else state
            elif is_missing and material.necessity == Necessity.REQUIRED:
                state, is_missing = MaterialState.MISSING, False
            found.append((material, intake.material_key(material, position), state))
        return found

    def _clerk(self, filed: Filed) -> Actor:
        return filed.counter.clerk_id, filed.counter.clerk_name, filed.counter.window_id

    def _receiver(self, filed: Filed) -> Actor:
        return (None, PUBLIC, filed.counter.centre_id) if filed.is_online else self._clerk(filed)

    def _reviewer(self, filed: Filed, department_id: int | None = None) -> Actor:
        found = self._places.reviewers.get(department_id or filed.item.department_id)
        return (*found, filed.counter.centre_id) if found else self._clerk(filed)

    def _turn_away(self, story: Story) -> None:
        action, opinion = {
            "refused": (CaseAction.REFUSE_ACCEPTANCE, self._words.refuse),
            "not_required": (CaseAction.DECLARE_NOT_REQUIRED, self._words.not_required),
            "voided": (CaseAction.VOID, self._words.void),
        }[story.filed.ending]
        story.step(action, story.filed.accepted, self._clerk(story.filed), opinion)

    def _correct(self, story: Story) -> None:
        """Told once what is missing; handed in within days, or not at all."""
        filed, ending = story.filed, story.filed.ending
        names = [material.name for material in filed.item.guide.materials if material.necessity == Necessity.REQUIRED]
        missing = names[:1] or self._words.correction_missing[:1]
        asked, clerk = filed.accepted, self._clerk(filed)
        story.step(
            CaseAction.REQUEST_CORRECTION,
            asked,
            clerk,
            self._words.request_correction,
            {"missing": missing, deeming.UNTIL: f"{self._local(asked) + CORRECTION}"},
        )
        if ending == "correction_expired":
            late = self._later(asked, 15, 22)
            story.step(CaseAction.EXPIRE_CORRECTION, late, clerk, self._words.expire)
        elif ending == "corrected":
            again = self._later(asked, 1, 5)
            story.step(CaseAction.RESUBMIT, again, self._receiver(filed))
            self._handle(story, self._period.later(again, self._dice.randint(5, 40) * MINUTE))

    def _later(self, moment: int, least: float, most: float) -> int:
        day = self._period.calendar.schedule.minutes * MINUTE
        return self._period.later(moment, self._dice.uniform(least, most) * day)

    def _handle(self, story: Story, at: int) -> None:
        """Accepted, examined stage by stage, decided, collected."""
        filed = story.filed
        if not story.step(CaseAction.ACCEPT, at, self._clerk(filed)):
            return
        if filed.item.is_immediate:
            end = self._period.later(at, self._dice.randint(*self._declared.visit.to_decision))
            story.step(CaseAction.GRANT, end, self._clerk(filed))
            handed = self._period.later(end, self._dice.randint(*self._declared.visit.to_delivery))
            story.step(CaseAction.DELIVER, handed, self._clerk(filed))
            return
        self._start_clocks(story, at)
        end = self._decision_moment(story, at)
        self._work(story, at, end)
        if self._decide(story, end) and self._dice.random() >= self._declared.uncollected:
            collected = self._later(end, 0, self._declared.collected_within)
            receiver = {"receiver": "申请人本人"}
            story.step(CaseAction.DELIVER, collected, self._clerk(filed), None, receiver)

    def _start_clocks(self, story: Story, at: int) -> None:
        item = story.filed.item
        (story.due, is_first), (story.statutory_due, is_second) = (
            self._term(at, *item.promise),
            self._term(at, *item.statutory),
        )
        story.is_provisional = is_first or is_second

    def _term(self, at: int, amount: int | None, unit: LimitUnit) -> Due:
        """As services.cases.clocks; limits in days depend on the day alone and are kept."""
        if amount is None:
            return None, False
        start = dt.datetime.fromtimestamp(at, self._period.zone)
        key = (start.date(), amount, unit)
        if unit in TIMED_UNITS or key not in self._terms:
            found = clocks.term(start, amount, unit, self._period.calendar)
            assert found is not None
            self._terms[key] = int(found.due.timestamp()), found.provisional
        return self._terms[key]

    def _decision_moment(self, story: Story, at: int) -> int:
        """Within the promise at the declared pace; on the day of acceptance, or late, where the ending says so."""
        period, ending = self._period, story.filed.ending
        if ending in LEFT_OPEN:
            return period.cutoff
        worked = period.worked(story.due) - period.worked(at) if story.due else NO_LIMIT
        if ending == "late" and story.due:
            return self._later(story.due, 0.1, 2)
        if ending == "same_day":
            evening = period.worked(int(period.starts[period.days.index(self._local(at)) + 1]))
            worked = max(min(worked, evening - period.worked(at)) - MINUTE, 0)
        return period.later(at, worked * self._dice.betavariate(*self._declared.promised_pace))

    def _local(self, at: int) -> dt.date:
        return dt.datetime.fromtimestamp(at, self._period.zone).date()

    def _work(self, story: Story, at: int, end: int) -> None:
        """The department tasks of the stages, one after another, and what the reviewers wrote on the way."""
        filed, period = story.filed, self._period
        stages = sorted({task.stage for task in filed.item.flow})
        total, started = period.worked(end) - period.worked(at), at
        for place, stage in enumerate(stages, start=1):
            is_last = place == len(stages) or filed.ending in LEFT_OPEN
            finish = end if is_last else period.later(at, total * place / len(stages))
            self._stage(story, [task for task in filed.item.flow if task.stage == stage], started, finish)
            if filed.ending != "accepted":
                seen = started + max((finish - started) // 3, 1)
                seen = period.later(seen, self._dice.randrange(2 * HOUR))
                self._examine(story, min(seen, finish), stage)
            if finish >= story.cutoff:
                break
            started = finish
        if filed.ending == "suspended":
            self._suspend(story)

    def _stage(self, story: Story, flow: list[FlowTask], started: int, finish: int) -> None:
        for position, each in enumerate(flow):
            due = story.due if each.limit is None else self._term(started, each.limit, each.unit)[0]
            task = Task(each, started, due)
            if finish < story.cutoff:
                is_needed = each.join == "all" or position == 0
                task.state = TaskState.DONE if is_needed else TaskState.CANCELLED
                task.finished = finish
                task.finished_by = self._reviewer(story.filed, each.department_id)[1]
            story.tasks.append(task)

    def _examine(self, story: Story, at: int, stage: int) -> None:
        departments = [task.department_id for task in story.filed.item.flow if task.stage == stage]
        if story.filed.ending in LEFT_OPEN and at >= story.cutoff:
            at = self._soon(story)
        actor = self._reviewer(story.filed, departments[0] if departments else None)
        story.step(CaseAction.EXAMINE, at, actor, self._dice.choice(self._words.examine))

    def _soon(self, story: Story) -> int:
        """A moment after the last step that still lies within the period."""
        last = int(story.events[-1][3])
        soon = self._period.later(last, self._dice.randint(10, 120) * MINUTE)
        return soon if soon < story.cutoff else last + MINUTE

    def _suspend(self, story: Story) -> None:
        evidence = {"kind": "专家评审"}
        story.step(CaseAction.SUSPEND, self._soon(story), self._reviewer(story.filed), self._words.suspend, evidence)

    def _decide(self, story: Story, at: int) -> bool:
        actor, words = self._reviewer(story.filed), self._words
        match story.filed.ending:
            case "denied":
                evidence = {"reasons": words.deny_reasons, "remedies": words.deny_remedies}
                return story.step(CaseAction.DENY, at, actor, words.deny_reasons, evidence)
            case "withdrawn":
                clerk = self._clerk(story.filed)
                taken = story.step(CaseAction.WITHDRAW, at, clerk, words.withdraw)
                for task in story.tasks if taken else ():
                    task.state = TaskState.CANCELLED
                return False
            case _:
                return story.step(CaseAction.GRANT, at, actor, self._dice.choice(words.grant))


def task_id(story: Story, position: int) -> int:
    """Ordered by time like every identity; the case's own place in its millisecond keeps the tasks apart."""
    moment, place = divmod(story.filed.id, 1 << SHIFT)
    return (moment << SHIFT) + place * TASKS_A_CASE + position
