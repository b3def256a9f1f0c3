"""Secrets kept from the database: encryption at rest, blind indexes, query codes.

AES-256-GCM for ids and phones; HMAC-SHA-256 blind indexes for equality search. The query code of a case is derived from its
number with the installation's key, so nothing that opens a case is stored, and a receipt can be printed again.
"""

import base64
import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

import settings
from services.rules import identifiers

NONCE_BYTES = 12
CODE_BITS = 65


@lru_cache(maxsize=16)
def _key(purpose: str) -> bytes:
    return hmac.new(settings.current().key(), purpose.encode(), hashlib.sha256).digest()


@lru_cache(maxsize=1)
def _cipher() -> AESGCM:
    return AESGCM(_key("encryption"))


def mac(purpose: str, text: str) -> str:
    """A keyed digest, 64 hexadecimal characters; different for each purpose."""
    return hmac.digest(_key(purpose), text.encode(), "sha256").hex()


def encrypt(text: str, *, nonce: bytes | None = None) -> str:
    """`nonce`: only where rows must come out the same again (demo data), and then made from the text's own blind index."""
    nonce = nonce or os.urandom(NONCE_BYTES)
    return base64.b64encode(nonce + _cipher().encrypt(nonce, text.encode(), None)).decode("ascii")


def decrypt(cipher: str) -> str:
    raw = base64.b64decode(cipher)
    return _cipher().decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], None).decode()


def blind(text: str) -> str:
    """The blind index of an id or phone: equal texts give equal indexes, nothing else can be read from it."""
    return mac("blind index", text)


def query_code(district_id: int, number: str) -> str:
    """The 65-bit code that, with the number, opens a case to its applicant (security 13)."""
    digest = hmac.new(_key("query code"), f"{district_id}/{number}".encode(), hashlib.sha256).digest()
    return identifiers.crockford(int.from_bytes(digest) >> (len(digest) * 8 - CODE_BITS), CODE_BITS // 5)


def link_token(district_id: int, number: str) -> str:
    """The 128-bit token in the QR code's address."""
    digest = hmac.new(_key("link token"), f"{district_id}/{number}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:16]).decode("ascii").rstrip("=")


def tracking_url(district_id: int, number: str) -> str:
    """The address in the QR code: opens the case's progress without typing."""
    return f"{settings.current().public_url}/track?number={number}&token={link_token(district_id, number)}"


def same(given: str, expected: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(given.encode(), expected.encode())
