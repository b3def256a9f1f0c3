"""A bundle of six departments taken in at one window, and one department's opinion on it."""

import datetime as dt
import itertools
from collections.abc import Iterator

from sqlalchemy import select

import settings
from benchmarks.district import District
from benchmarks.filing import PERSON
from benchmarks.timing import Figure, figure, seconds
from models.bundles import BundleHandling
from models.catalogue import Bundle, ServiceItem
from models.enums import MaterialState, Opinion
from services import bundles, database
from services.bundles import BundleFiling
from services.cases import circulation
from services.demo.acting import Staff

BUNDLE, EXTRA = "catering_shop", "户外广告设置许可"
OPINION_OF = "工商行政管理局"
WARM = 5


def bundle(district: District, runs: int) -> Iterator[Figure]:
    """Every run files a new case and gives one opinion on it; nothing where the district has no such bundle."""
    with database.reading() as session:
        found = session.scalar(select(Bundle).where(Bundle.code == BUNDLE))
        if found is None:
            return
        composed = bundles.compose(session, district.actor.district_id, found.id)
        extra = [member.id for member in composed.members if member.name == EXTRA]
        composed = bundles.compose(session, district.actor.district_id, found.id, extra)
        handling = session.get_one(BundleHandling, (found.district_id, found.id))
        lead = session.get_one(ServiceItem, (found.district_id, handling.item_id)).department_id
        staff = Staff(session, found.district_id)
        clerk, reviewer = staff.clerk(lead), staff.reviewer(OPINION_OF)
    states = {each.material.key: MaterialState.RECEIVED for each in composed.materials}
    serial, numbers = itertools.count(1), []

    def now() -> dt.datetime:
        return dt.datetime.now(settings.current().zone)

    def file() -> None:
        form = f"benchmark-bundle-{next(serial)}-{now().timestamp():.0f}"
        filing = BundleFiling(found.id, PERSON, extra, states, form_key=form)
        with database.writing() as session:
            numbers.append(bundles.file(session, filing, actor=clerk, now=now()).number)

    def opine() -> None:
        with database.writing() as session:
            circulation.give(session, numbers[-1], Opinion.AGREE, actor=reviewer, now=now())

    taken = [(seconds(file) * 1000, seconds(opine) * 1000) for _ in range(runs + WARM)][WARM:]
    departments = len(composed.departments)
    yield figure("parallel", f"bundle of {departments} departments filed", [pair[0] for pair in taken])
    yield figure("parallel", "one department's opinion", [pair[1] for pair in taken])
