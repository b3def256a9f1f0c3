"""Addresses taken apart: compared by road and number, never whole (linkage of registers; R-TAX-01)."""

import re
import unicodedata
from dataclasses import dataclass

from services.rules.matching.regions import split_prefix
from services.rules.matching.traditional import TO_SIMPLIFIED

_NUMERALS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_NUMBERED = re.compile(r"[〇零一二三四五六七八九]+(?=[号栋幢座楼层单室组])")
_ROAD = re.compile(
    r"([一-鿿0-9]{1,9}?(?:大道|大街|路|街|巷|道|村|镇|乡|坝|湾)(?:[东南西北中][一二三四五六七八九十]?[段路街])?(?:[一二三四五六七八九十]+[段巷])?)"
)
_NUMBER = re.compile(r"(?:附)?(\d+)(?:-\d+)?号?")
_REST = re.compile(r"[^0-9A-Z一-鿿\-]")
_STREET = re.compile(r"([一-鿿]{2,6}?(?:街道|镇|乡))")


@dataclass(frozen=True, slots=True)
class AddressParts:
    """`key` is what is left without places; `road` the last road or village named, `number` the first after it."""

    key: str
    place: str
    street: str
    road: str
    number: str


def split(address: str) -> AddressParts:
    plain = unicodedata.normalize("NFKC", address).upper().translate(TO_SIMPLIFIED)
    plain = _NUMBERED.sub(lambda found: found[0].translate(_NUMERALS), _REST.sub("", plain))
    place, key = split_prefix(plain)
    street = _STREET.match(key)
    roads = list(_ROAD.finditer(key, street.end() if street else 0)) or list(_ROAD.finditer(key))
    road = roads[-1] if roads else None
    found = _NUMBER.search(key, road.end() if road else 0)
    return AddressParts(key, place, street[1] if street else "", road[1] if road else "", found[1] if found else "")
