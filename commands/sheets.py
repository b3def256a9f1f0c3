"""Taking sheets in and giving them out."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from commands.answers import Answer, AsJson, command, now, reading, writing
from models.enums import REGISTER_KINDS, CaseResult, CaseStatus, CaseType, ImportKind, ItemState
from services import codes, organisations
from services.actors import Actor
from services.cases import exporting as case_sheets
from services.cases import importing as case_logs
from services.cases.search import CaseFilter
from services.catalogue import exporting as catalogue_sheets
from services.catalogue import importing as catalogue_imports
from services.database import Session
from services.exchange import sheets
from services.exchange.batches import ImportReport, check_on_error
from services.exchange.sheets import RowError, Sheet
from services.registers import examining, loading
from services.registers import mappings as heading_mappings

importing = typer.Typer(help="导入", no_args_is_help=True)
exporting = typer.Typer(help="导出", no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="CSV 或 XLSX 文件", exists=True, dir_okay=False)]
Out = Annotated[Path, typer.Argument(help="输出文件")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="只试算，不写入")]
OnError = Annotated[str, typer.Option(help="有错误行时：reject 全部不导入，skip 跳过错误行")]
Errors = Annotated[Path | None, typer.Option(help="把错误行连同错误原因写到这个 XLSX")]
Department = Annotated[str, typer.Option(help="部门编码")]
Day = Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="收件日期，含当日")]


def _answer(report: ImportReport, errors: Path | None, on_error: str) -> Answer:
    if errors and report.rejected_sheet:
        errors.write_bytes(report.rejected_sheet)
    head = (
        f"共 {report.rows} 行：新增 {report.created}，变更 {report.changed}，"
        f"无变化 {report.unchanged}，错误 {report.rejected}"
    )
    faults = [f"第 {e.row} 行 {e.column}「{e.value}」：{e.reason}" for e in report.errors]
    lines = [line for line in (head, report.message, *faults) if line]
    return Answer(report.as_json(), lines, is_refused=bool(report.errors) and on_error == "reject")


@importing.command("catalogue")
@command
def catalogue(
    file: File,
    dry_run: DryRun = False,
    on_error: OnError = "reject",
    errors: Errors = None,
    as_json: AsJson = False,
) -> Answer:
    """事项目录：成为草稿，审核后发布。"""
    with writing() as (session, actor):
        report = catalogue_imports.import_catalogue(
            session, file.read_bytes(), file.name, actor=actor, now=now(), dry_run=dry_run, on_error=on_error
        )
    return _answer(report, errors, on_error)


@importing.command("cases")
@command
def cases(
    file: File,
    mapping: Annotated[Path, typer.Option(help="列映射文件（YAML），例见 data/mappings", exists=True, dir_okay=False)],
    dry_run: DryRun = False,
    on_error: OnError = "reject",
    errors: Errors = None,
    as_json: AsJson = False,
) -> Answer:
    """其他系统的办件日志：一行一个环节。"""
    columns = case_logs.mapping_of(mapping.read_text(encoding="utf-8"))
    with writing() as (session, actor):
        report = case_logs.import_cases(
            session, file.read_bytes(), file.name, columns, actor=actor, now=now(), dry_run=dry_run, on_error=on_error
        )
    return _answer(report, errors, on_error)


def _register(kind: ImportKind) -> None:
    """One command for each register that is compared with the tax office's."""

    @importing.command(kind.value, help=f"{kind.label}（综合治税）：逐行检查，同一文件再导入不作改动")
    @command
    def take_in(
        file: File,
        dry_run: DryRun = False,
        on_error: OnError = "reject",
        errors: Errors = None,
        mapping: Annotated[Path | None, typer.Option(help="列名对应（YAML：来表列名: 本表列名）", exists=True)] = None,
        source: Annotated[str, typer.Option(help="数据来源的名称；没有给映射时用它保存过的映射")] = "",
        full: Annotated[bool, typer.Option("--full", help="整册：表里没有的即已退出名册")] = False,
        as_json: AsJson = False,
    ) -> Answer:
        check_on_error(on_error)
        with reading() as (session, actor):
            mapped = heading_mappings.kept(session, actor.district_id, kind).get(source, {})
        if mapping is not None:
            mapped = heading_mappings.parse(mapping.read_text(encoding="utf-8"))
        examined = examining.examine(file, file.name, kind, mapped=mapped, today=now().date())
        if dry_run:
            with reading() as (session, actor):
                report = loading.already(session, examined, actor) or loading.trial(session, examined, actor)
        else:
            report = loading.load(examined, actor=actor, now=now(), source_name=source, is_full=full, on_error=on_error)
        return _answer(report, errors, on_error)


