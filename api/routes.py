"""The few routes beside the pages: the sign-in cookie, one-time downloads, health, and the front end's own files."""

import datetime as dt
import re
from urllib.parse import quote

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

import settings
from api import browsers
from services import database, districts, downloads, sign_in
from services import sign_in_sessions as sessions

STATIC = settings.ROOT / "static"
LOCAL_PATH = re.compile(r"/[\w\-./]*(\?[\w\-.~%=&+]*)?", re.ASCII)
GONE = "链接已失效或不属于您：请回到页面重新点击下载。"


def _now() -> dt.datetime:
    return dt.datetime.now(settings.current().zone)


def _local(path: str) -> str:
    """A page of ours to go on to; anything else becomes the first page."""
    return path if LOCAL_PATH.fullmatch(path) and not path.startswith("//") else "/"


def _redeem(ticket: str, browser_hash: str) -> str | None:
    with database.writing() as session:
        return sign_in.redeem(session, ticket, browser_hash=browser_hash, now=_now())


async def claim(request: Request) -> Response:
    """Turn the single-use ticket into the HttpOnly cookie, and go on to the page."""
    token = await to_thread.run_sync(_redeem, request.query_params.get("ticket", ""), browsers.hash_of(request))
    response = RedirectResponse(_local(request.query_params.get("next", "/")), 303)
    if token is not None:
        browsers.set_cookie(response, request, sessions.COOKIE, token)
    return response


async def leave(request: Request) -> Response:
    """Drop the cookie of a sign-in that has ended. A live one stays: a link from elsewhere signs nobody out."""
    response = RedirectResponse("/", 303)
    if await to_thread.run_sync(browsers.person, request) is None:
        response.delete_cookie(sessions.COOKIE, path="/", httponly=True, samesite="lax")
    return response


def _stay(request: Request) -> None:
    person = browsers.person(request)
    if person is not None:
        with database.writing() as session:
            sessions.touch(session, person, now=_now())


async def stay(request: Request) -> Response:
    """Somebody types: the idle time starts again. The header cannot be sent from another site."""
    if request.headers.get("x-requested-with") == "yichuang":
        await to_thread.run_sync(_stay, request)
    return Response(status_code=204)


def _take(request: Request) -> downloads.File | None:
    person = browsers.person(request)
    with database.writing() as session:
        return downloads.take(
            session,
            request.path_params["token"],
            district_id=districts.current_id(session),
            user_id=person.user_id if person else None,
            browser_hash=browsers.hash_of(request),
            now=_now(),
        )


async def download(request: Request) -> Response:
    file = await to_thread.run_sync(_take, request)
    if file is None:
        return PlainTextResponse(GONE, 404, headers={"Cache-Control": "no-store"})
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name)}",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(file.content, media_type=file.content_type, headers=headers)


def _database_answers() -> bool:
    try:
        database.is_empty()
    except Exception:
        return False
    return True


async def health(request: Request) -> Response:
    up = await to_thread.run_sync(_database_answers)
    return JSONResponse({"status": "ok" if up else "database unreachable"}, 200 if up else 503)


async def home(request: Request) -> Response:
    """Streamlit answers for its default page at `/` only."""
    return RedirectResponse(f"/?{request.url.query}" if request.url.query else "/", 307)


def _file(name: str, media_type: str) -> Route:
    async def serve(request: Request) -> Response:
        return FileResponse(STATIC / name, media_type=media_type, headers={"Cache-Control": "max-age=300"})

    return Route(f"/ui/{name}", serve)


ROUTES = [
    Route("/auth/claim", claim),
    Route("/auth/leave", leave),
    Route("/auth/stay", stay, methods=["POST"]),
    Route("/d/{token}", download),
    Route("/guide", home),
    Route("/healthz", health),
    _file("zh.js", "text/javascript"),
    _file("front.js", "text/javascript"),
    _file("keys.js", "text/javascript"),
    _file("favicon.png", "image/png"),
]
