"""Files handed over once: a token for one person in one browser, checked before it is spent (security 5)."""

import dataclasses
import datetime as dt
import hashlib
import secrets

import fsspec
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

import settings
from models.people import DownloadToken
from services import audit, confidential
from services.actors import Actor

VALID_FOR = dt.timedelta(minutes=2)
KEPT_FOR = dt.timedelta(hours=1)
FOLDER = "downloads"


@dataclasses.dataclass(frozen=True)
class File:
    name: str
    content_type: str
    content: bytes


def address(token: str) -> str:
    return f"/d/{token}"


def _path(storage_key: str) -> str:
    return f"{settings.current().attachments_url.rstrip('/')}/{storage_key}"


def _hashed(token: str) -> str:
    return confidential.mac("download", token)


def offer(
    session: Session,
    content: bytes,
    *,
    file_name: str,
    content_type: str,
    actor: Actor,
    browser_hash: str,
    now: dt.datetime,
) -> str:
    """Keep a generated file for two minutes; returns the token that fetches it once. The act is audited."""
    storage_key = f"{FOLDER}/{secrets.token_hex(16)}"
    filesystem, path = fsspec.core.url_to_fs(_path(storage_key))
    filesystem.makedirs(filesystem._parent(path), exist_ok=True)
    with filesystem.open(path, "wb") as file:
        file.write(content)
    digest = hashlib.sha256(content).hexdigest()
    audit.record(
        session,
        "file.download",
        ("file", file_name),
        actor=actor,
        now=now,
        after={"bytes": len(content), "sha256": digest},
    )
    return offer_stored(
        session,
        storage_key,
        file_name=file_name,
        content_type=content_type,
        actor=actor,
        browser_hash=browser_hash,
        now=now,
        is_temporary=True,
    )


def offer_stored(
    session: Session,
    storage_key: str,
    *,
    file_name: str,
    content_type: str,
    actor: Actor,
    browser_hash: str,
    now: dt.datetime,
    is_temporary: bool = False,
) -> str:
    """A token for a file already kept under `storage_key` (relative to the attachments' root)."""
    token = secrets.token_urlsafe(24)
    session.add(
        DownloadToken(
            district_id=actor.district_id,
            token_hash=_hashed(token),
            user_id=actor.user_id,
            browser_hash=browser_hash,
            file_name=file_name,
            content_type=content_type,
            storage_key=storage_key,
            is_temporary=is_temporary,
            expires_at=now + VALID_FOR,
            used_at=None,
        )
    )
    return token


def take(
    session: Session, token: str, *, district_id: int, user_id: int | None, browser_hash: str, now: dt.datetime
) -> File | None:
    """Spend a token. None when it is unknown, spent, expired or another's: all read the same."""
    found = session.execute(
        update(DownloadToken)
        .where(
            DownloadToken.district_id == district_id,
            DownloadToken.token_hash == _hashed(token),
            DownloadToken.browser_hash == browser_hash,
            DownloadToken.user_id == user_id if user_id else DownloadToken.user_id.is_(None),
            DownloadToken.used_at.is_(None),
            DownloadToken.expires_at > now,
        )
        .values(used_at=now)
        .returning(
            DownloadToken.file_name, DownloadToken.content_type, DownloadToken.storage_key, DownloadToken.is_temporary
        )
    ).first()
    if found is None:
        return None
    with fsspec.open(_path(found.storage_key), "rb") as file:
        content = file.read()
    if found.is_temporary:
        _discard(found.storage_key)
    return File(found.file_name, found.content_type, content)


def _discard(storage_key: str) -> None:
    filesystem, path = fsspec.core.url_to_fs(_path(storage_key))
    if filesystem.exists(path):
        filesystem.rm(path)


def sweep(session: Session, *, district_id: int, now: dt.datetime) -> int:
    """Forget tokens an hour past their end, with the temporary files nobody fetched. Returns how many."""
    over = (DownloadToken.district_id == district_id, DownloadToken.expires_at < now - KEPT_FOR)
    stale = session.scalars(select(DownloadToken).where(*over)).all()
    for token in stale:
        if token.is_temporary:
            _discard(token.storage_key)
    session.execute(delete(DownloadToken).where(*over))
    return len(stale)
