"""我的工作: what a person has to do today, figure by figure, each opening its list."""

import dataclasses
import datetime as dt

from models.enums import OPEN_STATUSES, Permission
from services.actors import Actor
from services.cases import delivery, search, worklists
from services.cases.search import CaseFilter
from services.database import Session
from ui import case_queues, cases, words
from ui.case_queues import DELIVERY
from ui.cases import FigureLink


def figures(session: Session, actor: Actor, now: dt.datetime) -> list[FigureLink]:
    """What waits for me first, then what is due and overdue in my sight, then what I took in today."""
    found = []
    if actor.may(Permission.CASES_REVIEW):
        found += case_queues.load_figures(worklists.workload(session, actor, now=now))[:1]
    if actor.may(Permission.CASES_DELIVER):
        found.append(FigureLink("待送达", words.count(delivery.count(session, actor)), DELIVERY, {}))
    for label, wanted in filters(actor, now.date()).items():
        counted = search.count(session, wanted, actor, now=now)
        link = cases.linked(label, counted.value, wanted)
        found.append(link._replace(value=f"{link.value}+") if counted.capped else link)
    return found


def filters(actor: Actor, today: dt.date) -> dict[str, CaseFilter]:
    """The lists behind the figures."""
    found = {
        "今天到期": CaseFilter(due_on=today),
        "已超期": CaseFilter(is_overdue=True),
        "在办": CaseFilter(statuses=OPEN_STATUSES),
    }
    if actor.may(Permission.CASES_INTAKE):
        found["我今天收的"] = CaseFilter(clerk_id=actor.user_id, since=today, until=today)
    return found


@dataclasses.dataclass(frozen=True)
class Urgent:
    """What needs a look now: cases due today, else overdue ones."""

    title: str
    rows: list[search.CaseRow]


def urgent(session: Session, actor: Actor, now: dt.datetime) -> list[Urgent]:
    """The overdue and the cases due today, ten each."""
    asked = {"已超期，请尽快处理": CaseFilter(is_overdue=True), "今天到期": CaseFilter(due_on=now.date())}
    return [
        Urgent(title, list(search.page(session, wanted, actor, now=now, size=10).rows))
        for title, wanted in asked.items()
    ]
