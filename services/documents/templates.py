"""The Word templates of vouchers: the shipped ones, and the centre's own in versions."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

import settings
from models.documents import DocumentTemplate
from models.enums import DocumentKind, Permission
from services import attachments, audit
from services.actors import Actor
from services.documents.checking import check
from services.errors import Invalid, NotFound

FOLDER = settings.DATA / "templates"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
NOTE_LENGTH = 200


@dataclasses.dataclass(frozen=True)
class InForce:
    """Which template a kind is filled from now. Version 0 is the shipped one as it was never changed."""

    kind: DocumentKind
    version: int
    is_own: bool
    file_name: str
    edited_by: str = ""
    edited_at: dt.datetime | None = None


def shipped(kind: DocumentKind) -> Path:
    return FOLDER / f"{kind.value}.docx"


def _newest(session: Session, district_id: int, kind: DocumentKind) -> DocumentTemplate | None:
    wanted = select(DocumentTemplate).where(DocumentTemplate.district_id == district_id, DocumentTemplate.kind == kind)
    return session.scalars(wanted.order_by(DocumentTemplate.version.desc()).limit(1)).first()


def in_force(session: Session, district_id: int, kind: DocumentKind) -> InForce:
    row = _newest(session, district_id, kind)
    if row is None:
        return InForce(kind, 0, False, f"{kind.label}.docx")
    return InForce(kind, row.version, row.storage_key is not None, row.file_name, row.uploaded_by, row.uploaded_at)


def history(session: Session, district_id: int, kind: DocumentKind) -> Sequence[DocumentTemplate]:
    """The centre's versions, the newest first."""
    wanted = select(DocumentTemplate).where(DocumentTemplate.district_id == district_id, DocumentTemplate.kind == kind)
    return session.scalars(wanted.order_by(DocumentTemplate.version.desc())).all()


def content(session: Session, district_id: int, kind: DocumentKind, version: int) -> bytes:
    """The Word file of a version; 0 and a version of return are the shipped one. Raises NotFound, Invalid when altered."""
    row = session.get(DocumentTemplate, (district_id, kind, version)) if version else None
    if version and row is None:
        raise NotFound(f"没有{kind.label}模板的第 {version} 版")
    if row is None or row.storage_key is None or row.sha256 is None:
        return shipped(kind).read_bytes()
    return attachments.fetch(row.storage_key, row.sha256, row.file_name)


def upload(
    session: Session, kind: DocumentKind, file_name: str, file: bytes, note: str, *, actor: Actor, now: dt.datetime
) -> int:
    """Check a template and put it into force. Returns its version. Raises Invalid in words; nothing is kept then."""
    actor.must(Permission.TEMPLATES_EDIT)
    said = _note(note)
    check(kind, file_name, file)
    key, digest = attachments.store(file, now=now)
    return _add(session, kind, Path(file_name).name[-NOTE_LENGTH:], key, digest, said, actor, now)


def restore(session: Session, kind: DocumentKind, note: str, *, actor: Actor, now: dt.datetime) -> int:
    """The shipped template again, as one more version."""
    actor.must(Permission.TEMPLATES_EDIT)
    return _add(session, kind, f"{kind.label}.docx", None, None, _note(note), actor, now)


def _note(note: str) -> str:
    said = " ".join(note.split())
    if not 0 < len(said) <= NOTE_LENGTH:
        message = f"请写明改了什么（{NOTE_LENGTH} 个字以内）"
        raise Invalid(message, {"note": message})
    return said


def _add(
    session: Session,
    kind: DocumentKind,
    file_name: str,
    key: str | None,
    digest: str | None,
    note: str,
    actor: Actor,
    now: dt.datetime,
) -> int:
    audit.hold(session, actor.district_id)  # two at once do not share a version
    before = in_force(session, actor.district_id, kind)
    made = DocumentTemplate(
        district_id=actor.district_id,
        kind=kind,
        version=before.version + 1,
        file_name=file_name,
        storage_key=key,
        sha256=digest,
        note=note,
        uploaded_by=actor.name,
        uploaded_at=now,
    )
    session.add(made)
    session.flush()
    after = {"version": made.version, "file": file_name, "sha256": digest}
    audit.record(
        session, "document_template.edit", ("document_template", kind.value), actor=actor, now=now,
        before={"version": before.version}, after=after, reason=note,
    )  # fmt: skip
    return made.version
