"""Step one of the review: complete and usable, judged document by document; corrected once, or accepted, or turned away.

Sources: 行政许可法 art. 32; domain §2.2 (two-step review).
"""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy.orm import Session

import settings
from models.cases import Case, CaseMaterial
from models.catalogue import ItemVersion
from models.clocks import CaseMark
from models.enums import CaseAction, MarkKind, MaterialState, Permission
from models.reviews import MaterialVerdict
from services import access, attachments, audit, calendars
from services.actors import Actor
from services.attachments import Upload
from services.cases import accepting, deeming, details, received, review, telling, transitions
from services.errors import Conflict, Invalid, NotAllowed, WrongState
from services.rules import completeness, lifecycle
from services.rules.completeness import Document, Judged
from services.rules.guide import Guide

USUAL_DAYS, MOST_DAYS = 15, 90  # natural days for a correction
BODY_LENGTH = 100


def _opened(session: Session, number: str, actor: Actor, action: CaseAction, seen: int | None) -> Case:
    actor.must(Permission.CASES_INTAKE)
    case = details.get(session, number, actor)
    if seen is not None and case.version != seen:
        raise Conflict(transitions.TAKEN)
    served = access.served(session, actor)
    if served is not None and case.department_id not in served:
        raise NotAllowed("本窗口不受理该部门的事项，请转该部门窗口审查")
    lifecycle.next_status(case.status, action)
    return case


def _judge(session: Session, case: Case, judged: Sequence[Judged], actor: Actor, now: dt.datetime) -> list[Document]:
    """Keep what is said of every document of this round. Raises Invalid while one is not judged."""
    found, said = received.documents(session, case), {each.key: each for each in judged}
    completeness.check(found, said)
    number = received.round_of(details.events(session, case))
    for document in found:
        session.merge(
            MaterialVerdict(
                district_id=case.district_id,
                case_id=case.id,
                round=number,
                material_key=document.key,
                name=document.name,
                verdict=said[document.key].verdict,
                note=said[document.key].note.strip(),
                content=document.content,
                judged_by=actor.name,
                judged_at=now,
            )
        )
    return found


def accept(
    session: Session,
    number: str,
    judged: Sequence[Judged],
    *,
    actor: Actor,
    now: dt.datetime,
    expected_version: int | None = None,
) -> None:
    """Every document is usable: the case is accepted and its clocks start. Raises Invalid naming the documents."""
    case = _opened(session, number, actor, CaseAction.ACCEPT, expected_version)
    found = _judge(session, case, judged, actor, now)
    wrong = completeness.defects(found, {each.key: each for each in judged})
    if wrong:
        problems = {document.key: f"「{document.name}」{said.verdict.label}" for document, said in wrong}
        raise Invalid(f"{'；'.join(problems.values())}：请一次性告知补正，不能受理", problems)
    version = session.get_one(ItemVersion, (case.district_id, case.item_version_id))
    calendar = calendars.work_calendar(session, case.district_id, case.centre_id)
    with transitions.counted(session, case):
        case.clerk_id = case.clerk_id or actor.user_id  # who accepts does not decide alone (R-SEC-06)
        step = transitions.move(session, case, CaseAction.ACCEPT, actor=actor, now=now)
        accepting.begin(session, case, version, Guide.model_validate(version.guide), calendar, now=now)
    telling.tell(session, case, step, now=now)
    audit.record(session, "case.accept", ("case", number), actor=actor, now=now, after={"documents": len(found)})


def request(
    session: Session,
    number: str,
    judged: Sequence[Judged],
    until: dt.date,
    *,
    actor: Actor,
    now: dt.datetime,
    expected_version: int | None = None,
) -> None:
    """Tell once and completely what is to be corrected, and until when.

    Raises Invalid naming the documents, WrongState with the proof for what was passed before and has not changed since.
    """
    case = _opened(session, number, actor, CaseAction.REQUEST_CORRECTION, expected_version)
    wrong = _wrong(session, case, judged)
    _check_end(until, now)
    turn = received.round_of(details.events(session, case))
    _judge(session, case, judged, actor, now)
    asked = [
        {"key": document.key, "name": document.name, "verdict": each.verdict.label, "note": each.note.strip()}
        for document, each in wrong
    ]
    told = {"round": turn, "items": asked, deeming.UNTIL: until.isoformat()}
    text = "；".join(
        f"{each['name']}：{each['verdict']}{'，' + each['note'] if each['note'] else ''}" for each in asked
    )
    with transitions.counted(session, case):
        step = transitions.move(
            session, case, CaseAction.REQUEST_CORRECTION, actor=actor, now=now, opinion=text, evidence=told
        )
    telling.tell(session, case, step, now=now)
    audit.record(session, "case.request_correction", ("case", number), actor=actor, now=now, after=told)


