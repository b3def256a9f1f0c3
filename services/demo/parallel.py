"""The demonstration's parallel cases, told through the services themselves."""

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.bundles import BundleHandling
from models.catalogue import Bundle, ServiceItem
from models.enums import MaterialState, Opinion
from services import bundles
from services.bundles import BundleFiling
from services.cases import circulation, details, reminding
from services.cases.circulation import Minutes
from services.demo.acting import Act, Staff, Step, firms

FIRMS = ("蜀韵印象", "锦城知味", "天府通达", "望江月明", "浣花雅集", "青羊食客", "琴台歌会")
SEED = 4
TAXES = ("国家税务局", "地方税务局")
YES, NO, UP = Opinion.AGREE, Opinion.DISAGREE, Opinion.FORWARD


def _filed(name: str, code: str, firm: int, *chosen: str) -> Act:
    """File the bundle for a firm of ours; later steps know the case by `name`."""

    def act(session: Session, staff: Staff, now: dt.datetime) -> None:
        bundle = session.scalars(
            select(Bundle).where(Bundle.district_id == staff.district_id, Bundle.code == code)
        ).one()
        handling = session.get_one(BundleHandling, (staff.district_id, bundle.id))
        item = session.get_one(ServiceItem, (staff.district_id, handling.item_id))
        everything = bundles.compose(session, staff.district_id, bundle.id)
        extra = [member.id for member in everything.members if member.name in chosen]
        found = bundles.compose(session, staff.district_id, bundle.id, extra)
        states = {each.material.key: MaterialState.RECEIVED for each in found.materials}
        filing = BundleFiling(bundle.id, firms(FIRMS, SEED)[firm], extra, states)
        filed = bundles.file(session, filing, actor=staff.clerk(item.department_id), now=now)
        staff.numbers[name] = filed.number

    return act


def _said(name: str, department: str, opinion: Opinion = YES, text: str = "") -> Act:
    def act(session: Session, staff: Staff, now: dt.datetime) -> None:
        actor = staff.reviewer(department)
        circulation.give(session, staff.numbers[name], opinion, text, actor=actor, now=now)

    return act


def _sent_up(name: str, department: str) -> Act:
    return lambda session, staff, now: circulation.send_up(
        session, staff.numbers[name], actor=staff.reviewer(department), now=now
    )


def _met(name: str, lead: str) -> Act:
    """The joint meeting of the departments that are asked now."""

    def act(session: Session, staff: Staff, now: dt.datetime) -> None:
        actor = staff.reviewer(lead)
        found = details.detail(session, staff.numbers[name], actor)
        said = {task.department_id: (YES, "") for task in found.tasks if task.finished_at is None}
        text = "现场踏勘后会审：选址、消防通道和通风符合要求，一致同意，开业前由公安分局复核。"
        minutes = Minutes(now.date(), "南区大厅三楼会商室", text, said)
        circulation.hold_meeting(session, staff.numbers[name], minutes, actor=actor, now=now)

    return act


def _reminded(session: Session, staff: Staff, now: dt.datetime) -> None:
    reminding.remind(session, staff.district_id, now=now)


def steps() -> Iterator[Step]:
    yield Step(6, "09:05", _filed("done", "enterprise_setup", 0))
    for time, department in (("10:20", "工商行政管理局"), ("10:45", "公安分局"), ("10:50", "质量技术监督局")):
        yield Step(6, time, _said("done", department))
    for time, department in (("11:15", TAXES[0]), ("11:40", TAXES[1]), ("13:20", "工商行政管理局")):
        yield Step(6, time, _said("done", department))
    yield Step(5, "09:30", _filed("silent", "catering_shop", 1, "户外广告设置许可"))
    yield Step(5, "15:10", _said("silent", "工商行政管理局"))
    yield Step(4, "10:05", _said("silent", "地方税务局"))
    yield Step(4, "14:20", _filed("met", "entertainment_venue", 6))
    yield Step(3, "09:20", _filed("superior", "logistics_company", 2))
    yield Step(3, "11:00", _said("superior", "工商行政管理局"))
    yield Step(3, "15:00", _said("silent", "公安分局", NO, "后厨与疏散通道之间未设防火分隔，整改后可再报"))
    yield Step(2, "09:40", _said("superior", "交通局", UP, "车辆总数超出区级审批权限，需报市交通局核定"))
    yield Step(2, "10:30", _met("met", "文化局"))
    yield Step(2, "16:00", _sent_up("superior", "交通局"))
    yield Step(1, "09:10", _filed("meeting", "entertainment_venue", 4, "户外广告设置许可"))
    yield Step(1, "10:40", _filed("waiting", "catering_shop", 5))
    for time, department in (("14:10", "工商行政管理局"), ("14:35", "地方税务局"), ("15:20", "公安分局")):
        yield Step(1, time, _said("waiting", department))
    yield Step(0, "09:20", _filed("running", "enterprise_setup", 3))
    yield Step(0, "10:55", _said("running", "工商行政管理局"))
    yield Step(0, "11:20", _said("running", "公安分局"))
    yield Step(0, "16:30", _reminded)
