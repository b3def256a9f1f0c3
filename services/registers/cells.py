"""How a cell is read: text, days, amounts, numbers of contracts, words of a list; what it cannot be is said in words."""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from models.enums import LabelEnum, TaxKind
from services.rules import identifiers

EARLIEST = dt.date(1949, 10, 1)
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]00:00(?::00)?)?|(\d{4})(\d{2})(\d{2})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ufffd]")
_KEY = re.compile(r"[^0-9A-Z一-鿿]")


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


def tax(value: str) -> TaxKind | None:
    plain = value.removesuffix("（估）").strip()
    return one_of(TaxKind)(_TAX_WORDS.get(plain, plain))  # type: ignore[return-value]


_TAX_WORDS = {
    "个税": "个人所得税",
    "土增税": "土地增值税",
    "城建税": "城建税及附加",
    "城市维护建设税": "城建税及附加",
    "土地使用税": "城镇土地使用税",
}
