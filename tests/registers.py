"""Registers by hand, for tests: a sheet's rows delivered as an office delivers them.

    registers.deliver(K.BUSINESS_REGISTRATION, [registers.business(1)], now=now)

The database must be one that commits (`fresh_database`). Codes are sound and fictional.
"""

import csv
import datetime as dt
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from models.enums import ImportKind, Regime, Role
from services import database
from services.actors import Actor
from services.exchange.batches import ImportReport
from services.registers import examining, loading
from services.registers.sheets import SHEETS
from services.rules import identifiers
from services.tax import rates, rules
from services.tax.rules import KeptRule
from tests import builders

Row = dict[str, str]


def officer() -> Actor:
    with database.reading() as session:
        return builders.actor(session, Role.TAX_SUPERVISOR.value)


def org(number: int) -> str:
    """A sound organisation code of nine characters."""
    body = f"DEM{number:05d}"
    return body + identifiers.org_code_check(body)


def uscc(number: int) -> str:
    front = f"91510109{org(number)}"
    return front + identifiers.uscc_check(front)


def person(number: int) -> str:
    front = f"510109189{number % 10}0101{number % 1000:03d}"
    return front + identifiers.citizen_id_check(front)


def business(number: int, **changes: str) -> Row:
    return {
        "统一社会信用代码": uscc(number),
        "名称": f"成都{_trade(number)}商贸有限公司",
        "经营者证件号": person(number),
        "成立日期": "2007-01-15",
        "状态": "存续",
        "住所": f"成都市高新区科园路{number}号",
    } | changes


def taxpayer(number: int, **changes: str) -> Row:
    return {
        "纳税人识别号": uscc(number),
        "纳税人名称": f"成都{_trade(number)}商贸有限公司",
        "经营者证件号": person(number),
        "登记日期": "2007-02-01",
        "状态": "正常",
        "经营地址": f"成都市高新区科园路{number}号",
    } | changes


def house(number: int, **changes: str) -> Row:
    return {
        "合同备案号": f"HT2008{number:04d}",
        "房屋编号": f"FW{number:06d}",
        "建筑面积": "95.50",
        "用途": "住宅",
        "交易类型": "存量房",
        "买方名称": f"示例买{_trade(number)}",
        "买方证件号": person(number),
        "卖方名称": f"示例卖{_trade(number)}",
        "卖方证件号": person(500 + number),
        "成交价": "300000",
        "签约日期": "2008-01-10",
    } | changes


def payment(number: int, **changes: str) -> Row:
    return {
        "完税证号": f"WS{number:06d}",
        "纳税人名称": f"示例买{_trade(number)}",
        "证件号": person(number),
        "税种": "契税",
        "计税依据": "300000",
        "税额": "9000",
        "缴款日期": "2008-02-01",
        "合同号": f"HT2008{number:04d}",
        "房屋编号": f"FW{number:06d}",
    } | changes


def _trade(number: int) -> str:
    """A trade name of its own for each number below 625."""
    chars = "金盛瑞恒泰隆昌顺达宏远华兴嘉美立信天地和正大新创智"
    return chars[number % 25] + chars[number // 25 % 25]


def deliver(
    kind: ImportKind, rows: Iterable[Mapping[str, str]], *, now: dt.datetime, is_full: bool = False
) -> ImportReport:
    """One delivery of the register, as a file."""
    titles = SHEETS[kind].titles
    with tempfile.NamedTemporaryFile("w", suffix=".csv", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, titles)
        writer.writeheader()
        writer.writerows(rows)
        file.flush()
        examined = examining.examine(Path(file.name), f"{kind.value}.csv", kind, today=now.date())
        report = loading.load(examined, actor=officer(), now=now, is_full=is_full)
    assert not report.errors, report.errors
    return report


def shipped(now: dt.datetime) -> None:
    with database.writing() as session:
        rules.seed(session, builders.DISTRICT, now=now)
        rates.seed(session, builders.DISTRICT)


def rule(code: str, regime: Regime = Regime.CURRENT) -> KeptRule:
    with database.reading() as session:
        return rules.in_use(session, builders.DISTRICT, regime=regime, codes=[code])[0]
