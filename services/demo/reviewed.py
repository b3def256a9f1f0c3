"""The demonstration's cases in their two steps of review: waiting online, corrected once, withheld at pick-up."""

import dataclasses
import datetime as dt
from collections.abc import Iterator

from sqlalchemy.orm import Session

import settings
from models.cases import Case
from models.enums import ApplicationChannel, DocumentVerdict, MaterialState
from services.attachments import Upload
from services.cases import authenticity, correcting, details, intake, received, review
from services.cases.authenticity import Original
from services.cases.intake import Filing, MaterialEntry
from services.demo.acting import Act, Staff, Step, firms
from services.demo.clocked import DEPARTMENT, promised_version
from services.rules.completeness import Judged
from services.rules.guide import Guide

FIRMS = ("锦里鲜生", "玉林小厨", "双楠烘焙")
SEED = 17
PAGE = b"%PDF-1.4\n% a scanned page of the demonstration\n%%EOF\n"
V = DocumentVerdict


def _online(name: str, firm: int, missing: int = 0) -> Act:
    """Handed in online with a scan of each document but the last `missing` ones."""

    def act(session: Session, staff: Staff, now: dt.datetime) -> None:
        version = promised_version(session, staff)
        materials = Guide.model_validate(version.guide).materials
        keys = [intake.material_key(each, place) for place, each in enumerate(materials)]
        there = keys[: len(keys) - missing]
        entries = [
            MaterialEntry(key, MaterialState.RECEIVED if key in there else MaterialState.MISSING) for key in keys
        ]
        scans = [Upload(f"{materials[keys.index(key)].name}.pdf", PAGE, key) for key in there]
        filing = Filing(
            version.item_id, firms(FIRMS, SEED)[firm], entries, scans, ApplicationChannel.ONLINE, is_to_review=True
        )
        clerk = dataclasses.replace(
            staff.clerk(staff.departments[DEPARTMENT]), user_id=None, window_id=None, name="公众"
        )
        staff.numbers[name] = intake.file(session, filing, actor=clerk, now=now).number

    return act


def _judged(session: Session, staff: Staff, number: str, **wrong: str) -> list[Judged]:
    case = _case(session, staff, number)
    return [
        Judged(each.key, V.USABLE) if each.name not in wrong else Judged(each.key, V.ILLEGIBLE, wrong[each.name])
        for each in received.documents(session, case)
    ]


def _case(session: Session, staff: Staff, number: str) -> Case:
    return details.get(session, number, staff.clerk(staff.departments[DEPARTMENT]))


def _asked(name: str, note: str) -> Act:
    """The first document is asked for again."""

    def act(session: Session, staff: Staff, now: dt.datetime) -> None:
        number, clerk = staff.numbers[name], staff.clerk(staff.departments[DEPARTMENT])
        first = received.documents(session, _case(session, staff, number))[0]
        until = now.astimezone(settings.current().zone).date() + dt.timedelta(days=correcting.USUAL_DAYS)
        judged = _judged(session, staff, number, **{first.name: note})
        correcting.request(session, number, judged, until, actor=clerk, now=now)

    return act


def _corrected(name: str) -> Act:
    def act(session: Session, staff: Staff, now: dt.datetime) -> None:
        number, clerk = staff.numbers[name], staff.clerk(staff.departments[DEPARTMENT])
        first = received.documents(session, _case(session, staff, number))[0]
        scan = Upload(f"{first.name}（重新扫描）.pdf", PAGE + b"%", first.key)
        correcting.resubmit(session, number, [first.key], [scan], actor=clerk, now=now)

    return act


def _accepted(name: str) -> Act:
    def act(session: Session, staff: Staff, now: dt.datetime) -> None:
        number, clerk = staff.numbers[name], staff.clerk(staff.departments[DEPARTMENT])
        correcting.accept(session, number, _judged(session, staff, number), actor=clerk, now=now)

    return act


def _granted(name: str) -> Act:
    return lambda session, staff, now: review.grant(
        session, staff.numbers[name], "符合条件，准予许可", actor=staff.reviewer(DEPARTMENT), now=now
    )


def _found_false(name: str, note: str) -> Act:
    def act(session: Session, staff: Staff, now: dt.datetime) -> None:
        number, clerk = staff.numbers[name], staff.clerk(staff.departments[DEPARTMENT])
        waiting = authenticity.to_check(session, _case(session, staff, number))
        compared = [Original(each.material_key, place > 0, "" if place else note) for place, each in enumerate(waiting)]
        authenticity.compare(session, number, compared, actor=clerk, now=now)

    return act


def steps() -> Iterator[Step]:
    yield Step(9, "09:10", _online("withheld", 0))
    yield Step(8, "10:20", _accepted("withheld"))
    yield Step(4, "11:30", _granted("withheld"))
    yield Step(1, "10:40", _found_false("withheld", "法定代表人签名与原件不同"))
    yield Step(3, "20:15", _online("corrected", 1))
    yield Step(2, "09:30", _asked("corrected", "扫描件不清，看不到签字，请重新扫描"))
    yield Step(1, "19:05", _corrected("corrected"))
    yield Step(0, "09:15", _online("waiting", 2))
