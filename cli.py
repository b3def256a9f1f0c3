"""The same services from a terminal or cron. Exit status 0 done, 1 refused with reasons, 2 wrong use."""

import typer

from commands import clocks, databases, demonstration, people, records, servers, sheets, taxes

app = typer.Typer(help="一窗政务服务平台", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(databases.db, name="db")
app.add_typer(people.app, name="user")
app.add_typer(sheets.importing, name="import")
app.add_typer(sheets.exporting, name="export")
app.add_typer(records.case, name="case")
app.add_typer(records.stats, name="stats")
app.add_typer(records.audit_trail, name="audit")
app.command("demo")(demonstration.demo)
app.command("reconcile")(taxes.reconcile)
app.command("deadline")(clocks.deadline)
app.command("backup")(databases.backup)
app.command("restore")(databases.restore)
app.command("doctor")(databases.doctor)
app.command("worker")(servers.worker)
app.command("job")(servers.job)
app.command("serve")(servers.serve)

if __name__ == "__main__":
    app()
