"""E-mail addresses: checked as people write them, shown masked."""

import re
import unicodedata

from services.errors import Invalid

_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?\.[A-Za-z]{2,63}"
)


def check_email(text: str) -> str:
    """The address without spaces around it. Raises Invalid when it is none (RFC 5321 in the part that people use)."""
    address = unicodedata.normalize("NFKC", text).strip()
    if not _EMAIL.fullmatch(address) or ".." in address:
        raise Invalid("电子邮箱的写法不对，应为 name@example.cn 的样子。")
    return address


def mask_email(address: str) -> str:
    """First letter and domain: z****@example.cn."""
    name, _, domain = address.partition("@")
    return f"{name[:1]}****@{domain}"
