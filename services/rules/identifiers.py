"""Identifiers: check digits, normal forms, masks, case numbers and query codes (domain §6, §2.4, §8.3).

Every `problem_of_*` answers None when the text is right, and else one Chinese sentence saying what is wrong and how to
mend it. It never offers the expected check digit: a reader would type that over instead of finding the mistake.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from operator import mul

from models.enums import IdType
from services.errors import Invalid

_SPACE_OR_HYPHEN = re.compile(r"[\s\-\u00ad\u200b-\u200d\u2010-\u2015\u2212\u2060\ufeff]")


def normalise(text: str) -> str:
    """Half-width (NFKC), upper case, no spaces or hyphens of any kind."""
    return _SPACE_OR_HYPHEN.sub("", unicodedata.normalize("NFKC", text)).upper()


_ORG_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_ORG_VALUE = {char: value for value, char in enumerate(_ORG_ALPHABET)}
_USCC_VALUE = {char: value for value, char in enumerate(_USCC_ALPHABET)}


def org_code_check(body: str) -> str:
    """Check character of the first 8 characters. Source: GB 11714-1997."""
    total = sum(map(mul, _ORG_WEIGHTS, map(_ORG_VALUE.__getitem__, body)))
    return "0123456789X0"[11 - total % 11]


def uscc_check(body: str) -> str:
    """Check character of the first 17 characters. Source: GB 32100-2015."""
    total = sum(map(mul, _USCC_WEIGHTS, map(_USCC_VALUE.__getitem__, body)))
    return _USCC_ALPHABET[-total % 31]


def problem_of_org_code(text: str) -> str | None:
    """What is wrong with an organisation code of 9 characters, hyphen or not. Source: GB 11714-1997."""
    code = normalise(text)
    if problem := _problem_of_length("组织机构代码", code, 9):
        return problem
    if not re.fullmatch(r"[0-9A-Z]{8}[0-9X]", code):
        return "组织机构代码前8位应为数字或字母，末位应为数字或X，请对照代码证核对。"
    if org_code_check(code[:8]) != code[8]:
        return "组织机构代码的末位校验码与前8位不符，多为抄错一位或相邻两位颠倒，请对照代码证逐位核对。"
    return None


def problem_of_uscc(text: str) -> str | None:
    """What is wrong with a unified social credit code; the organisation code inside it is checked as well.

    Source: GB 32100-2015 (18th character), GB 11714-1997 (9th to 17th character).
    """
    code = normalise(text)
    if problem := _problem_of_length("统一社会信用代码", code, 18):
        return problem
    for place, char in enumerate(code, 1):
        if char not in _USCC_ALPHABET:
            return f"统一社会信用代码第{place}位“{char}”无效：只用数字和除I、O、S、V、Z外的大写字母，请对照证照改正。"
    if not re.fullmatch(r"[0-9]{6}", code[2:8]):
        return "统一社会信用代码第3至8位是登记机关行政区划码，应为6位数字，请对照证照核对。"
    if uscc_check(code[:17]) != code[17]:
        return "统一社会信用代码的第18位校验码与前17位不符，多为抄错一位或相邻两位颠倒，请对照证照逐位核对。"
    if org_code_check(code[8:16]) != code[16]:
        return "统一社会信用代码第9至17位（组织机构代码）的校验码不符，请对照证照逐位核对这9位。"
    return None


def org_code_of_uscc(uscc: str) -> str:
    """The organisation code inside a unified social credit code (9th to 17th character)."""
    return normalise(uscc)[8:17]


def _problem_of_length(name: str, code: str, length: int) -> str | None:
    if not code:
        return f"请填写{name}（{length}位）。"
    if len(code) != length:
        return f"{name}应为{length}位，现为{len(code)}位，请对照证件补全或删去多余字符。"
    return None


_CITIZEN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def citizen_id_check(body: str) -> str:
    """Check character of the first 17 digits. Source: GB 11643-1999."""
    return "10X98765432"[sum(weight * int(digit) for weight, digit in zip(_CITIZEN_WEIGHTS, body, strict=True)) % 11]


def to_18(citizen_id: str) -> str:
    """A 15-digit citizen id in its 18-character form; any other text only normalised. Source: GB 11643-1999."""
    number = normalise(citizen_id)
    if not re.fullmatch(r"[0-9]{15}", number):
        return number
    body = f"{number[:6]}19{number[6:]}"
    return body + citizen_id_check(body)


def problem_of_citizen_id(text: str) -> str | None:
    """What is wrong with a citizen id of 18 characters, or of 15 digits as issued before 1999.

    The region is no more than a hint: people keep the code of a county that is gone. Source: GB 11643-1999.
    """
    number = to_18(text)
    if problem := _problem_of_length("居民身份证号码", number, 18):
        return problem
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return "居民身份证号码前17位应为数字，末位应为数字或X，请对照身份证核对。"
    if _date_of(number[6:14]) is None:
        return f"居民身份证号码第7至14位“{number[6:14]}”不是真实存在的出生日期，请对照身份证核对这8位。"
    if citizen_id_check(number[:17]) != number[17]:
        return "居民身份证号码的末位校验码与前17位不符，多为抄错一位或相邻两位颠倒，请对照身份证逐位核对。"
    return None


def birth_date(citizen_id: str) -> date:
    """Date of birth in a valid citizen id."""
    born = _date_of(check_id(IdType.CITIZEN_ID, citizen_id)[6:14])
    assert born is not None
    return born


def sex(citizen_id: str) -> str:
    """男 when the 17th digit of a valid citizen id is odd, else 女. Source: GB 11643-1999."""
    return "男" if int(check_id(IdType.CITIZEN_ID, citizen_id)[16]) % 2 else "女"


def _date_of(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def _problem_of_shape(name: str, pattern: str, hint: str) -> Callable[[str], str | None]:
    def problem(text: str) -> str | None:
        if not text:
            return f"请填写{name}号码。"
        return None if re.fullmatch(pattern, text) else f"{name}号码格式不对：{hint}，请对照证件核对。"

    return problem


_PROBLEM_OF: dict[IdType, Callable[[str], str | None]] = {
    IdType.CITIZEN_ID: problem_of_citizen_id,
    IdType.USCC: problem_of_uscc,
    IdType.ORG_CODE: problem_of_org_code,
    IdType.PASSPORT: _problem_of_shape("护照", r"[0-9A-Z]{5,17}", "应为5至17位字母和数字"),
    IdType.HK_MACAO_PERMIT: _problem_of_shape(
        "港澳居民来往内地通行证", r"[HM][0-9]{8}([0-9]{2})?", "应为H或M加8位（旧证10位）数字"
    ),
    IdType.TAIWAN_PERMIT: _problem_of_shape(
        "台湾居民来往大陆通行证", r"[0-9]{8}|[0-9]{10}[0-9A-Z]?", "应为8位（旧证10位）数字"
    ),
    IdType.OTHER: _problem_of_shape("证件", r".{2,40}", "应为2至40个字符"),
}


def check_id(id_type: IdType, number: str) -> str:
    """The number in normal form; a citizen id of 15 digits becomes one of 18. Raises Invalid saying what is wrong."""
    normal = to_18(number) if id_type == IdType.CITIZEN_ID else normalise(number)
    if problem := _PROBLEM_OF[id_type](normal):
        raise Invalid(problem)
    return normal


_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"0(?:10|2[0-9])[0-9]{8}|0[3-9][0-9]{2}[0-9]{7,8}")


def normalise_phone(text: str) -> str:
    """Digits only, without brackets and the country code 86."""
    digits = re.sub(r"[()]", "", normalise(text))
    return re.sub(r"^(?:\+|00)86(?=[01])", "", digits)


def problem_of_phone(text: str) -> str | None:
    """What is wrong with a mobile number of 11 digits or a landline number with its area code."""
    phone = normalise_phone(text)
    if not phone:
        return "请填写联系电话：11位手机号，或带区号的固定电话。"
    if _MOBILE.fullmatch(phone) or _LANDLINE.fullmatch(phone):
        return None
    if re.fullmatch(r"[2-9][0-9]{6,7}", phone):
        return "固定电话缺少区号，请在前面加上区号，如028-。"
    return "联系电话应为11位手机号（1开头），或带区号的固定电话（如028加8位号码），请核对位数。"


def check_phone(text: str) -> str:
    """The phone in normal form. Raises Invalid saying what is wrong."""
    if problem := problem_of_phone(text):
        raise Invalid(problem)
    return normalise_phone(text)


def make_case_number(region6: str, day: date, sequence: int) -> str:
    """Region (6) + yyyyMMdd + sequence (5) + check digit by ISO 7064 MOD 11,10: 20 digits.

    Raises Invalid when the region is not 6 digits or the day's numbers are used up.
    """
    if not re.fullmatch(r"[0-9]{6}", region6):
        raise Invalid(f"办件编号的区域代码应为6位数字，现为“{region6}”。")
    if not 1 <= sequence <= 99_999:
        raise Invalid("办件编号的当日序号应在1至99999之间，请联系系统管理员。")
    body = f"{region6}{day:%Y%m%d}{sequence:05d}"
    return body + _mod_11_10(body)


def is_case_number(text: str) -> bool:
    """True when the text, normalised, is a case number with a real date and a fitting check digit."""
    number = normalise(text)
    if not re.fullmatch(r"[0-9]{20}", number) or _date_of(number[6:14]) is None:
        return False
    return _mod_11_10(number[:19]) == number[19]


def _mod_11_10(digits: str) -> str:
    product = 10
    for digit in digits:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)


_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CROCKFORD_CHECK = _CROCKFORD + "*~$=U"
QUERY_CODE_LENGTH = 13  # 65 bits


def crockford(value: bytes | int, length: int = QUERY_CODE_LENGTH) -> str:
    """`length` characters of base32 and one check character modulo 37. Source: Crockford base32.

    Raises ValueError when the value needs more than 5 × length bits.
    """
    number = int.from_bytes(value, "big") if isinstance(value, bytes) else value
    if not 0 <= number < 32**length:
        raise ValueError(f"{length} characters hold {5 * length} bits")
    chars = (_CROCKFORD[number >> 5 * place & 31] for place in reversed(range(length)))
    return "".join(chars) + _CROCKFORD_CHECK[number % 37]


def normalise_query_code(text: str) -> str:
    """Upper case without spaces and hyphens; O is read as 0, I and L as 1."""
    return normalise(text).translate(str.maketrans("OIL", "011"))


def is_query_code(text: str, length: int = QUERY_CODE_LENGTH) -> bool:
    """True when the text is `length` characters and their check character, however typed."""
    code = normalise_query_code(text)
    if len(code) != length + 1 or any(char not in _CROCKFORD for char in code[:-1]):
        return False
    number = sum(_CROCKFORD.index(char) << 5 * place for place, char in enumerate(reversed(code[:-1])))
    return _CROCKFORD_CHECK[number % 37] == code[-1]


def show_query_code(code: str) -> str:
    """The code as printed: XXXX-XXXX-XXXXX-C."""
    code = normalise_query_code(code)
    return "-".join((code[:4], code[4:8], code[8:-1], code[-1]))


def mask_name(name: str, *, is_organisation: bool = False) -> str:
    """徐全 → 徐*, 徐福全 → 徐*全. An organisation's name is public (行政许可法 art. 40) and stays."""
    name = name.strip()
    if is_organisation:
        return name
    if len(name) < 3:
        return name[:-1] + "*" * bool(name)
    return name[0] + "*" * (len(name) - 2) + name[-1]


def mask_id(number: str) -> str:
    """Hides the birth date of a citizen id, the middle of any other number."""
    number = normalise(number)
    head, tail = {18: (6, 4), 15: (6, 3)}.get(len(number), (2, 2) if len(number) > 6 else (0, 0))
    return number[:head] + "*" * (len(number) - head - tail) + number[len(number) - tail :]


def mask_phone(phone: str) -> str:
    """First 3 and last 4 digits: 138****8000."""
    digits = normalise_phone(phone)
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) > 9 else "*" * len(digits)


_TO_STREET = re.compile(r"\D*?(?:街道|镇(?![江市])|乡(?!市))|\D*?(?:大道|路|街|巷)|\D*(?:[省市县州]|(?<![小社园])区)")


def mask_address(address: str) -> str:
    """An address as far as its street or town; house, building and door are hidden."""
    shown = _TO_STREET.match(unicodedata.normalize("NFKC", address).strip())
    return (shown.group() if shown else "") + "****"
