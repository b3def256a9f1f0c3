"""Handing a voucher out as Word or PDF: made at the first asking, and the same ever after."""

import dataclasses
import datetime as dt

from models.documents import CaseDocument
from models.enums import DocumentKind
from services import attachments, confidential, database
from services.documents import drawing, templates
from services.documents.filling import ADDRESS, fill
from services.documents.writing import title
from services.errors import NotFound


@dataclasses.dataclass(frozen=True)
class Key:
    """Which voucher; whoever asks has been let see its case."""

    district_id: int
    case_id: int
    sequence: int
    kind: DocumentKind

    @classmethod
    def of(cls, document: CaseDocument) -> "Key":
        return cls(document.district_id, document.case_id, document.sequence, document.kind)


def _get(session: database.Session, key: Key, *, is_to_keep: bool = False) -> CaseDocument:
    """The voucher; whoever is about to keep its file waits for whoever is doing so."""
    identity = key.district_id, key.case_id, key.sequence, key.kind
    found = session.get(CaseDocument, identity, with_for_update=True if is_to_keep else None)
    if found is None:
        raise NotFound("没有找到这份文书")
    return found


def word(key: Key, *, now: dt.datetime) -> bytes:
    """The Word file. Filled while reading, so that no writer waits for it; the first one made is kept."""
    with database.reading() as session:
        found = _get(session, key)
        if found.storage_key is not None and found.sha256 is not None:
            return attachments.fetch(found.storage_key, found.sha256, f"{title(found)}.docx")
        template = templates.content(session, key.district_id, key.kind, found.template_version)
        address = confidential.tracking_url(key.district_id, str(found.facts["办件编号"]))
        content = fill(template, found.facts | {"文号": found.number, ADDRESS: address})
    storage_key, digest = attachments.store(content, now=now)
    with database.writing() as session:
        found = _get(session, key, is_to_keep=True)
        if found.storage_key is None:
            found.storage_key, found.sha256 = storage_key, digest
            return content
    attachments.remove([storage_key])  # somebody was quicker: theirs is the one that went out
    return word(key, now=now)


def pdf(key: Key, *, now: dt.datetime) -> bytes:
    """The Word file drawn as PDF."""
    content = word(key, now=now)
    with database.reading() as session:
        found = _get(session, key)
    return drawing.pdf(content, title=f"{title(found)} {found.number}", foot=found.number)
