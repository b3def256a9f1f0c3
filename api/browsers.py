"""Cookies at the HTTP side: who asks, and from which browser."""

import datetime as dt

from starlette.requests import HTTPConnection
from starlette.responses import Response

import settings
from services import database
from services import sign_in_sessions as sessions
from services.actors import Actor


def browser_cookie(connection: HTTPConnection) -> str:
    return connection.cookies.get(sessions.BROWSER_COOKIE, "")


def hash_of(connection: HTTPConnection) -> str:
    return sessions.hash_browser(browser_cookie(connection))


def is_secure(connection: HTTPConnection) -> bool:
    return connection.headers.get("x-forwarded-proto", connection.url.scheme) in ("https", "wss")


def address(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client else ""


def person(connection: HTTPConnection) -> Actor | None:
    """The person signed in, by the cookie; None for the public."""
    token = connection.cookies.get(sessions.COOKIE, "")
    if not token:
        return None
    with database.reading() as session:
        return sessions.resolve(
            session,
            token=token,
            browser_hash=hash_of(connection),
            source=address(connection),
            now=dt.datetime.now(settings.current().zone),
        )


def set_cookie(response: Response, connection: HTTPConnection, name: str, value: str) -> None:
    """Gone when the browser closes; out of reach of scripts and of other sites."""
    response.set_cookie(name, value, path="/", httponly=True, samesite="lax", secure=is_secure(connection))
