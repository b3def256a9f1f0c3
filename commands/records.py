"""Looking after records: one case, all cases, the stored sums, the audit chain."""

import dataclasses
from typing import Annotated

import typer

from commands.answers import Answer, AsJson, command, local, reading, writing
from services import audit, counts
from services.cases import details, verification
from services.rules import identifiers

case = typer.Typer(help="办件", no_args_is_help=True)
stats = typer.Typer(help="统计汇总", no_args_is_help=True)
audit_trail = typer.Typer(help="审计记录", no_args_is_help=True)


@case.command("show")
@command
def show(number: Annotated[str, typer.Argument(help="办件编号")], as_json: AsJson = False) -> Answer:
    """一个办件的现状和全过程（证件号与电话已遮盖）。"""
    with reading() as (session, actor):
        found = details.detail(session, number, actor)
    data = _case_data(found)
    lines = [
        f"{data['number']}  {data['item']}  {found.case.status.label}",
        f"申请人 {data['applicant']}  部门 {found.department}  收件 {found.centre}{found.window}",
        f"收件 {local(found.case.submitted_at)}  到期 {local(found.case.due_at)}  办结 {local(found.case.decided_at)}",
        *(f"{local(e.at)}  {e.action.label}  {e.actor_name}  {e.opinion or ''}" for e in found.events),
    ]
    return Answer(data, lines)


def _case_data(found: details.CaseDetail) -> dict[str, object]:
    kept = found.case
    is_organisation = found.applicant_kind == "organisation"
    return {
        "number": kept.number,
        "item": found.item_name,
        "item_code": found.item_code,
        "case_type": kept.case_type,
        "status": kept.status,
        "result": kept.result,
        "applicant": identifiers.mask_name(found.applicant_name, is_organisation=is_organisation),
        "applicant_id": found.masked_id,
        "department": found.department,
        "centre": found.centre,
        "window": found.window,
        "submitted_at": kept.submitted_at,
        "accepted_at": kept.accepted_at,
        "due_at": kept.due_at,
        "decided_at": kept.decided_at,
        "delivered_at": kept.delivered_at,
        "events": [
            {"sequence": e.sequence, "action": e.action, "status": e.status, "at": e.at, "actor": e.actor_name}
            for e in found.events
        ],
    }


@case.command("verify")
@command
def verify(as_json: AsJson = False) -> Answer:
    """核对全部办件：过程是否合乎状态表、编号校验位、汇总数。"""
    with reading() as (session, actor):
        found = verification.verify(session, actor.district_id)
    head = f"办件 {found.cases:,} 件，过程 {found.events:,} 条，超期 {found.late:,} 件，异常 {len(found.broken)} 处"
    return Answer(dataclasses.asdict(found), [head, *found.broken], is_refused=bool(found.broken))


@stats.command("rebuild")
@command
def rebuild(as_json: AsJson = False) -> Answer:
    """从办件重新计算全部汇总数。"""
    with writing() as (session, actor):
        rows = counts.rebuild(session, actor.district_id)
    return Answer({"rows": rows}, [f"已重新计算，共 {rows:,} 行"])


@stats.command("check")
@command
def check(as_json: AsJson = False) -> Answer:
    """把汇总数与逐件重数的结果对照。"""
    with reading() as (session, actor):
        found = counts.check(session, actor.district_id)
    lines = ["汇总数与逐件重数一致"] if found.equal else ["汇总数与逐件重数不一致：", *found.different]
    return Answer(dataclasses.asdict(found), lines, is_refused=not found.equal)


@audit_trail.command("verify")
@command
def verify_audit(as_json: AsJson = False) -> Answer:
    """核验审计链：指出第一条被改动、缺失的记录。"""
    with reading() as (session, actor):
        found = audit.verify(session, actor.district_id)
    told = f"审计链完整，共 {found.rows:,} 条" if found.intact else f"审计链在第 {found.first_broken} 条处断裂"
    return Answer(dataclasses.asdict(found), [told], is_refused=not found.intact)


@audit_trail.command("head")
@command
def head(as_json: AsJson = False) -> Answer:
    """审计链的末端（条数与哈希），供异地留存。"""
    with reading() as (session, actor):
        rows, last = audit.head(session, actor.district_id)
    return Answer({"rows": rows, "hash": last}, [f"{rows} {last}"])
