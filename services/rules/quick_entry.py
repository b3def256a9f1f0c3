"""What hurried typing means: words with the number of a candidate behind them, and what an applicant is found by."""

import re
from enum import StrEnum

from services.rules import identifiers

_CHOSEN = re.compile(r"(?P<words>.*[^\d\s].*?)\s*(?P<place>[1-9])", re.DOTALL)


class SoughtBy(StrEnum):
    ID = "id"
    PHONE = "phone"
    NAME = "name"


def split_choice(text: str) -> tuple[str, int | None]:
    """(words, place): `cyywsxkz2` is the second of what `cyywsxkz` finds. Digits alone are words."""
    found = _CHOSEN.fullmatch(text.strip())
    return (found["words"], int(found["place"])) if found else (text.strip(), None)


def sought_by(text: str) -> SoughtBy:
    """What was typed to find an applicant by: a phone, a name in Chinese characters, else an id number."""
    if re.search(r"[\u3400-\u9fff]", text):
        return SoughtBy.NAME
    return SoughtBy.ID if identifiers.problem_of_phone(text) else SoughtBy.PHONE
