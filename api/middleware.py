"""What stands between the network and Streamlit. Pure ASGI: each class wraps the next (security 1, 3, 5, 11, 15)."""

import asyncio
import collections
import re
import secrets
import time

from anyio import to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import browsers
from services import sign_in_sessions as sessions

BROWSER_HEADER = "x-yichuang-browser"  # named in .streamlit/config.toml: server.trustedUserHeaders
MOST_SOCKETS = 30
FRAMES_A_SECOND = 5
FRAME_BURST = 20
CLOSED = re.compile(r"/_stcore/(metrics|agent|script-health-check)|^/component/")
IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".webp")

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "frame-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


class SecurityHeaders:
    """The same headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                if browsers.is_secure(HTTPConnection(scope)):
                    headers["strict-transport-security"] = "max-age=31536000"
                if "server" in headers:
                    del headers["server"]
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


class BoundBrowser:
    """The browser's HttpOnly cookie becomes a header that Streamlit trusts, and that no client can send by itself.

    Streamlit then hands a live session back only to the same browser; a websocket without the cookie is refused.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        connection = HTTPConnection(scope)
        cookie = browsers.browser_cookie(connection)
        if scope["type"] == "websocket" and not cookie:
            return await send({"type": "websocket.close", "code": 1008})
        name = BROWSER_HEADER.encode("ascii")
        headers = [(key, value) for key, value in scope["headers"] if key.lower() != name]
        if cookie:
            headers.append((name, browsers.hash_of(connection).encode("ascii")))
        return await self.app({**scope, "headers": headers}, receive, send)


class Bucket:
    """So many frames at once, so many a second after that: who sends more waits, and only they."""

    def __init__(self) -> None:
        self.left = float(FRAME_BURST)
        self.at = time.monotonic()

    async def take(self) -> None:
        moment = time.monotonic()
        self.left = min(FRAME_BURST, self.left + (moment - self.at) * FRAMES_A_SECOND)
        self.at = moment
        self.left -= 1
        if self.left < 0:
            await asyncio.sleep(-self.left / FRAMES_A_SECOND)


class SocketLimits:
    """At most 30 sockets for one sign-in, or for one address without sign-in; each with its own bucket of frames."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.open: collections.Counter[str] = collections.Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            return await self.app(scope, receive, send)
        connection = HTTPConnection(scope)
        person = await to_thread.run_sync(browsers.person, connection)
        holder = f"sign-in {person.session_id}" if person else f"address {browsers.address(connection)}"
        if self.open[holder] >= MOST_SOCKETS:
            return await send({"type": "websocket.close", "code": 1013})
        bucket = Bucket()

        async def measured() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive":
                await bucket.take()
            return message

        self.open[holder] += 1
        try:
            return await self.app(scope, measured, send)
        finally:
            self.open[holder] -= 1
            if not self.open[holder]:
                del self.open[holder]


class Doors:
    """Closes Streamlit's open endpoints; `/media` other than pictures needs a live sign-in."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        path = scope["path"].lower()
        if CLOSED.search(path):
            return await PlainTextResponse("不存在", 404)(scope, receive, send)
        if path.startswith("/media/") and not path.endswith(IMAGES):
            if await to_thread.run_sync(browsers.person, HTTPConnection(scope)) is None:
                return await PlainTextResponse("请先登录", 401)(scope, receive, send)
        return await self.app(scope, receive, send)


class ChinesePage:
    """Rewrites Streamlit's index.html: language, title, our two scripts; and gives the browser its cookie."""

    CHANGES = (
        (re.compile(rb'<html lang="en">'), b'<html lang="zh-CN">'),
        (re.compile(rb"<title>[^<]*</title>"), "<title>一窗政务服务</title>".encode()),
        (re.compile(rb'href="[^"]*favicon\.png"'), b'href="/ui/favicon.png"'),
        (re.compile(rb'<link\s[^>]*rel="(?:service-desc|preload)"[^>]*>'), b""),
        (re.compile(rb"<script>.*?</script>", re.DOTALL), b""),
        (re.compile(rb"<noscript>[^<]*</noscript>"), "<noscript>请启用浏览器的 JavaScript。</noscript>".encode()),
        (
            re.compile(rb"</head>"),
            b'<script defer src="/ui/zh.js"></script><script defer src="/ui/front.js"></script>'
            b'<script defer src="/ui/keys.js"></script></head>',
        ),
    )
    UNFIT = ("accept-encoding", "if-none-match", "if-modified-since", "range")

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or "text/html" not in Headers(scope=scope).get("accept", ""):
            return await self.app(scope, receive, send)
        started: list[Message] = []
        body = bytearray()

        async def rewritten(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_html(message):
                started.append(message)
            elif not started or message["type"] != "http.response.body":
                await send(message)
            else:
                body.extend(message.get("body", b""))
                if not message.get("more_body"):
                    await self._send(started[0], bytes(body), scope, send)

        headers = [(key, value) for key, value in scope["headers"] if key.decode("latin-1") not in self.UNFIT]
        return await self.app({**scope, "headers": headers}, receive, rewritten)

    async def _send(self, start: Message, page: bytes, scope: Scope, send: Send) -> None:
        for pattern, replacement in self.CHANGES:
            page = pattern.sub(replacement, page)
        headers = MutableHeaders(raw=list(start["headers"]))
        for name in ("etag", "last-modified", "accept-ranges"):
            del headers[name]
        headers["content-length"] = str(len(page))
        headers["cache-control"] = "no-store"
        connection = HTTPConnection(scope)
        if not browsers.browser_cookie(connection):
            secure = "; Secure" if browsers.is_secure(connection) else ""
            value = f"{sessions.BROWSER_COOKIE}={secrets.token_urlsafe(32)}; Path=/; HttpOnly; SameSite=Lax{secure}"
            headers.append("set-cookie", value)
        await send({**start, "headers": headers.raw})
        await send({"type": "http.response.body", "body": page})


def _is_html(message: Message) -> bool:
    return Headers(raw=message["headers"]).get("content-type", "").startswith("text/html")


MIDDLEWARE = [
    Middleware(SecurityHeaders),
    Middleware(BoundBrowser),
    Middleware(SocketLimits),
    Middleware(Doors),
    Middleware(ChinesePage),
]
