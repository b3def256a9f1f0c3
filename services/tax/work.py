"""Running the comparisons as a job of its own process."""

import datetime as dt
from typing import Any

import settings
from models.enums import Regime, RunState
from services import database
from services.actors import Actor
from services.jobs import Progress
from services.tax import rules, runs, settling


def reconcile(actor: Actor, parameters: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`parameters`: codes (none: all in use), as_of, regime."""
    now = dt.datetime.now(settings.current().zone)
    as_of, regime = dt.date.fromisoformat(parameters["as_of"]), Regime(parameters["regime"])
    with database.reading() as session:
        chosen = rules.in_use(session, actor.district_id, regime=regime, codes=parameters.get("codes"))
    done = []
    for turn, rule in enumerate(chosen):
        progress.at(turn, len(chosen), f"正在比对 {rule.code} {rule.name}", always=True)
        done.append(
            runs.run(
                rule, as_of=as_of, regime=regime, actor=actor, now=now, progress=progress,
                after=lambda session, made: settling.follow(session, made, actor=actor, now=now),
            )
        )  # fmt: skip
    progress.at(len(chosen), len(chosen), always=True)
    undecidable = sum(each.state == RunState.UNDECIDABLE for each in done)
    confirmed, suspected = (sum(getattr(each, name) for each in done) for name in ("confirmed", "suspected"))
    told = f"完成 {len(done)} 项比对，确认疑点 {confirmed:,} 条，疑似 {suspected:,} 条"
    return {
        "message": told + (f"；{undecidable} 项无法判定" if undecidable else ""),
        "runs": [each.id for each in done],
    }
