"""What the window said of each document, round by round."""

import datetime as dt

from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Code, Distributed, Hash, Id, LongText, Name, ShortText, link
from models.enums import DocumentVerdict


class MaterialVerdict(Distributed, Base):
    """One document in one round. `content` is the digest of what was judged: the same digest is the same document."""

    __tablename__ = "material_verdicts"
    __table_args__ = (link("case_id", "cases"),)

    case_id: Mapped[Id] = mapped_column(primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    material_key: Mapped[Code] = mapped_column(primary_key=True)
    name: Mapped[Name]
    verdict: Mapped[DocumentVerdict]
    note: Mapped[LongText]
    content: Mapped[Hash]
    judged_by: Mapped[ShortText]
    judged_at: Mapped[dt.datetime]
