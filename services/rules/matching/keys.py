"""What a delivered code says: the organisation code inside it, and which codes it may have been mistyped from.

A taxpayer id is 15 characters (6-digit region and organisation code) before 2015, the 18-character unified code after; an
individual's is the citizen id. Sources: GB 32100-2015, GB 11714-1997, GB 11643-1999, R-TAX-01.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from models.enums import CodeState
from services.rules import identifiers

USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ORG = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_USCC_WEIGHTS = [pow(3, place, 31) for place in range(17)] + [1]
ORG_CHECK = "0123456789X"
_ORG_ALL_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2, 1)  # the sum with the check digit's value is a multiple of 11
_ORG_INVERSE = [pow(weight, -1, 11) for weight in _ORG_ALL_WEIGHTS]
_USCC_INVERSE = [pow(weight, -1, 31) for weight in _USCC_WEIGHTS]
_LOOKALIKES = str.maketrans("IOZSV", "10250")  # letters that a unified code never holds, as they are misread
_DIGIT_LOOKALIKES = str.maketrans("IOZSBLQ", "1025810")
_REST = re.compile(r"[^0-9A-Z]")
_PLACEHOLDER = re.compile(r"(?:无|空|未[办知登填]?|不详|暂无|NULL|NONE|NA|N/A|X+|0+|9{9,}|-+)?")
_INNER = slice(8, 17)
_MOST_CANDIDATES = 64


@dataclass(frozen=True, slots=True)
class ReadCode:
    """A delivered code. `org_code` and `citizen_id` are there only where their own check digits fit."""

    cleaned: str
    state: CodeState
    org_code: str | None = None
    citizen_id: str | None = None


ABSENT = ReadCode("", CodeState.ABSENT)


def clean(text: str) -> str:
    """Half-width, upper case, letters and digits only; what stands for "none" becomes empty."""
    normal = identifiers.normalise(text)
    code = _REST.sub("", normal)
    return "" if _PLACEHOLDER.fullmatch(normal) or _PLACEHOLDER.fullmatch(code) else code


def is_org_code(code: str) -> bool:
    return (
        len(code) == 9
        and all(char in ORG for char in code[:8])
        and code[8] in ORG_CHECK
        and identifiers.org_code_check(code[:8]) == code[8]
    )


def is_uscc(code: str) -> bool:
    """Both check digits fit: the outer of GB 32100, and that of the organisation code inside."""
    return identifiers.problem_of_uscc(code) is None


def is_citizen_id(code: str) -> bool:
    return identifiers.problem_of_citizen_id(code) is None


@lru_cache(maxsize=4096)
def read(text: str) -> ReadCode:
    """Read a code of any kind: unified, organisation, 15- or 18-character taxpayer id, citizen id."""
    code = clean(text)
    if not code:
        return ABSENT
    match len(code):
        case 18:
            return _read_18(code)
        case 15:
            return _read_15(code)
        case 9:
            fitting = next((each for each in (code, code.translate(_DIGIT_LOOKALIKES)) if is_org_code(each)), None)
            return ReadCode(code, CodeState.VALID if fitting else CodeState.WRONG_CHECK, fitting)
        case _:
            return ReadCode(code, CodeState.MALFORMED)


def _read_18(code: str) -> ReadCode:
    if is_citizen_id(code):
        return ReadCode(code, CodeState.VALID, citizen_id=code)
    fitting = code.translate(_LOOKALIKES)
    if is_uscc(fitting):
        return ReadCode(code, CodeState.VALID, fitting[_INNER])
    # the inner code has a check digit of its own: it stands though another place is wrong
    inner = next((each for each in (fitting[_INNER], code[_INNER]) if is_org_code(each)), None)
    return ReadCode(code, CodeState.WRONG_CHECK, inner)


def _read_15(code: str) -> ReadCode:
    region, inner = code[:6].translate(_DIGIT_LOOKALIKES), code[6:]
    org = next((each for each in (inner, inner.translate(_DIGIT_LOOKALIKES)) if is_org_code(each)), None)
    person = identifiers.to_18(code) if code.isdigit() and is_citizen_id(code) else None
    if not region.isdigit():
        return ReadCode(code, CodeState.WRONG_CHECK, org)
    return ReadCode(code, CodeState.VALID if org or person else CodeState.WRONG_CHECK, org, person)


def looks_personal(text: str) -> bool:
    """Whether a code may be a person's id, sound or mistyped: digits where an enterprise's code would begin with a 9."""
    code = clean(text)
    return len(code) in (14, 15, 16, 17, 18, 19) and code[:14].isdigit() and not code.startswith("9")


def repaired(text: str) -> tuple[str, ...]:
    """The organisation codes that a mistyped code may stand for: one character wrong, two neighbours swapped, one lost
    or one too many. The truth is among them; empty for a code that is sound, or beyond repair.

    The inner check digit alone misses letters eleven places apart: a code whose outer digit fails is a candidate only.
    """
    code = clean(text)
    known = read(text)
    if known.state == CodeState.VALID:
        return ()
    found: dict[str, None] = {known.org_code: None} if known.org_code else {}
    for candidate in _candidates(code):
        found[candidate] = None
        if len(found) > _MOST_CANDIDATES:
            break
    return tuple(found)


def _candidates(code: str) -> list[str]:
    match len(code):
        case 18:
            fitting = code.translate(_LOOKALIKES)
            whole = [*_swapped(fitting, is_uscc), *_one_wrong_18(fitting)]
            return [each[_INNER] for each in whole]
        case 17:
            return [each[_INNER] for each in _one_lost(code.translate(_LOOKALIKES), USCC, is_uscc)]
        case 19:
            return [each[_INNER] for each in _one_too_many(code.translate(_LOOKALIKES), is_uscc)]
        case 15:
            return [*_swapped(code[6:], is_org_code), *_one_wrong_9(code[6:])]
        case 9:
            return [*_swapped(code, is_org_code), *_one_wrong_9(code)]
        case 14:  # a 15-character taxpayer id that lost one of its last nine
            return _one_lost(code[6:], ORG, is_org_code)
        case _:
            return []


def _swapped(code: str, fits: Callable[[str], bool]) -> list[str]:
    return [
        each
        for place in range(len(code) - 1)
        if code[place] != code[place + 1]
        and fits(each := code[:place] + code[place + 1] + code[place] + code[place + 2 :])
    ]


def _one_wrong_18(code: str) -> list[str]:
    """The outer check digit leaves one character a place; the inner one decides among them."""
    strange = [place for place, char in enumerate(code) if char not in USCC]
    if len(strange) > 1:
        return []
    values = [USCC.find(char) % 31 if char in USCC else 0 for char in code]
    error = sum(weight * value for weight, value in zip(_USCC_WEIGHTS, values, strict=True)) % 31
    found = []
    for place in strange or range(18):
        right = USCC[(values[place] - error * _USCC_INVERSE[place]) % 31]
        whole = code[:place] + right + code[place + 1 :]
        if right != code[place] and whole[2:8].isdigit() and is_org_code(whole[_INNER]):
            found.append(whole)
    return found


def _one_wrong_9(code: str) -> list[str]:
    """The check digit leaves a letter or a few a place: those whose values are eleven apart."""
    strange = [place for place, char in enumerate(code) if char not in (ORG if place < 8 else ORG_CHECK)]
    if len(strange) > 1:
        return []
    values = [ORG.find(char) for char in code[:8]] + [ORG_CHECK.find(code[8])]
    error = sum(weight * value for weight, value in zip(_ORG_ALL_WEIGHTS, values, strict=True))
    found = []
    for place in strange or range(9):
        alphabet = ORG if place < 8 else ORG_CHECK
        right = (values[place] - error * _ORG_INVERSE[place]) % 11
        for char in alphabet[right::11]:
            if char != code[place]:
                found.append(code[:place] + char + code[place + 1 :])
    return found


def _one_lost(code: str, alphabet: str, fits: Callable[[str], bool]) -> list[str]:
    whole = (code[:place] + char + code[place:] for place in range(len(code) + 1) for char in alphabet)
    return list(dict.fromkeys(each for each in whole if fits(each)))


def _one_too_many(code: str, fits: Callable[[str], bool]) -> list[str]:
    whole = (code[:place] + code[place + 1 :] for place in range(len(code)))
    return list(dict.fromkeys(each for each in whole if fits(each)))
