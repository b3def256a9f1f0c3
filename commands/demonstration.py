"""The demonstration district."""

import dataclasses
import datetime as dt
from typing import Annotated

import typer

import settings
from commands.answers import Answer, AsJson, command, now
from services import actors, database, migrations
from services import demo as demonstration
from services.demo.registers import district as registers_demo

CASES = 20_000
CLOSING = dt.time(17, 0)
SET_UP = dt.timedelta(days=60)


def _opening(day: dt.date) -> dt.datetime:
    """Before the demonstration's own steps: the audit trail runs forward in time."""
    return dt.datetime.combine(day - SET_UP, CLOSING, settings.current().zone)


def _last_finished_day() -> dt.date:
    """Today once the halls have closed, else yesterday: a demonstration holds nothing from the future."""
    at = now()
    return at.date() if at.time() >= CLOSING else at.date() - dt.timedelta(days=1)


@command
def demo(
    cases: Annotated[int, typer.Option(min=1, help="办件数")] = CASES,
    seed: Annotated[int, typer.Option(min=0, help="随机种子：相同则数据相同")] = 1,
    until: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="最后一天，默认最近已下班的一天")
    ] = None,
    registers: Annotated[int, typer.Option(min=0, help="综合治税名册的户数，0 为不装")] = registers_demo.PARTIES,
    if_empty: Annotated[bool, typer.Option("--if-empty", help="已有用户或办件时什么也不做")] = False,
    as_json: AsJson = False,
) -> Answer:
    """装入一个可信的演示区：机构、窗口、事项、人员、一年的办件和待比对的登记名册。"""
    migrations.upgrade()
    with database.writing() as session:
        if if_empty and not demonstration.is_fresh(session):
            return Answer({"cases": 0, "skipped": True}, ["数据库已有数据，未装入演示数据"])
        demonstration.check_empty(session, cases)
        day = until.date() if until else _last_finished_day()
        district = demonstration.seed_district(session, now=_opening(day))
        built = demonstration.build(session, district_id=district.id, cases=cases, seed=seed, until=day)
        parallel = demonstration.tell(session, district.id, until=day)
    system = actors.system(district.id, name="演示数据")
    rows = registers_demo.load(system, until=day, now=now(), seed=seed, count=registers) if registers else 0
    data = dataclasses.asdict(built) | {"seed": seed, "until": day.isoformat(), "seconds": round(built.seconds, 2)}
    data |= {"parallel": parallel, "register_rows": rows}
    told = f"已装入 {built.cases:,} 件办件、{built.events:,} 条过程、{built.applicants:,} 个申请人，截至 {day}"
    told += f"；另有并联和项目办件 {parallel} 件；登记名册 {rows:,} 行"
    phases = "，".join(f"{name} {seconds:.1f}" for name, seconds in built.phases.items())
    lines = [told, f"用时 {built.seconds:.1f} 秒（{phases}）", f"演示账号见 {settings.DATA / 'demo_accounts.csv'}"]
    return Answer(data, lines)
