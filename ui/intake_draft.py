"""What the fields of the intake form cannot hold themselves: one draft, kept in the session until it is filed."""

import dataclasses
import secrets
from collections.abc import Hashable

import streamlit as st

from services.actors import Actor
from services.cases.applicants import ApplicantCard
from services.tax.standing import Enterprise
from ui.forms import Fields

STATE = "_intake"


@dataclasses.dataclass(frozen=True)
class Receipt:
    """What the last applicant took home."""

    number: str
    query_code: str
    item: str
    applicant: str
    outcome: str


@dataclasses.dataclass
class Draft:
    """The form at hand: its key, the applicant found, what is wrong with which value; and what the last case left.

    The field of the id number shows it masked; in full it stands here.
    """

    clerk_id: int | None = None
    district_id: int = 0
    serial: int = 1
    form_key: str = dataclasses.field(default_factory=lambda: secrets.token_hex(16))
    id_number: str = ""
    masked_id: str = ""
    masked_phone: str = ""
    applicant_id: int | None = None
    cards: tuple[ApplicantCard, ...] = ()
    standing: Enterprise | None = None  # of an enterprise in the registers, where the clerk may see it
    problems: dict[str, tuple[str, Hashable]] = dataclasses.field(default_factory=dict)
    refusals: int = 0
    item_id: int | None = None
    item_name: str = ""
    item_words: str = ""
    last_item_id: int | None = None
    last_item_words: str = ""
    last_applicant: int | None = None
    receipt: Receipt | None = None

    @property
    def name(self) -> str:
        return f"intake-{self.serial}"

    def key(self, field: str) -> str:
        return f"{self.name}-{field}"

    def typed(self, field: str) -> str:
        """What the field holds, cut at both ends."""
        return str(st.session_state.get(self.key(field)) or "").strip()

    def write(self, field: str, value: str) -> None:
        """Put a value into a field; only before it is drawn, as in callbacks."""
        st.session_state[self.key(field)] = value

    def forget_applicant(self) -> None:
        self.applicant_id, self.id_number, self.masked_id, self.masked_phone = None, "", "", ""
        self.cards, self.standing = (), None

    def complain(self, problems: dict[str, str], values: dict[str, Hashable]) -> None:
        """Each complaint stands as long as its field holds the value complained of."""
        self.problems |= {field: (message, values.get(field)) for field, message in problems.items()}

    def mark(self, fields: Fields, **values: Hashable) -> None:
        """Say what still is wrong, under each field."""
        for field, value in values.items():
            message, about = self.problems.get(field, ("", value))
            if message and about == value:
                fields.mark({field: message})
            else:
                self.problems.pop(field, None)

    def followed(self, receipt: Receipt, applicant_id: int | None) -> "Draft":
        """An empty form for the next case."""
        return Draft(
            self.clerk_id,
            self.district_id,
            self.serial + 1,
            last_item_id=self.item_id,
            last_item_words=self.item_words,
            last_applicant=applicant_id,
            receipt=receipt,
        )


def begin(clerk: Actor) -> Draft:
    """The clerk's draft; one that somebody else left in this session is dropped."""
    found = st.session_state.get(STATE)
    if found is None or found.clerk_id != clerk.user_id:
        replace(Draft(clerk.user_id, clerk.district_id, found.serial + 1 if found else 1))
    return at_hand()


def at_hand() -> Draft:
    """The draft of this session, for callbacks."""
    return st.session_state[STATE]


def replace(draft: Draft) -> None:
    st.session_state[STATE] = draft