for _kind in REGISTER_KINDS:
    _register(_kind)


@importing.command("organisations")
@command
def organisation_rows(
    file: File,
    dry_run: DryRun = False,
    on_error: OnError = "reject",
    errors: Errors = None,
    as_json: AsJson = False,
) -> Answer:
    """机构与窗口：有 centre_code 的行是窗口，其余是机构。"""
    check_on_error(on_error)
    sheet = sheets.read(file.read_bytes(), file.name)
    with reading() as (session, actor):  # nothing read here is kept: a trial of the same import
        report = _organisations(session, sheet, actor)
    if not dry_run and not (report.errors and on_error == "reject"):
        with writing() as (session, actor):
            report = _organisations(session, sheet, actor)
    return _answer(report, errors, on_error)


def _organisations(session: Session, found: Sequence[Sheet], actor: Actor) -> ImportReport:
    rows = [row.cells for sheet in found for row in sheet.rows]
    outcome = organisations.import_organisations(session, rows, district_id=actor.district_id, now=now(), actor=actor)
    faults = [RowError(each.row, each.column, each.value, each.reason) for each in outcome.errors]
    return ImportReport(
        ImportKind.ORGANISATIONS,
        outcome.rows,
        outcome.created,
        outcome.changed,
        outcome.unchanged,
        outcome.rejected,
        faults,
        rejected_sheet=sheets.errors_workbook(found, faults) if faults else None,
    )


@exporting.command("catalogue")
@command
def catalogue_out(
    out: Out,
    words: Annotated[str, typer.Option(help="名称或编码中的文字")] = "",
    department: Department = "",
    state: Annotated[ItemState | None, typer.Option(help="事项状态")] = None,
    published: Annotated[bool, typer.Option("--published", help="只要已发布的")] = False,
    as_json: AsJson = False,
) -> Answer:
    """事项目录：可原样导回的 XLSX。"""
    with reading() as (session, actor):
        department_id = codes.organisation_id(session, actor.district_id, department) if department else None
        filters = {"words": words, "department_id": department_id, "state": state, "only_published": published}
        content = catalogue_sheets.export_catalogue(session, actor, filters)
    return _written(out, content)


@exporting.command("cases")
@command
def cases_out(
    out: Out,
    department: Department = "",
    centre: Annotated[str, typer.Option(help="收件机构编码")] = "",
    status: Annotated[list[CaseStatus] | None, typer.Option(help="状态，可多次")] = None,
    result: Annotated[CaseResult | None, typer.Option(help="办理结果")] = None,
    case_type: Annotated[CaseType | None, typer.Option(help="办件类型：1 即办件，2 承诺件")] = None,
    since: Day = None,
    until: Day = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="只要超期未办结的")] = False,
    as_json: AsJson = False,
) -> Answer:
    """办件清单：CSV 或 XLSX（按文件名），姓名已遮盖；导出记入审计。"""
    with writing() as (session, actor):
        place = {code: codes.organisation_id(session, actor.district_id, code) for code in (department, centre) if code}
        wanted = CaseFilter(
            department_id=place.get(department),
            centre_id=place.get(centre),
            statuses=tuple(status or ()),
            result=result,
            case_type=case_type,
            since=since.date() if since else None,
            until=until.date() if until else None,
            is_overdue=overdue,
        )
        kind = case_sheets.Format.CSV if out.suffix.lower() == ".csv" else case_sheets.Format.XLSX
        found = case_sheets.export(session, wanted, kind, actor=actor, now=now())
        case_sheets.note(session, wanted, found.rows, actor=actor, now=now())
    return _written(out, found.content, rows=found.rows)


def _written(out: Path, content: bytes, **figures: int) -> Answer:
    out.write_bytes(content)
    data = {"file": str(out), "bytes": len(content)} | figures
    return Answer(data, [f"已导出到 {out}（{len(content):,} 字节）"])
