"""How every command answers: text for people or JSON, refusals in words, exit status 0 or 1."""

import contextlib
import dataclasses
import datetime as dt
import functools
import json
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import typer

import settings
from services import actors, database, districts, migrations
from services.actors import Actor
from services.database import Session
from services.errors import DomainError, Invalid

AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出")]
REFUSED = 1


@dataclasses.dataclass(frozen=True)
class Answer:
    """`data` is what --json prints, `lines` what people read; `is_refused` ends with status 1."""

    data: dict[str, Any]
    lines: list[str] = dataclasses.field(default_factory=list)
    is_refused: bool = False


def command(function: Callable[..., Answer]) -> Callable[..., None]:
    """Print the function's answer; a DomainError is a refusal in its own words."""

    @functools.wraps(function)
    def run(*args: Any, as_json: bool = False, **options: Any) -> None:
        try:
            answer = function(*args, as_json=as_json, **options)
        except DomainError as error:
            _refuse(error, as_json=as_json)
        finally:
            database.dispose()  # closes the file: SQLite folds its log back in
        if as_json:
            typer.echo(json.dumps(answer.data, ensure_ascii=False, default=_plain))
        else:
            typer.echo("\n".join(answer.lines), err=answer.is_refused)
        if answer.is_refused:
            raise typer.Exit(REFUSED)

    return run


def _refuse(error: DomainError, *, as_json: bool) -> None:
    if as_json:
        fields = error.fields if isinstance(error, Invalid) else {}
        told = {"error": error.message} | ({"fields": fields} if fields else {})
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        typer.echo(error.message, err=True)
    raise typer.Exit(REFUSED)


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(settings.current().zone).isoformat()
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def now() -> dt.datetime:
    return dt.datetime.now(settings.current().zone)


def check_schema() -> None:
    """Raises DomainError for a database that is not at this version's schema."""
    if migrations.current() != migrations.head():
        raise DomainError("数据库结构不是本版本的，请先运行 cli.py db upgrade")


@contextlib.contextmanager
def reading() -> Iterator[tuple[Session, Actor]]:
    check_schema()
    with database.reading() as session:
        yield session, actors.system(districts.current_id(session), source="命令行")


@contextlib.contextmanager
def writing() -> Iterator[tuple[Session, Actor]]:
    check_schema()
    with database.writing() as session:
        yield session, actors.system(districts.current_id(session), source="命令行")


def local(at: dt.datetime | None) -> str:
    return at.astimezone(settings.current().zone).strftime("%Y-%m-%d %H:%M") if at else ""
