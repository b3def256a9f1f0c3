"""The correction handed in online, by who holds number and code: what was asked for, whole, once."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy.orm import Session

import settings
from services import actors
from services.applications.drafting import check_room
from services.attachments import Upload
from services.cases import correcting, received, tracking
from services.errors import Invalid, WrongState


def correct(
    session: Session,
    district_id: int,
    number: str,
    token: str,
    uploads: Sequence[Upload],
    *,
    source: str,
    now: dt.datetime,
) -> None:
    """Hand in a file for every document of the notice.

    Raises NotFound, Invalid naming what is missing, WrongState when nothing is asked for or it is too late.
    """
    case = tracking.linked(session, district_id, number, token)
    asked, until = received.asked(session, case)
    wanted, given = {each.key: each.name for each in asked}, {each.material_key or "" for each in uploads}
    if "" in wanted:
        raise WrongState("这份告知书没有逐份列明材料，请到收件窗口补正")
    if until is not None and now.astimezone(settings.current().zone).date() > until:
        raise WrongState(f"补正期限 {until} 已过，不能再在网上补正，请联系收件窗口或重新申请")
    if missing := [name for key, name in wanted.items() if key not in given]:
        raise Invalid(f"补正要一次补齐，还没有上传：{'、'.join(missing)}")
    if wanted and given - wanted.keys():
        raise Invalid("有告知书没有要求补交的材料，请只上传列出的")
    check_room(uploads)
    public = actors.public(district_id, source=source)
    correcting.resubmit_of(session, case, sorted(given), uploads, actor=public, now=now)
