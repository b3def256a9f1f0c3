"""What runs on: the web server and the worker."""

import os
import sys
import time
from typing import Annotated

import typer

import settings
from commands.answers import Answer, AsJson, command, now, reading, writing
from services import applications, attachments, calendars, database, districts, downloads, jobs, migrations, outbox
from services.cases import deeming, durations, reminding, suspending, telling
from services.catalogue import versions
from services.tax import seeding as tax_seeding

PAUSE = 5.0  # seconds


def _round() -> dict[str, int]:
    """One round of the worker."""
    with reading() as (session, actor):
        district_id = actor.district_id
        taken = durations.measured(session, district_id, now=now())
    with writing() as (session, _):
        if taken is not None:
            durations.keep(session, district_id, taken, now=now())
        published = versions.publish_due(session, now=now())
        downloads.sweep(session, district_id=district_id, now=now())
        reminded = reminding.remind(session, district_id, now=now())
        resumed = suspending.resume_due(session, district_id, now=now())
        swept = deeming.sweep(session, district_id, now=now())
        apologies = telling.apologise(session, district_id, now=now())
        drafts, keys = applications.sweep(session, district_id, now=now())
    attachments.remove(keys)  # only once their records are gone for good
    sent = outbox.send_due(outbox.configured(), district_id, now=now())
    return {"sent": sent.sent, "failed": sent.failed, "published": published, "reminded": reminded.reminders} | {
        "resumed": resumed, "deemed": swept.deemed, "expired": swept.expired, "drafts": drafts,
        "apologies": apologies,
    }  # fmt: skip


@command
def worker(once: Annotated[bool, typer.Option("--once", help="只做一轮")] = False, as_json: AsJson = False) -> Answer:
    """后台任务：发送短信，到期发布事项版本，催办超时未答复的部门，按法定期限恢复计时、视为受理、办结逾期补正，为超期办件致歉，清理过期草稿，每天统计办理用时。"""
    done = _round()
    while not once:
        time.sleep(PAUSE)
        done = _round()
    told = (
        f"发送 {done['sent']} 条，失败 {done['failed']} 条，发布事项 {done['published']} 个，催办 {done['reminded']} 次，"
        f"恢复计时 {done['resumed']} 件，视为受理 {done['deemed']} 件，补正逾期 {done['expired']} 件，"
        f"超期致歉 {done['apologies']} 件，清理草稿 {done['drafts']} 份"
    )
    return Answer(done, [told])


@command
def job(number: Annotated[int, typer.Argument(help="任务编号")], as_json: AsJson = False) -> Answer:
    """执行一项已登记的后台任务（网站自动启动，无需手工运行）。"""
    with reading() as (_, actor):
        district_id = actor.district_id
    done = jobs.run(district_id, number, now=now)
    return Answer(
        {"state": done.state.value, "message": done.message}, [f"{done.title}：{done.state.label} {done.message}"]
    )


@command
def serve(
    host: Annotated[str, typer.Option(help="监听地址")] = "localhost",
    port: Annotated[int, typer.Option(help="端口", min=1, max=65535)] = 8501,
    as_json: AsJson = False,
) -> Answer:
    """升级数据库结构并启动网站。"""
    settings.current().key()
    migrations.upgrade()
    with database.writing() as session:
        district = districts.ensure(session)
        tax_seeding.seed(session, district.id, now=now())
        calendars.load_reference(session, settings.DATA)
    database.dispose()
    os.chdir(settings.ROOT)
    server = ["streamlit", "run", "app.py", "--server.address", host, "--server.port", str(port)]
    os.execv(sys.executable, [sys.executable, "-m", *server])
