"""The database: its schema, copies of it, and whether the installation is sound."""

import importlib.util
import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

import settings
from commands.answers import Answer, AsJson, command, now
from services import calendars, database, districts, migrations, outbox
from services.errors import DomainError
from services.tax import seeding as tax_seeding

db = typer.Typer(help="数据库结构", no_args_is_help=True)
FREE_BYTES = 1 << 30
BACKUP_PAGES = 5000


@db.command("upgrade")
@command
def upgrade(as_json: AsJson = False) -> Answer:
    """升级到本版本的结构，并补齐工作日历、代码表等参考数据。"""
    before = migrations.current()
    migrations.upgrade()
    with database.writing() as session:
        district = districts.ensure(session)
        tax_seeding.seed(session, district.id, now=now())
        calendars.load_reference(session, settings.DATA)
    after = migrations.current()
    told = "数据库结构已是最新" if before == after else f"数据库结构已升级：{before or '空库'} → {after}"
    return Answer({"before": before, "after": after}, [told])


@db.command("check")
@command
def check(as_json: AsJson = False) -> Answer:
    """核对数据库结构与程序是否一致。"""
    current, head = migrations.current(), migrations.head()
    different = migrations.differences() if current == head else []
    is_good = current == head and not different
    told = ["数据库结构与程序一致"] if is_good else [f"数据库结构为 {current or '空'}，程序需要 {head}", *different]
    data = {"current": current, "head": head, "equal": is_good, "differences": different}
    return Answer(data, told, is_refused=not is_good)


@db.command("revision")
@command
def revision(message: Annotated[str, typer.Option("-m", help="为什么改")], as_json: AsJson = False) -> Answer:
    """按模型的改动生成一个迁移脚本，供阅读和修改（开发用）。"""
    alembic = [sys.executable, "-m", "alembic", "revision", "--autogenerate", "-m", message]
    done = subprocess.run(alembic, cwd=settings.ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DomainError(f"生成迁移失败：{done.stderr.strip()}")
    return Answer({"output": done.stdout.strip()}, [done.stdout.strip()])


def _sqlite_path() -> Path:
    return Path(settings.current().database_url.partition("sqlite:///")[2])


def _postgres(tool: str, *options: str) -> None:
    """Raises DomainError when the tool is not there or fails."""
    if shutil.which(tool) is None:
        raise DomainError(f"没有找到 {tool}，请安装 PostgreSQL 客户端工具")
    url = settings.current().database_url.replace("postgresql+psycopg://", "postgresql://")
    done = subprocess.run([tool, *options, "--dbname", url], capture_output=True, text=True, check=False)
    if done.returncode:
        raise DomainError(f"{tool} 失败：{done.stderr.strip()}")


@command
def backup(file: Annotated[Path, typer.Argument(help="备份文件")], as_json: AsJson = False) -> Answer:
    """在线备份数据库；密钥文件和附件目录须另行备份。"""
    if file.exists():
        raise DomainError(f"{file} 已存在，请换一个文件名")
    if settings.current().is_sqlite:
        with closing(sqlite3.connect(_existing(_sqlite_path()))) as source, closing(sqlite3.connect(file)) as target:
            source.backup(target, pages=BACKUP_PAGES)
    else:
        _postgres("pg_dump", "--format=custom", f"--file={file}")
    size = file.stat().st_size
    told = f"已备份到 {file}（{size:,} 字节）；密钥文件和附件目录请另行备份"
    return Answer({"file": str(file), "bytes": size}, [told])


def _existing(path: Path) -> Path:
    if not path.exists():
        raise DomainError(f"没有找到数据库文件 {path}")
    return path


@command
def restore(file: Annotated[Path, typer.Argument(help="备份文件", exists=True)], as_json: AsJson = False) -> Answer:
    """用备份替换当前数据库；请先停止服务。当前数据另存为 .before-restore。"""
    if settings.current().is_sqlite:
        _restore_sqlite(file)
    else:
        _postgres("pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction", str(file))
    database.dispose()
    return Answer({"file": str(file), "revision": migrations.current()}, [f"已从 {file} 恢复"])


def _restore_sqlite(file: Path) -> None:
    path = _sqlite_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(file)) as source:
        try:
            sound = source.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            sound = sound and source.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)
        except sqlite3.DatabaseError:
            sound = False
        if not sound:
            raise DomainError(f"{file} 不是完好的备份，未作任何改动")
        if path.exists():
            with closing(sqlite3.connect(path)) as old, closing(sqlite3.connect(f"{path}.before-restore")) as kept:
                old.backup(kept)
        with closing(sqlite3.connect(path)) as target:
            source.backup(target)


