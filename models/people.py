"""Users, their roles and scope, and their sign-ins."""

import datetime as dt

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Cipher, Code, Distributed, Hash, Id, Identified, ShortText, link
from models.enums import Role, ScopeKind, SignInOutcome


class User(Identified, Base):
    """A member of staff: badge number, window, roles and scope."""

    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("district_id", "username"),
        UniqueConstraint("district_id", "badge_number"),
        link("organisation_id", "organisations"),
        link("department_id", "organisations"),
        link("window_id", "windows"),
    )

    username: Mapped[Code]
    display_name: Mapped[ShortText]
    badge_number: Mapped[Code]
    organisation_id: Mapped[Id]
    department_id: Mapped[Id | None]
    window_id: Mapped[Id | None]
    scope: Mapped[ScopeKind]
    password_hash: Mapped[str] = mapped_column(String(100))
    password_changed_at: Mapped[dt.datetime]
    must_change_password: Mapped[bool]
    phone_cipher: Mapped[Cipher | None]  # for messages about one's own work
    is_active: Mapped[bool]
    failed_count: Mapped[int]
    locked_until: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class UserRole(Distributed, Base):
    __tablename__ = "user_roles"
    __table_args__ = (link("user_id", "users"),)

    user_id: Mapped[Id] = mapped_column(primary_key=True)
    role: Mapped[Role] = mapped_column(primary_key=True)


class PasswordHistory(Identified, Base):
    """Hashes of earlier passwords: the last five may not return."""

    __tablename__ = "password_history"
    __table_args__ = (Index(None, "district_id", "user_id"), link("user_id", "users"))

    user_id: Mapped[Id]
    password_hash: Mapped[str] = mapped_column(String(100))
    changed_at: Mapped[dt.datetime]


class SignInSession(Identified, Base):
    """One sign-in. The cookie holds a random token; only its hash is stored."""

    __tablename__ = "sign_in_sessions"
    __table_args__ = (
        UniqueConstraint("district_id", "token_hash"),
        Index(None, "district_id", "user_id"),
        link("user_id", "users"),
    )

    user_id: Mapped[Id]
    token_hash: Mapped[Hash | None]
    browser_hash: Mapped[Hash]
    created_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]
    address: Mapped[Code]


class SignInTicket(Distributed, Base):
    """A single-use, 30-second hand-over from the page to the route that sets the cookie."""

    __tablename__ = "sign_in_tickets"
    __table_args__ = (link("session_id", "sign_in_sessions"),)

    ticket_hash: Mapped[Hash] = mapped_column(primary_key=True)
    session_id: Mapped[Id]
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class SignInAttempt(Identified, Base):
    __tablename__ = "sign_in_attempts"
    __table_args__ = (Index(None, "district_id", "username", "at"), Index(None, "district_id", "address", "at"))

    username: Mapped[Code]
    outcome: Mapped[SignInOutcome]
    address: Mapped[Code]
    at: Mapped[dt.datetime]


class DownloadToken(Distributed, Base):
    """A one-time right to fetch one file: `/d/<token>` checks the owner before the token is spent."""

    __tablename__ = "download_tokens"
    __table_args__ = (link("user_id", "users"),)

    token_hash: Mapped[Hash] = mapped_column(primary_key=True)
    user_id: Mapped[Id | None]
    browser_hash: Mapped[Hash]
    file_name: Mapped[ShortText]
    content_type: Mapped[ShortText]
    storage_key: Mapped[ShortText]
    is_temporary: Mapped[bool]
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]
