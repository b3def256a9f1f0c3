"""The seven sheets: their headings, and what each cell means.

Headings as the exchange format has them; `*` in the format is `required` here. Sources: domain §5.3, R-TAX-01.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from models.enums import DealKind, ImportKind, RegisterStatus
from services.registers.cells import BadValue, amount, day, key, one_of, tax, text

K = ImportKind
Cells = Mapping[str, str]
Values = dict[str, Any]
Problem = tuple[str, str, str]  # heading, value, reason


@dataclasses.dataclass(frozen=True)
class Heading:
    """A column of a sheet: into which field it goes, and how it is read."""

    title: str
    field: str
    read: Callable[[str], Any]
    required: bool = False
    is_personal: bool = False  # may hold a person's id: encrypted in the evidence


@dataclasses.dataclass(frozen=True)
class Sheet:
    kind: ImportKind
    headings: tuple[Heading, ...]
    key_fields: tuple[str, ...]  # the first that is filled knows the row again

    @property
    def titles(self) -> list[str]:
        return [heading.title for heading in self.headings]

    @property
    def required(self) -> list[str]:
        return [heading.title for heading in self.headings if heading.required]


H = Heading
_TAXPAYERS = (
    H("纳税人识别号", "code", text, True, True),
    H("组织机构代码", "code2", text),
    H("纳税人名称", "name", text, True),
    H("经营者证件号", "person", text, False, True),
    H("登记日期", "event_on", day, True),
    H("状态", "status", one_of(RegisterStatus)),
    H("状态日期", "status_on", day),
    H("主管税务机关", "authority", text),
    H("经营地址", "address", text),
)
SHEETS: dict[ImportKind, Sheet] = {
    sheet.kind: sheet
    for sheet in (
        Sheet(
            K.BUSINESS_REGISTRATION,
            (
                H("统一社会信用代码", "code", text),
                H("注册号", "registration_no", key),
                H("组织机构代码", "code2", text),
                H("名称", "name", text, True),
                H("类型", "kind", text),
                H("经营者证件号", "person", text, False, True),
                H("成立日期", "event_on", day, True),
                H("状态", "status", one_of(RegisterStatus)),
                H("状态日期", "status_on", day),
                H("住所", "address", text),
                H("登记机关", "authority", text),
            ),
            ("subject_code", "registration_no", "org_code"),
        ),
        Sheet(
            K.ORG_CODE_CERTIFICATE,
            (
                H("组织机构代码", "code", text, True),
                H("机构名称", "name", text, True),
                H("机构类型", "kind", text),
                H("住所", "address", text),
                H("发证日期", "event_on", day),
                H("有效期至", "valid_until", day),
            ),
            ("subject_code",),
        ),
        Sheet(K.TAX_REGISTRATION_NATIONAL, _TAXPAYERS, ("subject_code", "org_code")),
        Sheet(K.TAX_REGISTRATION_LOCAL, _TAXPAYERS, ("subject_code", "org_code")),
        Sheet(
            K.HOUSE_TRANSACTION,
            (
                H("合同备案号", "contract_no", key, True),
                H("房屋编号", "house_no", key, True),
                H("坐落", "address", text),
                H("建筑面积", "area", amount),
                H("用途", "usage", text),
                H("交易类型", "deal_kind", one_of(DealKind)),
                H("买方名称", "name", text, True),
                H("买方证件号", "code", text, False, True),
                H("卖方名称", "counterparty_name", text),
                H("卖方证件号", "counterparty", text, False, True),
                H("成交价", "amount", amount, True),
                H("签约日期", "event_on", day, True),
            ),
            ("contract_no",),
        ),
        Sheet(
            K.LAND_TRANSACTION,
            (
                H("合同编号", "contract_no", key, True),
                H("宗地号", "parcel_no", key, True),
                H("坐落", "address", text),
                H("面积", "area", amount),
                H("用途", "usage", text),
                H("供地方式", "deal_kind", one_of(DealKind)),
                H("受让方名称", "name", text, True),
                H("受让方代码", "code", text, False, True),
                H("转让方名称", "counterparty_name", text),
                H("成交价", "amount", amount, True),
                H("签约日期", "event_on", day, True),
            ),
            ("contract_no",),
        ),
        Sheet(
            K.TAX_PAYMENT,
            (
                H("完税证号", "registration_no", key, True),
                H("纳税人识别号", "code", text, False, True),
                H("纳税人名称", "name", text, True),
                H("证件号", "person", text, False, True),
                H("税种", "tax", tax, True),
                H("计税依据", "base", amount),
                H("税额", "amount", amount, True),
                H("缴款日期", "event_on", day, True),
                H("合同号", "contract_no", key),
                H("房屋编号", "house_no", key),
                H("宗地号", "parcel_no", key),
            ),
            ("registration_no",),
        ),
    )
}


def read_row(sheet: Sheet, cells: Cells) -> tuple[Values, list[Problem]]:
    """(the fields of a record, what makes the row bad). Every bad cell is told, not only the first."""
    values: Values = {}
    problems: list[Problem] = []
    for heading in sheet.headings:
        cell = cells.get(heading.title, "")
        if heading.required and not cell.strip():
            problems.append((heading.title, cell, "必填，不能为空"))
            continue
        try:
            values[heading.field] = heading.read(cell.strip())
        except BadValue as error:
            problems.append((heading.title, cell, str(error)))
    return values, problems


_MADE_OF = {  # what a heading's cell is read into besides its own field
    "code": {"subject_code", "code_state", "org_code", "person_key"},
    "code2": {"subject_code", "code_state", "org_code"},
    "person": {"person_key"},
    "counterparty": {"counterparty_code", "counterparty_key"},
    "name": {"name", "name_key", "core_name", "industry"},
    "address": {"address", "address_key", "street"},
}


def fills(kind: ImportKind) -> frozenset[str]:
    """The normalised columns that the register's rows can carry."""
    fields = (heading.field for heading in SHEETS[kind].headings)
    return frozenset().union(*(_MADE_OF.get(field, {field}) for field in fields))
