"""Texts to applicants and offices, written to the outbox in the transaction of the step (design §4). No id numbers in texts."""

import datetime as dt
from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

import settings
from models.cases import Applicant, Case, CaseEvent
from models.catalogue import ItemVersion
from models.enums import MessageEvent
from models.organisations import Organisation
from services import confidential
from services.documents import composing
from services.outbox import templates, writing
from services.outbox.writing import Cause
from services.rules import message_texts
from services.rules.guide import Guide

REASON_LENGTH = 500


def tell_office(
    session: Session,
    office: Organisation,
    event: MessageEvent,
    key: str,
    values: Mapping[str, str],
    *,
    now: dt.datetime,
    case_id: int | None = None,
) -> None:
    """Queue the event's text to an office's telephone, once for each key; nothing without one."""
    wording = templates.of_event(session, office.district_id, event)
    if not office.phone or not wording.is_sent:
        return
    cause = Cause(office.district_id, f"{event.value}:{key}", event.value, case_id)
    writing.sms(session, cause, office.phone, message_texts.fill(wording.sms, values), now=now)


def announce(
    session: Session,
    case: Case,
    event: MessageEvent,
    version: ItemVersion,
    *,
    now: dt.datetime,
    step: CaseEvent | None = None,
) -> None:
    """Queue what the applicant is told of the event, by text and by e-mail, as far as their addresses are known.

    `step`: the case's event with its reasons and evidence, where the text speaks of them.
    """
    wording = templates.of_event(session, case.district_id, event)
    applicant = session.get(Applicant, (case.district_id, case.applicant_id))
    if applicant is None or not wording.is_sent:
        return
    key = f"{case.number}:{event.value}:{now.astimezone(settings.current().zone):%Y%m%d%H%M%S}"
    if applicant.phone_cipher is not None:
        text = _filled(session, wording.sms, case, version, step)
        cause = Cause(case.district_id, key, event.value, case.id)
        writing.sms(session, cause, confidential.decrypt(applicant.phone_cipher), text, now=now)
    if applicant.email_cipher is not None and wording.email_body:
        subject = _filled(session, wording.email_subject, case, version, step)
        body = _filled(session, wording.email_body, case, version, step)
        cause = Cause(case.district_id, f"{key}:email", event.value, case.id)
        writing.email(session, cause, confidential.decrypt(applicant.email_cipher), subject, body, now=now)


def _filled(session: Session, text: str, case: Case, version: ItemVersion, step: CaseEvent | None) -> str:
    """Only what the text names is looked up."""
    sources = _sources(session, case, version, step)
    return message_texts.fill(text, {name: sources[name]() for name in message_texts.placeholders(text)})


def _sources(
    session: Session, case: Case, version: ItemVersion, step: CaseEvent | None
) -> Mapping[str, Callable[[], str]]:
    told = (step.evidence or {}) if step is not None else {}

    def of_place(name: str) -> Callable[[], str]:
        return lambda: str(composing.place(session, case, Guide.model_validate(version.guide))[name])

    return {
        "事项": lambda: version.name,
        "办件编号": lambda: case.number,
        "承诺期限": lambda: composing.due(case.due_at, is_provisional=case.is_provisional) or "规定期限",
        "补正期限": lambda: composing.day_of(told.get("until")) or "规定期限",
        "补正内容": lambda: "\n".join(_asked(told)),
        "理由": lambda: (step.opinion or "" if step is not None else "")[:REASON_LENGTH] or "见书面文书",
        "勘验时间": lambda: composing.moment(dt.datetime.fromisoformat(told["at"])) if "at" in told else "约定时间",
        "勘验地点": lambda: str(told.get("place", "")) or "约定地点",
        "缴费金额": lambda: str(told.get("total", "")),
        "缴费期限": lambda: composing.day_of(told.get("until")) or "规定期限",
        "查询网址": lambda: writing.LINK,
        **{name: of_place(name) for name in ("中心", "窗口", "地址", "办公时间", "咨询电话")},
    }


def _asked(told: Mapping[str, list[Mapping[str, str]]]) -> list[str]:
    return [
        f"{place}. {each['name']}：{each['verdict']}{'，' + each['note'] if each['note'] else ''}"
        for place, each in enumerate(told.get("items", []), 1)
    ]