def _wrong(session: Session, case: Case, judged: Sequence[Judged]) -> list[tuple[Document, Judged]]:
    """What is to be corrected: complete, and nothing that was passed before and has not changed."""
    found, said = received.documents(session, case), {each.key: each for each in judged}
    completeness.check(found, said)
    wrong = completeness.defects(found, said)
    if not wrong:
        raise Invalid("所有材料都合格，没有需要补正的，请受理")
    completeness.refuse_later(wrong, received.earlier(session, case), settings.current().zone)
    return wrong


def _check_end(until: dt.date, now: dt.datetime) -> None:
    today = now.astimezone(settings.current().zone).date()
    if not today < until <= today + dt.timedelta(days=MOST_DAYS):
        message = f"补正期限应在明天以后、{MOST_DAYS} 天以内"
        raise Invalid(message, {"until": message})


def resubmit(
    session: Session,
    number: str,
    handed: Sequence[str],
    uploads: Sequence[Upload] = (),
    *,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """The correction comes in: the keys handed in on paper, and the files; the five days begin anew.

    The window enters it, or the applicant does with number and code (`resubmit_of` behind the portal's own check).
    """
    actor.must(Permission.CASES_INTAKE)
    resubmit_of(session, details.get(session, number, actor), handed, uploads, actor=actor, now=now)


def resubmit_of(
    session: Session,
    case: Case,
    handed: Sequence[str],
    uploads: Sequence[Upload] = (),
    *,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """As `resubmit`, of a case that the caller may already see."""
    lifecycle.next_status(case.status, CaseAction.RESUBMIT)
    keys = sorted({*handed, *(each.material_key for each in uploads if each.material_key)})
    materials = {key: session.get(CaseMaterial, (case.district_id, case.id, key)) for key in keys}
    if not keys or any(each is None for each in materials.values()):
        raise Invalid("请选择补交了哪些材料", {"handed": "请选择补交了哪些材料"})
    for each in materials.values():
        if each is not None:
            each.state = MaterialState.RECEIVED
    for upload in uploads:
        attachments.keep(session, case, upload, actor=actor, now=now)
    with transitions.counted(session, case):
        step = transitions.move(session, case, CaseAction.RESUBMIT, actor=actor, now=now, evidence={"handed": keys})
    telling.tell(session, case, step, now=now)
    audit.record(session, "case.resubmit", ("case", case.number), actor=actor, now=now, after={"handed": keys})


def turn_away(
    session: Session,
    number: str,
    action: CaseAction,
    reasons: str,
    right_body: str = "",
    *,
    actor: Actor,
    now: dt.datetime,
    expected_version: int | None = None,
) -> None:
    """不予受理, which names the body that is right (art. 32-2), or 不受理: no permit is needed (art. 32-1)."""
    case = _opened(session, number, actor, action, expected_version)
    if action not in (CaseAction.REFUSE_ACCEPTANCE, CaseAction.DECLARE_NOT_REQUIRED):
        raise WrongState(f"「{action.label}」不是收件审查的结论")
    body = " ".join(right_body.split())
    if action is CaseAction.REFUSE_ACCEPTANCE and not 0 < len(body) <= BODY_LENGTH:
        message = "不予受理须告知申请人向哪个机关申请（《行政许可法》第三十二条）"
        raise Invalid(message, {"right_body": message})
    text = review.written(reasons, "理由", "reasons")
    told = {"right_body": body} if body else None
    with transitions.counted(session, case):
        step = transitions.move(session, case, action, actor=actor, now=now, opinion=text, evidence=told)
    telling.tell(session, case, step, now=now)
    audit.record(session, f"case.{action.value}", ("case", number), actor=actor, now=now, after=told, reason=text)


def late_request(session: Session, number: str, what: str, *, actor: Actor, now: dt.datetime) -> None:
    """After acceptance nothing may be asked for again: what the department still wants is a supervised exception."""
    case, _ = review.opened(session, number, actor, None)
    text = review.written(what, "要求补充什么、为什么受理时没有提出", "what", shortest=10)
    with transitions.counted(session, case):
        transitions.move(session, case, CaseAction.LATE_REQUEST, actor=actor, now=now, opinion=text)
    key = {"district_id": case.district_id, "case_id": case.id, "kind": MarkKind.LATE_REQUEST}
    session.merge(CaseMark(**key, at=now, note=text))
    audit.record(session, "case.late_request", ("case", number), actor=actor, now=now, reason=text)
