"""Comparing the registers with the tax office's."""

import datetime as dt
import hashlib
from pathlib import Path
from typing import Annotated, Any

import typer

from commands.answers import Answer, AsJson, check_schema, command, now, reading, writing
from models.enums import Regime, RunState
from models.taxes import TaxRun
from services.database import Session
from services.tax import exporting, rules, runs, seeding, settling
from services.tax.rules import KeptRule, base_code

COUNTS = ("compared_left", "compared_right", "confirmed", "suspected", "linked", "undecidable")


@command
def reconcile(
    rule: Annotated[list[str] | None, typer.Option(help="规则编号，如 TX-1，可多次；默认全部")] = None,
    as_of: Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="截至哪一天，默认今天")] = None,
    regime: Annotated[Regime, typer.Option(help="current 现行体制，legacy_2008 2008 年体制")] = Regime.CURRENT,
    out: Annotated[Path | None, typer.Option(help="每项规则写一个 CSV 到这个文件夹", file_okay=False)] = None,
    whole: Annotated[bool, typer.Option("--whole", help="全量比对，不利用上一次的结果")] = False,
    as_json: AsJson = False,
) -> Answer:
    """比对登记名册，找出税务部门没有见到的户和交易。"""
    check_schema()
    day = as_of.date() if as_of else now().date()
    with writing() as (session, actor):
        seeding.seed(session, actor.district_id, now=now())
    with reading() as (session, actor):
        chosen = rules.in_use(session, actor.district_id, regime=regime, codes=rule or None)
    at = now()

    def follow(session: Session, made: TaxRun) -> None:
        settling.follow(session, made, actor=actor, now=at)

    done = [
        (each, runs.run(each, as_of=day, regime=regime, actor=actor, now=at, after=follow, whole=whole))
        for each in chosen
    ]
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        with writing() as (session, actor):
            for each, made in done:
                exporting.write_csv(session, made, out / f"{base_code(each.code)}.csv", actor=actor, now=now())
    together = hashlib.sha256("".join(str(made.result_hash) for _, made in done).encode()).hexdigest()
    data = {
        "as_of": day.isoformat(),
        "run": done[-1][1].id if done else None,
        "hash": together,
        "rules": [_told(each, made) for each, made in done],
    }
    return Answer(data, [f"截至 {day}，共 {len(done)} 项", *(_line(each, made) for each, made in done)])


def _told(rule: KeptRule, made: TaxRun) -> dict[str, Any]:
    found: dict[str, Any] = {"rule": base_code(rule.code)} | {name: getattr(made, name) for name in COUNTS}
    notes = [made.reason, *made.summary.get("notes", [])]
    return found | {"state": made.state.value, "reason": "；".join(filter(None, notes))}


def _line(rule: KeptRule, made: TaxRun) -> str:
    head = f"{base_code(rule.code)} {rule.name}："
    if made.state == RunState.UNDECIDABLE:
        return f"{head}无法判定，{made.reason}"
    return (
        f"{head}对照 {made.compared_left:,} 与 {made.compared_right:,}，确认疑点 {made.confirmed:,}，"
        f"疑似同一户 {made.suspected:,}，已关联 {made.linked:,}，无法判定 {made.undecidable:,}"
    )
