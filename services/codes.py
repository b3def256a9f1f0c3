"""Records by what people type at a terminal: organisation codes, window numbers, user names."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.organisations import Organisation, Window
from models.people import User
from services.errors import NotFound


def _one(session: Session, column: InstrumentedAttribute[int], *wanted: ColumnElement[bool], told: str) -> int:
    found = session.scalar(select(column).where(*wanted))
    if found is None:
        raise NotFound(told)
    return found


def organisation_id(session: Session, district_id: int, code: str) -> int:
    wanted = Organisation.district_id == district_id, Organisation.code == code
    return _one(session, Organisation.id, *wanted, told=f"没有编码为「{code}」的机构，可用编码见「机构窗口」")


def window_id(session: Session, district_id: int, centre_id: int, number: str) -> int:
    wanted = Window.district_id == district_id, Window.centre_id == centre_id, Window.number == number
    return _one(session, Window.id, *wanted, told=f"该机构没有 {number} 号窗口")


def user_id(session: Session, district_id: int, username: str) -> int:
    wanted = User.district_id == district_id, User.username == username.strip().lower()
    return _one(session, User.id, *wanted, told=f"没有用户「{username}」")
