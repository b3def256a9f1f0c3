"""Hashes of passwords, and the one-time passwords that administrators hand out."""

import secrets
from functools import lru_cache

import bcrypt

from services.errors import Invalid
from services.rules.passwords import MOST_BYTES

COST = 12  # a quarter of a second of one core
ONE_TIME_LETTERS = "abcdefghjkmnpqrstuvwxyz"
ONE_TIME_CAPITALS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
ONE_TIME_DIGITS = "23456789"


def hashed(password: str) -> str:
    """Raises Invalid past 72 bytes, which bcrypt cannot tell apart."""
    raw = password.encode()
    if len(raw) > MOST_BYTES:
        raise Invalid(f"密码过长：最多 {MOST_BYTES} 字节（一个汉字占 3 字节，约 24 个汉字）")
    return bcrypt.hashpw(raw, bcrypt.gensalt(COST)).decode("ascii")


@lru_cache(maxsize=4)
def _decoy(cost: int) -> str:
    return bcrypt.hashpw(b"nobody", bcrypt.gensalt(cost)).decode("ascii")


def matches(password: str, password_hash: str | None) -> bool:
    """Whether the password fits. Without a hash (no such user) it takes as long, and does not."""
    raw = password.encode()
    fits = bcrypt.checkpw(raw[:MOST_BYTES], (password_hash or _decoy(COST)).encode("ascii"))
    return fits and password_hash is not None and len(raw) <= MOST_BYTES


def one_time() -> str:
    """A random password that can be read out over the telephone: 16 characters in four groups."""
    kinds = (ONE_TIME_LETTERS, ONE_TIME_CAPITALS, ONE_TIME_DIGITS, ONE_TIME_LETTERS)
    return "-".join("".join(secrets.choice(kind) for _ in range(4)) for kind in kinds)
