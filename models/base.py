"""What all tables share: column types, naming, and the district in every distributed key."""

import datetime as dt
import enum
from decimal import Decimal
from typing import Annotated, Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    MetaData,
    Numeric,
    String,
    Text,
    TypeDecorator,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from models.identity import new_id

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class AwareDateTime(TypeDecorator[dt.datetime]):
    """An instant. Refuses naive values; stores UTC; SQLite gets sortable text."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError(f"naive datetime refused: {value!r}")
        instant = value.astimezone(dt.UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def _values(members: type[enum.Enum]) -> list[str]:
    return [str(member.value) for member in members]


Id = Annotated[int, mapped_column(BigInteger)]
Code = Annotated[str, mapped_column(String(64))]
Name = Annotated[str, mapped_column(String(500))]
ShortText = Annotated[str, mapped_column(String(200))]
LongText = Annotated[str, mapped_column(Text)]
Hash = Annotated[str, mapped_column(String(64))]
Cipher = Annotated[str, mapped_column(String(400))]
Money = Annotated[Decimal, mapped_column(Numeric(16, 2))]
Json = dict[str, Any]


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {
        dt.datetime: AwareDateTime(),
        dt.date: Date(),
        enum.Enum: Enum(enum.Enum, native_enum=False, create_constraint=False, length=40, values_callable=_values),
        Json: JSON(),
        list[Any]: JSON(),
    }


class Reference:
    """A small table copied to every node: the same for all districts."""

    __placement__ = "reference"


class Distributed:
    """A table sharded by district: `district_id` leads the primary key, every UNIQUE and every foreign key."""

    __placement__ = "distributed"

    @declared_attr
    def district_id(cls) -> Mapped[int]:
        return mapped_column(BigInteger, ForeignKey("districts.id"), primary_key=True, sort_order=-20)


class Identified(Distributed):
    """A distributed table whose rows have an identity of their own."""

    @declared_attr
    def id(cls) -> Mapped[int]:
        return mapped_column(BigInteger, primary_key=True, autoincrement=False, default=new_id, sort_order=-10)


def link(column: str, table: str, *, target: str = "id") -> ForeignKeyConstraint:
    """A foreign key to another distributed table, within the district."""
    return ForeignKeyConstraint(["district_id", column], [f"{table}.district_id", f"{table}.{target}"])
