"""Files of cases: checked by content, images drawn anew, stored under random names outside any web root."""

import dataclasses
import datetime as dt
import hashlib
import io
import os
import secrets
import zipfile
from collections.abc import Iterable
from pathlib import PurePath
from urllib.parse import urlparse

import fsspec
from PIL import Image, UnidentifiedImageError
from sqlalchemy.orm import Session

import settings
from models.cases import Attachment, Case
from services.actors import Actor
from services.errors import Invalid, NotFound

MEGABYTE = 1024 * 1024
NAME_LENGTH = 200
LARGEST_PICTURE = 60_000_000  # pixels
PDF, JPEG, PNG, ZIP = b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04"
KINDS: dict[str, tuple[bytes, str]] = {
    ".pdf": (PDF, "application/pdf"),
    ".jpg": (JPEG, "image/jpeg"),
    ".jpeg": (JPEG, "image/jpeg"),
    ".png": (PNG, "image/png"),
    ".docx": (ZIP, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ".xlsx": (ZIP, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ".ofd": (ZIP, "application/ofd"),
}
# A ZIP is what it says only with its own main part inside.
INSIDE = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml", ".ofd": "OFD.xml"}
ACCEPTED = tuple(sorted(kind.removeprefix(".") for kind in KINDS))
PICTURES = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG"}


@dataclasses.dataclass(frozen=True)
class Upload:
    """A file as it came; `material_key` names the required material that it belongs to."""

    file_name: str
    content: bytes
    material_key: str | None = None


@dataclasses.dataclass(frozen=True)
class Stored:
    """A file that was checked and lies in the store, whoever it belongs to."""

    file_name: str
    content_type: str
    size: int
    sha256: str
    storage_key: str


def checked(upload: Upload) -> tuple[str, bytes]:
    """(content type, content to store). Raises Invalid for a file too large, or of another type than it says."""
    limit = settings.current().attachment_limit_mb
    suffix = PurePath(upload.file_name).suffix.lower()
    if len(upload.content) > limit * MEGABYTE:
        raise Invalid(f"附件「{upload.file_name}」超过 {limit} MB，请压缩或分开上传")
    if not upload.content:
        raise Invalid(f"附件「{upload.file_name}」是空文件，请重新选择")
    if suffix not in KINDS:
        raise Invalid(f"附件「{upload.file_name}」的类型不在允许范围（{'、'.join(ACCEPTED)}）")
    magic, content_type = KINDS[suffix]
    if not upload.content.startswith(magic) or not _holds_its_part(upload.content, suffix):
        raise Invalid(f"附件「{upload.file_name}」的内容与扩展名 {suffix} 不符，可能已损坏或被改名，请核对后重新上传")
    return content_type, _redrawn(upload, suffix) if suffix in PICTURES else upload.content


def _holds_its_part(content: bytes, suffix: str) -> bool:
    """Whether a document that is a ZIP has the part that makes it one; only the list of names is read."""
    if suffix not in INSIDE:
        return True
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return INSIDE[suffix] in archive.NameToInfo
    except (zipfile.BadZipFile, ValueError, OSError):
        return False


def _redrawn(upload: Upload, suffix: str) -> bytes:
    """A picture decoded and encoded again: nothing but pixels survives."""
    try:
        with Image.open(io.BytesIO(upload.content)) as picture:
            if picture.width * picture.height > LARGEST_PICTURE:
                raise Invalid(f"图片「{upload.file_name}」的像素过大，请缩小后上传")
            target = io.BytesIO()
            plain = picture.convert("RGB") if PICTURES[suffix] == "JPEG" else picture
            plain.save(target, PICTURES[suffix], quality=88)
            return target.getvalue()
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        raise Invalid(f"图片「{upload.file_name}」无法读取，可能已损坏，请重新拍照或扫描") from None


def _put(key: str, content: bytes) -> None:
    """Write whole or not at all: a temporary name, flushed to the disk, then renamed."""
    url = settings.current().attachments_url
    if urlparse(url).scheme == "file":
        path = urlparse(url).path + "/" + key
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path + ".part", "wb") as target:
            target.write(content)
            target.flush()
            os.fsync(target.fileno())
        os.replace(path + ".part", path)
        return
    with fsspec.open(f"{url}/{key}", "wb") as target:
        target.write(content)


def store(content: bytes, *, now: dt.datetime) -> tuple[str, str]:
    """(storage key, SHA-256) of a file of the product's own making, kept whole or not at all."""
    key = f"{now:%Y%m}/{secrets.token_hex(16)}"
    _put(key, content)
    return key, hashlib.sha256(content).hexdigest()


def take(upload: Upload, *, now: dt.datetime) -> Stored:
    """Check a file and put it into the store. Raises Invalid."""
    content_type, content = checked(upload)
    key, digest = store(content, now=now)
    name = PurePath(upload.file_name).name[-NAME_LENGTH:]
    return Stored(name, content_type, len(content), digest, key)


def keep(session: Session, case: Case, upload: Upload, *, actor: Actor, now: dt.datetime) -> Attachment:
    """Check and store a file of a case. Raises Invalid."""
    return attach(session, case, take(upload, now=now), upload.material_key, actor=actor, now=now)


def attach(
    session: Session, case: Case, stored: Stored, material_key: str | None, *, actor: Actor, now: dt.datetime
) -> Attachment:
    """Make a file of the store a file of the case."""
    kept = Attachment(
        district_id=case.district_id,
        case_id=case.id,
        material_key=material_key,
        uploaded_by=actor.name,
        uploaded_at=now,
        **dataclasses.asdict(stored),
    )
    session.add(kept)
    return kept


def remove(storage_keys: Iterable[str]) -> None:
    """Take files out of the store that no record names any more: call after the records are gone for good."""
    for key in storage_keys:
        url = f"{settings.current().attachments_url}/{key}"
        system, path = fsspec.core.url_to_fs(url)
        if system.exists(path):
            system.rm_file(path)


def read(attachment: Attachment) -> bytes:
    """The file's content. Raises NotFound when it is gone, Invalid when it was altered on the disk."""
    return fetch(attachment.storage_key, attachment.sha256, attachment.file_name)


def fetch(storage_key: str, sha256: str, file_name: str) -> bytes:
    """A stored file. Raises as `read`."""
    try:
        with fsspec.open(f"{settings.current().attachments_url}/{storage_key}", "rb") as source:
            content = bytes(source.read())
    except FileNotFoundError:
        raise NotFound(f"附件「{file_name}」的文件不存在，请联系系统管理员") from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Invalid(f"附件「{file_name}」与存入时不一致，已拒绝打开，请联系系统管理员")
    return content
