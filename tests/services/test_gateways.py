"""The real adapters against real servers of this machine: what arrives, and what each answer means."""

import datetime as dt
import email
import email.policy
import hashlib
import hmac
import http.server
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

import settings
from models.enums import MessageChannel, MessageState
from models.messages import OutboxMessage
from services import database, outbox
from services.errors import DomainError
from services.outbox.gateways import ConsoleGateway, HttpGateway, Refused, SmtpGateway, Unclear
from services.outbox.sending import LEASE
from tests.services.test_outbox import put

SECRET = "a shared secret"
TEXT = "【政务服务】您申请的「公共场所卫生许可」已受理。"


def free_port():
    """A port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Centre(http.server.BaseHTTPRequestHandler):
    """An SMS centre that keeps what comes and answers as it is told."""

    def do_POST(self):
        server = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server.seen.append((dict(self.headers), body))
        answer = server.answers.pop(0) if server.answers else 200
        if answer == "hang":
            server.released.wait(5)
            return
        self.send_response(answer)
        if answer in (301, 302, 307):
            self.send_header("Location", f"http://127.0.0.1:{server.server_port}/elsewhere")
        self.end_headers()
        self.wfile.write("号码不存在".encode() if answer >= 400 else b"{}")

    def log_message(self, *_):
        pass


@pytest.fixture
def centre():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Centre)
    server.seen, server.answers, server.released = [], [], threading.Event()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    server.url = f"http://127.0.0.1:{server.server_port}/sms"
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()
    thread.join(5)


def send(url, *, key="51010920261126000017:accept:20261126090000", seconds=5):
    HttpGateway(url, SECRET, seconds=seconds).send(key=key, recipient="13800000001", subject="", body=TEXT)


def test_a_text_arrives_whole_signed_and_with_its_key(centre):
    send(centre.url)
    ((headers, body),) = centre.seen
    assert json.loads(body) == {"key": headers["Idempotency-Key"], "to": "13800000001", "text": TEXT}
    signed = hmac.new(SECRET.encode(), headers["X-Timestamp"].encode() + b"\n" + body, hashlib.sha256).hexdigest()
    assert headers["X-Signature"] == signed


@pytest.mark.parametrize("answer", [500, 502, 503, 429, 408])
def test_what_may_pass_is_tried_again(centre, answer):
    centre.answers = [answer]
    with pytest.raises(ConnectionError, match=f"网关答复 {answer}"):
        send(centre.url)


@pytest.mark.parametrize("answer", [400, 401, 403, 404, 422, 302, 307])
def test_what_will_never_pass_is_final_and_no_redirect_is_followed(centre, answer):
    centre.answers = [answer]
    with pytest.raises(Refused, match=f"网关答复 {answer}"):
        send(centre.url)
    assert len(centre.seen) == 1, "a phone number goes to the configured address alone"


def test_a_gateway_that_does_not_answer_is_tried_again(centre):
    centre.answers = ["hang"]
    with pytest.raises(OSError):
        send(centre.url, seconds=0.3)
    with pytest.raises(OSError):
        send(f"http://127.0.0.1:{free_port()}/sms")


def test_a_gateway_that_talks_nonsense_is_tried_again():
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer():
            client, _ = listening.accept()
            with client:
                client.recv(65536)
                client.sendall(b"what do you want\r\n\r\n")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        with pytest.raises(OSError):
            send(f"http://127.0.0.1:{listening.getsockname()[1]}/sms")
        thread.join(5)


def test_the_console_shows_neither_the_number_nor_what_opens_a_case(capsys):
    address = "http://localhost/track?number=51010920261126000017&token=7Q2MK9XD4WPT18"
    ConsoleGateway().send(key="k", recipient="13800000001", subject="已受理", body=f"进度：{address}\n谢谢")
    said = capsys.readouterr().err
    assert "138****0001 已受理：进度" in said and "谢谢" in said
    assert "7Q2MK9XD4WPT18" not in said and "13800000001" not in said


class Postbox:
    """Keeps letters, or answers as told."""

    def __init__(self):
        self.letters, self.rcpt_answer, self.data_answer = [], "250 OK", "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.rcpt_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt_answer

    async def handle_DATA(self, server, session, envelope):
        self.letters.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        if self.data_answer == "drop":
            server.transport.abort()
        return self.data_answer

    async def handle_QUIT(self, server, session, envelope):
        return "221 Bye" if self.data_answer.startswith("250 OK") else "500 not now"


@pytest.fixture
def postbox():
    handler = Postbox()
    handler.port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port)
    controller.start()
    yield handler
    controller.stop()


def write(postbox, *, key="k", subject="已受理：公共场所卫生许可"):
    gateway = SmtpGateway("127.0.0.1", postbox.port, "centre@example.cn", security="none")
    gateway.send(key=key, recipient="zhang@example.cn", subject=subject, body=TEXT)


def test_a_letter_arrives_in_chinese(postbox):
    write(postbox)
    ((sender, receivers, content),) = postbox.letters
    letter = email.message_from_bytes(content, policy=email.policy.default)
    assert (sender, receivers) == ("centre@example.cn", ["zhang@example.cn"])
    assert letter["Subject"] == "已受理：公共场所卫生许可" and letter.get_content().strip() == TEXT


def test_the_same_key_is_the_same_letter(postbox):
    for key in ("one", "one", "two"):
        write(postbox, key=key)
    first, again, other = (email.message_from_bytes(content)["Message-ID"] for _, _, content in postbox.letters)
    assert first == again != other


def test_a_subject_of_two_lines_adds_no_header(postbox):
    write(postbox, subject="标题\r\nBcc: somebody@example.cn")
    letter = email.message_from_bytes(postbox.letters[0][2], policy=email.policy.default)
    assert letter["Bcc"] is None and postbox.letters[0][1] == ["zhang@example.cn"]


def test_an_unknown_mailbox_is_final_and_a_full_one_is_not(postbox):
    postbox.rcpt_answer = "550 no such user"
    with pytest.raises(Refused, match="550"):
        write(postbox)
    postbox.rcpt_answer = "452 mailbox full"
    with pytest.raises(ConnectionError, match="452"):
        write(postbox)
    postbox.rcpt_answer, postbox.data_answer = "250 OK", "554 rejected as spam"
    with pytest.raises(Refused, match="554"):
        write(postbox)


def test_a_server_that_drops_the_line_after_the_letter_leaves_it_unclear(postbox):
    postbox.data_answer = "drop"
    with pytest.raises(Unclear):
        write(postbox)


def test_a_letter_that_was_taken_is_taken_however_the_farewell_goes(postbox):
    postbox.data_answer = "250 Taken"
    write(postbox)
    assert len(postbox.letters) == 1


def test_a_server_that_is_not_there_is_tried_again(postbox):
    postbox.port = free_port()
    with pytest.raises(OSError):
        write(postbox)


def test_no_letter_goes_in_clear_where_encryption_is_set(postbox):
    gateway = SmtpGateway("127.0.0.1", postbox.port, "centre@example.cn")
    with pytest.raises(OSError):
        gateway.send(key="k", recipient="zhang@example.cn", subject="s", body=TEXT)
    assert postbox.letters == []


@pytest.fixture
def configured(monkeypatch):
    def configure(**values):
        chosen = settings.Settings(**values)
        monkeypatch.setattr(settings, "current", lambda: chosen)
        return outbox.configured()

    return configure


def test_the_settings_choose_the_adapters(configured):
    found = configured(
        message_adapter="http", sms_url="https://sms.example.cn", sms_secret="s",
        email_adapter="smtp", smtp_host="mail.example.cn", mail_from="centre@example.cn",
    )  # fmt: skip
    assert isinstance(found[MessageChannel.SMS], HttpGateway)
    assert isinstance(found[MessageChannel.EMAIL], SmtpGateway)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"message_adapter": "http"}, "SMS_URL"),
        ({"message_adapter": "http", "sms_url": "file:///etc/passwd", "sms_secret": "s"}, "SMS_URL"),
        ({"message_adapter": "pigeon"}, "短信通道「pigeon」不存在"),
        ({"email_adapter": "smtp"}, "SMTP_HOST"),
        ({"email_adapter": "pigeon"}, "邮件通道「pigeon」不存在"),
    ],
)
def test_what_is_not_configured_is_said_in_words(configured, values, said):
    with pytest.raises(DomainError, match=said):
        configured(**values)


WORKER = """
import datetime as dt, sys
from services import database, outbox
from services.outbox.gateways import HttpGateway
from models.enums import MessageChannel
gateways = {MessageChannel.SMS: HttpGateway(sys.argv[1], "s")}
while outbox.send_due(gateways, 1, now=dt.datetime.fromisoformat(sys.argv[2])).sent:
    pass
"""


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is of Unix")
def test_a_killed_worker_loses_no_message_and_doubles_none(centre, fresh_database, now):
    """The gateway honours the key: what arrives twice under one key is one message (security 16)."""
    put(now, 60)
    at = now
    for seen in (7, 20, 41):
        process = subprocess.Popen([sys.executable, "-c", WORKER, centre.url, at.isoformat()], cwd=settings.ROOT)
        deadline = time.monotonic() + 30
        while len(centre.seen) < seen and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.wait()
        at += LEASE + dt.timedelta(seconds=1)
    subprocess.run(
        [sys.executable, "-c", WORKER, centre.url, at.isoformat()], cwd=settings.ROOT, check=True, timeout=60
    )
    keys = [headers["Idempotency-Key"] for headers, _ in centre.seen]
    with database.reading() as session:
        rows = session.scalars(select(OutboxMessage)).all()
    assert {row.state for row in rows} == {MessageState.SENT}
    assert set(keys) == {row.message_key for row in rows} and len(rows) == 60
    assert len(keys) - len(set(keys)) <= 3, "at most the one in the air at each kill comes again, under its own key"