def _create_key(path: Path) -> None:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))


def _key() -> str:
    try:
        return f"{len(settings.current().key())} 字节"
    except SystemExit as problem:
        raise DomainError(str(problem)) from None


def _key_file() -> str:
    path = settings.current().secret_key_file
    if path.exists() and path.stat().st_mode & 0o077:
        raise DomainError(f"{path} 可被他人读取，请 chmod 600")
    return str(path) if path.exists() else "未使用（SECRET_KEY）"


def _fonts() -> str:
    if importlib.util.find_spec("pylopdf_fonts_zh_cn") is None:
        raise DomainError("缺少中文字体包 pylopdf-fonts-zh-cn，PDF 凭证将无法生成")
    return "pylopdf-fonts-zh-cn"


def _schema() -> str:
    current, head = migrations.current(), migrations.head()
    if current != head:
        raise DomainError(f"为 {current or '空'}，应为 {head}，请运行 cli.py db upgrade")
    return str(current)


def _disk() -> str:
    free = shutil.disk_usage(settings.ROOT).free
    if free < FREE_BYTES:
        raise DomainError(f"仅剩 {free >> 20} MB")
    return f"剩余 {free >> 30} GB"


def _full_text() -> str:
    with closing(sqlite3.connect(":memory:")) as memory:
        options = {row[0] for row in memory.execute("PRAGMA compile_options")}
    if "ENABLE_FTS5" not in options:
        raise DomainError("本机 SQLite 未启用 FTS5，无法按文字查询办件")
    return f"SQLite {sqlite3.sqlite_version}"


def _gateways() -> str:
    """Whether what is set is whole; nothing is sent."""
    outbox.configured()
    chosen = settings.current()
    return f"短信 {chosen.message_adapter}，邮件 {chosen.email_adapter}"


CHECKS: tuple[tuple[str, Callable[[], str]], ...] = (
    ("Python", lambda: sys.version.split()[0]),
    ("密钥", _key),
    ("密钥文件", _key_file),
    ("中文字体", _fonts),
    ("全文检索", _full_text),
    ("数据库结构", _schema),
    ("磁盘", _disk),
    ("消息通道", _gateways),
)


def _findings() -> Iterator[dict[str, str | bool]]:
    for name, look in CHECKS:
        try:
            yield {"name": name, "ok": True, "detail": look()}
        except DomainError as problem:
            yield {"name": name, "ok": False, "detail": problem.message}
        except Exception as problem:  # a check-up reports what it meets and goes on
            yield {"name": name, "ok": False, "detail": f"{type(problem).__name__}: {problem}"}


@command
def doctor(
    create_key: Annotated[bool, typer.Option("--create-key", help="没有密钥文件时生成一个")] = False,
    as_json: AsJson = False,
) -> Answer:
    """检查密钥、字体、数据库、磁盘、消息通道是否就绪。"""
    if create_key:
        _create_key(settings.current().secret_key_file)
    found = list(_findings())
    is_good = all(each["ok"] for each in found)
    lines = [f"{'正常' if each['ok'] else '异常'}  {each['name']}：{each['detail']}" for each in found]
    return Answer({"ok": is_good, "checks": found}, lines, is_refused=not is_good)
