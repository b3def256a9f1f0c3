"""What an applicant has filled in so far, complete or not; kept encrypted as one text."""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from models.enums import ApplicantKind, IdType
from services import confidential
from services.cases import applicants
from services.cases.applicants import ApplicantEntry
from services.errors import Invalid

LONGEST = 60_000  # characters of all that a person may type into one draft
AGENT_LENGTH = 60


@dataclasses.dataclass(frozen=True)
class Content:
    """`answers` are by the key of the form's field."""

    id_type: IdType = IdType.CITIZEN_ID
    id_number: str = ""
    name: str = ""
    phone: str = ""
    email: str = ""
    agent: str = ""
    subject: str = ""
    answers: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def kind(self) -> ApplicantKind:
        return self.applicant.kind

    @property
    def applicant(self) -> ApplicantEntry:
        return ApplicantEntry(self.name, self.id_number, self.id_type, self.phone, self.email)


def seal(content: Content) -> str:
    """Raises Invalid for more than a form can hold."""
    told = json.dumps(dataclasses.asdict(content), ensure_ascii=False)
    if len(told) > LONGEST:
        raise Invalid("填写的内容过长，请精简后再保存")
    return confidential.encrypt(told)


def unseal(cipher: str) -> Content:
    found = json.loads(confidential.decrypt(cipher))
    return Content(**found | {"id_type": IdType(found["id_type"])})


def checked_applicant(content: Content) -> Content:
    """The applicant in normal form. Raises Invalid with every field that is wrong; online a phone must be given."""
    problems: dict[str, str] = {}
    entry = content.applicant
    try:
        entry = applicants.checked(entry)
    except Invalid as error:
        problems |= error.fields
    if not content.phone.strip():
        problems["phone"] = "请填写联系电话：补正、办结都会发短信告诉您"
    if len(content.agent.strip()) > AGENT_LENGTH:
        problems["agent"] = f"代理人姓名超过 {AGENT_LENGTH} 个字"
    if problems:
        raise Invalid("；".join(problems.values()), problems)
    return dataclasses.replace(
        content,
        name=entry.name,
        id_number=entry.id_number,
        phone=entry.phone,
        email=entry.email,
        agent=" ".join(content.agent.split()),
    )
