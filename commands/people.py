"""Accounts from the terminal: the first administrator, a forgotten password, a person who left."""

from typing import Annotated

import typer

from commands.answers import Answer, AsJson, command, now, writing
from models.enums import Role, ScopeKind
from services import codes, users

app = typer.Typer(help="用户账号", no_args_is_help=True)
Username = Annotated[str, typer.Argument(help="用户名")]


@app.command("add")
@command
def add(
    username: Username,
    name: Annotated[str, typer.Argument(help="姓名")],
    badge: Annotated[str, typer.Option(help="工号")],
    organisation: Annotated[str, typer.Option(help="机构编码")],
    role: Annotated[list[Role], typer.Option(help="角色，可多次")],
    department: Annotated[str, typer.Option(help="部门编码")] = "",
    window: Annotated[str, typer.Option(help="窗口号")] = "",
    scope: Annotated[ScopeKind, typer.Option(help="数据范围")] = ScopeKind.WINDOW,
    as_json: AsJson = False,
) -> Answer:
    """建账号并授权，给出一次性密码（24 小时内有效）。"""
    with writing() as (session, actor):
        district_id = actor.district_id
        place = codes.organisation_id(session, district_id, organisation)
        details = users.UserDetails(
            username,
            name,
            badge,
            place,
            codes.organisation_id(session, district_id, department) if department else None,
            codes.window_id(session, district_id, place, window) if window else None,
        )
        issued = users.create(session, details, actor=actor, now=now())
        users.grant(session, issued.user_id, role, scope, version=1, actor=actor, now=now())
    return _issued(issued)


def _issued(issued: users.Issued) -> Answer:
    data = {"username": issued.username, "password": issued.password}
    return Answer(data, [f"{issued.username} 的一次性密码：{issued.password}（只显示这一次，首次登录须修改）"])


@app.command("passwd")
@command
def passwd(username: Username, as_json: AsJson = False) -> Answer:
    """重置密码，给出一次性密码；该账号的所有登录随即失效。"""
    with writing() as (session, actor):
        found = codes.user_id(session, actor.district_id, username)
        issued = users.reset_password(session, found, actor=actor, now=now())
    return _issued(issued)


@app.command("lock")
@command
def lock(
    username: Username, reason: Annotated[str, typer.Option(help="原因")] = "命令行停用", as_json: AsJson = False
) -> Answer:
    """停用账号；该账号的所有登录随即失效。"""
    with writing() as (session, actor):
        found = codes.user_id(session, actor.district_id, username)
        users.disable(session, found, reason=reason, actor=actor, now=now())
    return Answer({"username": username, "locked": True}, [f"已停用 {username}"])
