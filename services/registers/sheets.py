"""The seven sheets: their headings, what each cell means, and the normalised record that a row becomes.

Headings as the exchange format has them; `*` in the format is `required` here. Sources: domain §5.3, R-TAX-01.
"""

import dataclasses
import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from models.enums import CodeState, DealKind, ImportKind, LabelEnum, RegisterStatus, TaxKind
from services import confidential
from services.rules import identifiers
from services.rules.matching import addresses, keys, names

K = ImportKind
EARLIEST = dt.date(1949, 10, 1)
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]00:00(?::00)?)?|(\d{4})(\d{2})(\d{2})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ufffd]")
_KEY = re.compile(r"[^0-9A-Z一-鿿]")
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


class BadValue(ValueError):
    """A cell that cannot be what its heading says; the text is the reason."""


def text(value: str) -> str | None:
    return _CONTROL.sub("", value).strip() or None


def day(value: str) -> dt.date | None:
    if not value:
        return None
    found = _DATE.fullmatch(value)
    if found is None:
        raise BadValue("不是日期，应如 2008-03-31")
    year, month, date = (found[1], found[2], found[3]) if found[1] else (found[4], found[5], found[6])
    try:
        return dt.date(int(year), int(month), int(date))
    except ValueError:
        raise BadValue("没有这一天") from None


def amount(value: str) -> Decimal | None:
    if not value:
        return None
    try:
        found = Decimal(value.replace(",", "").replace("，", "").removesuffix("元")).quantize(Decimal("0.01"))
    except InvalidOperation:
        raise BadValue("不是数字") from None
    if abs(found) >= Decimal("1e14"):
        raise BadValue("数字过大")
    return found


def key(value: str) -> str | None:
    """A contract, house, parcel or registration number: half-width, upper case, without marks."""
    return _KEY.sub("", identifiers.normalise(value))[:64] or None


def one_of(kinds: type[LabelEnum]) -> Callable[[str], LabelEnum | None]:
    def read(value: str) -> LabelEnum | None:
        if not value:
            return None
        found = kinds.of_label(value)
        if found is None:
            raise BadValue(f"应为 {'、'.join(kinds.labels().values())} 之一")
        return found

    return read


def _tax(value: str) -> TaxKind | None:
    plain = value.removesuffix("（估）").strip()
    return one_of(TaxKind)(_TAX_WORDS.get(plain, plain))  # type: ignore[return-value]


_TAX_WORDS = {
    "个税": "个人所得税",
    "土增税": "土地增值税",
    "城建税": "城建税及附加",
    "城市维护建设税": "城建税及附加",
    "土地使用税": "城镇土地使用税",
}
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
                H("税种", "tax", _tax, True),
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


def record(sheet: Sheet, values: Values) -> Values:
    """The normalised columns of a good row (RegisterRecord)."""
    found = {name: value for name, value in values.items() if name not in ("code", "code2", "person", "counterparty")}
    main, second = keys.read(values.get("code") or ""), keys.read(values.get("code2") or "")
    person = main.citizen_id or keys.read(values.get("person") or "").citizen_id
    parts = names.split(found["name"])
    place = addresses.split(found.get("address") or "")
    found |= {
        "subject_code": _public(main) or _public(second),
        "code_state": main.state if main.state != CodeState.ABSENT else second.state,
        "org_code": main.org_code or second.org_code,
        "person_key": confidential.blind(person) if person else None,
        "name_key": parts.key[:500] or None,
        "core_name": parts.core[:500] or None,
        "address_key": place.key[:500] or None,
        "street": place.street or None,
        "industry": parts.industry[:200] or None,
    }
    other = keys.read(values.get("counterparty") or "")
    found["counterparty_code"] = other.org_code
    found["counterparty_key"] = confidential.blind(other.citizen_id) if other.citizen_id else None
    found["natural_key"] = natural_key(sheet, found)
    return found


def _public(code: keys.ReadCode) -> str | None:
    """A code as it may stand in the open: a person's id may not."""
    return None if keys.looks_personal(code.cleaned) and not code.org_code else code.cleaned[:64] or None


def natural_key(sheet: Sheet, found: Values) -> str:
    """What the row is known by in its register from one delivery to the next."""
    for name in sheet.key_fields:
        if found.get(name):
            return str(found[name])
    return (
        f"{found.get('name_key') or found['name']}|{(found.get('person_key') or found.get('address_key') or '')[:80]}"[
            :490
        ]
    )


def evidence(sheet: Sheet, cells: Cells) -> dict[str, str]:
    """The row as delivered, with the ids of persons encrypted; columns that no heading asks for are kept too."""
    personal = {heading.title for heading in sheet.headings if heading.is_personal}
    return {
        title: f"{CIPHER}{confidential.encrypt(cell)}" if title in personal and cell and _may_be_id(cell) else cell
        for title, cell in cells.items()
        if cell
    }


CIPHER = "enc:"


def _may_be_id(cell: str) -> bool:
    """An organisation's code may stand in the open; a passport or an odd number is guarded like an id."""
    code = keys.read(cell)
    return keys.looks_personal(cell) or (code.org_code is None and code.state == CodeState.MALFORMED)


def shown(cell: str) -> str:
    """A cell of the evidence for the screen: a person's id masked."""
    return identifiers.mask_id(confidential.decrypt(cell.removeprefix(CIPHER))) if cell.startswith(CIPHER) else cell


def revealed(cell: str) -> str:
    """A cell in full; only for whoever may see it, and recorded by the caller."""
    return confidential.decrypt(cell.removeprefix(CIPHER)) if cell.startswith(CIPHER) else cell
