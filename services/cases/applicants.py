"""Applicants: found again by id or name; ids, phones and e-mail addresses encrypted (security 14)."""

import dataclasses

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.cases import Applicant
from models.enums import ApplicantKind, IdType
from services import confidential
from services.errors import Invalid
from services.rules import contacts, identifiers

ORGANISATION_IDS = frozenset({IdType.USCC, IdType.ORG_CODE})
NAME_LENGTH = 200


@dataclasses.dataclass(frozen=True)
class ApplicantEntry:
    """What the clerk typed about the applicant."""

    name: str
    id_number: str
    id_type: IdType = IdType.CITIZEN_ID
    phone: str = ""
    email: str = ""

    @property
    def kind(self) -> ApplicantKind:
        return ApplicantKind.ORGANISATION if self.id_type in ORGANISATION_IDS else ApplicantKind.PERSON


@dataclasses.dataclass(frozen=True)
class ApplicantCard:
    """A known applicant as shown: masked."""

    id: int
    kind: ApplicantKind
    name: str
    id_type: IdType
    masked_id: str
    masked_phone: str


def key_of(id_type: IdType, id_number: str) -> str:
    """The blind index of a checked id; a 15-digit citizen id equals its 18-digit form."""
    number = identifiers.to_18(id_number) if id_type == IdType.CITIZEN_ID and len(id_number) == 15 else id_number
    return confidential.blind(f"{id_type.value}:{number}")


def guess_id_type(text: str) -> IdType:
    """What kind of id was typed: an 18-character unified code, a 9-character organisation code, else a citizen id."""
    code = identifiers.normalise(text)
    if identifiers.problem_of_citizen_id(code) is None:
        return IdType.CITIZEN_ID
    if identifiers.problem_of_uscc(code) is None or (len(code) == 18 and not code[:17].isdigit()):
        return IdType.USCC
    return IdType.ORG_CODE if len(code) == 9 else IdType.CITIZEN_ID


def checked(entry: ApplicantEntry) -> ApplicantEntry:
    """The entry in normal form. Raises Invalid with a message for each field that is wrong."""
    problems: dict[str, str] = {}
    number, phone, email = entry.id_number, "", ""
    name = " ".join(entry.name.split())
    if not name:
        problems["name"] = "请填写申请人姓名或名称"
    elif len(name) > NAME_LENGTH:
        problems["name"] = f"申请人名称超过 {NAME_LENGTH} 个字"
    try:
        number = identifiers.check_id(entry.id_type, entry.id_number)
    except Invalid as error:
        problems["id_number"] = error.message
    try:
        phone = identifiers.check_phone(entry.phone) if entry.phone.strip() else ""
    except Invalid as error:
        problems["phone"] = error.message
    try:
        email = contacts.check_email(entry.email) if entry.email.strip() else ""
    except Invalid as error:
        problems["email"] = error.message
    if problems:
        raise Invalid("；".join(problems.values()), problems)
    return ApplicantEntry(name, number, entry.id_type, phone, email)


def ensure(session: Session, district_id: int, entry: ApplicantEntry) -> Applicant:
    """The applicant of a checked entry: known or new; a new name, phone or e-mail address is kept."""
    key = key_of(entry.id_type, entry.id_number)
    found = session.scalar(select(Applicant).where(Applicant.district_id == district_id, Applicant.id_key == key))
    if found is None:
        found = Applicant(
            district_id=district_id,
            kind=entry.kind,
            name=entry.name,
            id_type=entry.id_type,
            id_key=key,
            id_cipher=confidential.encrypt(entry.id_number),
        )
        session.add(found)
    if found.name != entry.name:
        found.name = entry.name
    if entry.phone and found.phone_key != (phone_key := confidential.blind(entry.phone)):
        found.phone_key, found.phone_cipher = phone_key, confidential.encrypt(entry.phone)
    if entry.email and (found.email_cipher is None or confidential.decrypt(found.email_cipher) != entry.email):
        found.email_cipher = confidential.encrypt(entry.email)
    session.flush()
    return found


def card(applicant: Applicant) -> ApplicantCard:
    return ApplicantCard(
        applicant.id,
        applicant.kind,
        applicant.name,
        applicant.id_type,
        identifiers.mask_id(confidential.decrypt(applicant.id_cipher)),
        identifiers.mask_phone(confidential.decrypt(applicant.phone_cipher)) if applicant.phone_cipher else "",
    )


def entry_of(session: Session, district_id: int, applicant_id: int) -> ApplicantEntry | None:
    """A known applicant's own data, to file another case with; ids never leave the server in full."""
    found = session.get(Applicant, (district_id, applicant_id))
    if found is None:
        return None
    phone = confidential.decrypt(found.phone_cipher) if found.phone_cipher else ""
    email = confidential.decrypt(found.email_cipher) if found.email_cipher else ""
    return ApplicantEntry(found.name, confidential.decrypt(found.id_cipher), found.id_type, phone, email)


def find(session: Session, district_id: int, text: str, *, limit: int = 8) -> list[ApplicantCard]:
    """Known applicants by whole id, whole phone, or the beginning of a name."""
    text = " ".join(text.split())
    if len(text) < 2:
        return []
    code = identifiers.normalise(text)
    by_id = [key_of(kind, code) for kind in IdType] if len(code) >= 8 else []
    wanted = select(Applicant).where(Applicant.district_id == district_id)
    found = list(session.scalars(wanted.where(Applicant.id_key.in_(by_id)))) if by_id else []
    if not found and code.isdigit() and len(code) >= 7:
        found = list(session.scalars(wanted.where(Applicant.phone_key == confidential.blind(code)).limit(limit)))
    if not found and not code.isdigit():
        begins = (Applicant.name >= text) & (Applicant.name < text + "\U0010ffff")
        found = list(session.scalars(wanted.where(begins).order_by(Applicant.name).limit(limit)))
    return [card(applicant) for applicant in found]


def count(session: Session, district_id: int) -> int:
    return session.scalar(select(func.count()).select_from(Applicant).where(Applicant.district_id == district_id)) or 0
