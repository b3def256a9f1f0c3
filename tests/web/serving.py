"""The real server on a free port of the machine, and a client that speaks Streamlit's protocol without a browser."""

import contextlib
import dataclasses
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from http.cookies import SimpleCookie

import websocket
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.util import calc_hash

import settings
from services import database, sign_in
from services import sign_in_sessions as sessions
from tests import builders
from tests.web import signing

START_SECONDS = 40


@dataclasses.dataclass
class Browser:
    """Cookies of one browser, and requests with them."""

    port: int
    cookies: dict[str, str] = dataclasses.field(default_factory=dict)

    def get(self, path: str, **headers: str) -> tuple[HTTPResponse, bytes]:
        return self.send("GET", path, **headers)

    def send(self, method: str, path: str, **headers: str) -> tuple[HTTPResponse, bytes]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        sent = {"Accept": "text/html", "Cookie": self.header()} | {k.replace("_", "-"): v for k, v in headers.items()}
        connection.request(method, path, headers=sent)
        answer = connection.getresponse()
        body = answer.read()
        for line in answer.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        connection.close()
        self.cookies = {name: value for name, value in self.cookies.items() if value}
        return answer, body

    def header(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def sign_in(self, user: int) -> int:
        """Through a ticket and the route, as after the right password; returns the sign-in's id."""
        self.get("/")
        cookie = self.cookies[sessions.BROWSER_COOKIE]
        with database.writing() as session:
            found = session.get_one(signing.User, (builders.DISTRICT, user))
            hashed = sessions.hash_browser(cookie)
            opened = sign_in.admit(session, found, browser_hash=hashed, address="127.0.0.1", now=signing.now())
            ticket = sign_in.issue_ticket(session, opened, now=signing.now())
        self.get(f"/auth/claim?ticket={ticket}&next=/account")
        return opened.id

    def connect(self, *, existing: str = "", **headers: str) -> "Client":
        return Client(self.port, self.header(), existing, headers)


class Client:
    """One websocket: sends runs, keeps what came back."""

    def __init__(self, port: int, cookies: str, existing: str, headers: dict[str, str]) -> None:
        sent = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.socket = websocket.create_connection(
            f"ws://127.0.0.1:{port}/_stcore/stream",
            subprotocols=["streamlit", "PLACEHOLDER", *([existing] if existing else [])],
            header=[*sent, *([f"Cookie: {cookies}"] if cookies else [])],
            suppress_origin=True,
            timeout=20,
        )
        self.session_id = ""
        self.messages: list[ForwardMsg] = []

    def run(self, address: str = "", *, pressed: str = "", texts: dict[str, str] | None = None) -> "Client":
        """One run of the page at `address`, with a button (`pressed`, a widget id) and text fields."""
        message = BackMsg()
        message.rerun_script.page_script_hash = calc_hash(address) if address else ""
        for identity, value in (texts or {}).items():
            message.rerun_script.widget_states.widgets.add(id=identity, string_value=value)
        if pressed:
            message.rerun_script.widget_states.widgets.add(id=pressed, trigger_value=True)
        self.socket.send_binary(message.SerializeToString())
        return self.receive()

    def receive(self) -> "Client":
        self.messages = []
        while True:
            message = ForwardMsg()
            message.ParseFromString(self.socket.recv())
            self.messages.append(message)
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.session_id = message.new_session.initialize.session_id
            if kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return self

    def elements(self) -> list[object]:
        found = []
        for message in self.messages:
            if message.WhichOneof("type") == "delta" and message.delta.WhichOneof("type") == "new_element":
                element = message.delta.new_element
                found.append(getattr(element, element.WhichOneof("type")))
        return found

    def said(self) -> str:
        return "\n".join(str(getattr(element, "body", "")) for element in self.elements())

    def button(self, label: str) -> str:
        """The id of the button with this label."""
        return next(element.id for element in self.elements() if getattr(element, "label", "") == label)

    def close(self) -> None:
        self.socket.close()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextlib.contextmanager
def serving(**environment: str) -> Iterator[int]:
    """`streamlit run app.py` on the present database; yields its port."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    log = subprocess.DEVNULL if not os.environ.get("SHOW_SERVER") else None
    process = subprocess.Popen(command, cwd=settings.ROOT, env=os.environ | environment, stdout=log, stderr=log)
    try:
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).close()
                break
            except OSError:
                if time.monotonic() > until or process.poll() is not None:
                    raise
                time.sleep(0.2)
        yield port
    finally:
        process.terminate()
        process.wait(10)
