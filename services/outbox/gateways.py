"""Where messages go: adapters chosen in settings. The defaults need no network."""

import contextlib
import datetime as dt
import email.message
import email.utils
import hashlib
import hmac
import http.client
import json
import re
import smtplib
import ssl
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

import settings
from models.enums import MessageChannel
from services.errors import DomainError

OUTBOX_FILE = "outbox.jsonl"
SECONDS = 10  # that a gateway is waited for
AGAIN_LATER = frozenset({408, 425, 429})
MESSAGE_ID_LENGTH = 32
TOKEN = re.compile(r"token=[^\s&]+")


class Refused(Exception):
    """The gateway will never take this message: trying again is no use."""


class Unclear(Exception):
    """The gateway may have taken it: somebody must look before it is sent again."""


class Gateway(Protocol):
    """Sends one text. The key makes a repeated send harmless where the gateway honours it."""

    def send(self, *, key: str, recipient: str, subject: str, body: str) -> None:
        """Raises OSError when it may be tried again, Refused when not, Unclear when nobody can tell."""


class ConsoleGateway:
    """Prints to standard error: the recipient masked, without what opens a case."""

    def send(self, *, key: str, recipient: str, subject: str, body: str) -> None:
        said = TOKEN.sub("token=…", f"{subject}{'：' if subject else ''}{body}")
        print(f"[消息] {recipient[:3]}****{recipient[-4:]} {said}", file=sys.stderr)


class FileGateway:
    """Appends one JSON line a message to var/outbox.jsonl."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def send(self, *, key: str, recipient: str, subject: str, body: str) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        line = {"key": key, "recipient": recipient, "subject": subject, "body": body}
        with self.path.open("a", encoding="utf-8") as target:
            target.write(json.dumps(line, ensure_ascii=False) + "\n")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A message with a phone number is sent to the address that was configured and to no other."""

    def redirect_request(self, *_: object) -> None:
        return None


class HttpGateway:
    """An SMS gateway behind HTTP: POST of a JSON object with `key`, `to` and `text`.

    `Idempotency-Key` is the message's own key: a repeated POST is one message. `X-Signature` is the hexadecimal
    HMAC-SHA256 of "timestamp\\nbody" with the shared secret, `X-Timestamp` seconds since 1970. 2xx is sent; 408, 425, 429
    and 5xx are tried again; every other answer is final.
    """

    def __init__(self, url: str, secret: str, *, seconds: float = SECONDS) -> None:
        self._url, self._secret, self._seconds = url, secret.encode(), seconds
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())

    def send(self, *, key: str, recipient: str, subject: str, body: str) -> None:
        content = json.dumps({"key": key, "to": recipient, "text": body}, ensure_ascii=False).encode()
        stamp = str(int(dt.datetime.now(dt.UTC).timestamp()))
        signature = hmac.new(self._secret, stamp.encode() + b"\n" + content, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Idempotency-Key": key.encode().hex() if not key.isascii() else key,
            "X-Timestamp": stamp,
            "X-Signature": signature,
        }
        request = urllib.request.Request(self._url, content, headers, method="POST")
        try:
            with self._opener.open(request, timeout=self._seconds):
                return
        except urllib.error.HTTPError as error:
            answer = error.read(200).decode("utf-8", "replace").strip()
            said = f"网关答复 {error.code}{'：' + answer if answer else ''}"
            if error.code >= 500 or error.code in AGAIN_LATER:
                raise ConnectionError(said) from None
            raise Refused(said) from None
        except http.client.HTTPException as error:
            raise ConnectionError(f"网关的答复无法读取：{error!r}") from None


class SmtpGateway:
    """E-mail by SMTP, encrypted by STARTTLS or from the start; one connection a message."""

    def __init__(
        self, host: str, port: int, sender: str, *, user: str = "", password: str = "", security: str = "starttls"
    ) -> None:
        self._place, self._sender, self._security = (host, port), sender, security
        self._user, self._password = user, password

    @contextlib.contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """However the farewell goes, a letter that was taken is taken."""
        trusted = ssl.create_default_context()
        if self._security == "ssl":
            server: smtplib.SMTP = smtplib.SMTP_SSL(*self._place, timeout=SECONDS, context=trusted)
        else:
            server = smtplib.SMTP(*self._place, timeout=SECONDS)
        try:
            if self._security == "starttls":
                server.starttls(context=trusted)
            yield server
            with contextlib.suppress(OSError):
                server.quit()
        finally:
            server.close()

    def send(self, *, key: str, recipient: str, subject: str, body: str) -> None:
        content = self._content(key, recipient, subject, body)
        with self._connected() as server:
            server.ehlo_or_helo_if_needed()
            if self._user:
                server.login(self._user, self._password)
            self._accepted(server.mail(self._sender))
            self._accepted(server.rcpt(recipient))
            try:
                answer = server.data(content)
            except (smtplib.SMTPServerDisconnected, TimeoutError) as error:
                raise Unclear(f"邮件服务器收信时断开，可能已收下：{error}") from None
            except smtplib.SMTPDataError as error:
                answer = error.smtp_code, error.smtp_error if isinstance(error.smtp_error, bytes) else b""
            self._accepted(answer)

    @staticmethod
    def _accepted(answer: tuple[int, bytes]) -> None:
        code, said = answer
        if code >= 400:
            text = f"邮件服务器答复 {code}：{said.decode('utf-8', 'replace')[:200]}"
            raise ConnectionError(text) if code < 500 else Refused(text)

    def _content(self, key: str, recipient: str, subject: str, body: str) -> bytes:
        """The same key gives the same Message-ID, by which receivers know a repeated letter."""
        letter = email.message.EmailMessage()
        digest = hashlib.sha256(key.encode()).hexdigest()[:MESSAGE_ID_LENGTH]
        letter["Message-ID"] = f"<{digest}@{self._sender.rpartition('@')[2]}>"
        letter["Date"] = email.utils.localtime()
        letter["From"], letter["To"] = self._sender, recipient
        letter["Subject"] = " ".join(subject.split())
        letter.set_content(body, charset="utf-8", cte="base64")
        return letter.as_bytes()


def _sms() -> Gateway:
    chosen = settings.current()
    match chosen.message_adapter:
        case "http":
            if not chosen.sms_url.startswith(("https://", "http://")) or not chosen.sms_secret.get_secret_value():
                raise DomainError("短信通道 http 需要设置 SMS_URL 和 SMS_SECRET")
            return HttpGateway(chosen.sms_url, chosen.sms_secret.get_secret_value())
        case other:
            return _local(other, "短信", "console、file、http")


def _mail() -> Gateway:
    chosen = settings.current()
    match chosen.email_adapter:
        case "smtp":
            if not chosen.smtp_host or "@" not in chosen.mail_from:
                raise DomainError("邮件通道 smtp 需要设置 SMTP_HOST 和 MAIL_FROM")
            return SmtpGateway(
                chosen.smtp_host,
                chosen.smtp_port,
                chosen.mail_from,
                user=chosen.smtp_user,
                password=chosen.smtp_password.get_secret_value(),
                security=chosen.smtp_security,
            )
        case other:
            return _local(other, "邮件", "console、file、smtp")


def _local(name: str, what: str, known: str) -> Gateway:
    match name:
        case "console":
            return ConsoleGateway()
        case "file":
            return FileGateway(settings.ROOT / "var" / OUTBOX_FILE)
        case other:
            raise DomainError(f"{what}通道「{other}」不存在，可用：{known}")


def configured() -> Mapping[MessageChannel, Gateway]:
    """The gateways of the settings. Raises DomainError for a name there is none of, or settings that are missing."""
    return {MessageChannel.SMS: _sms(), MessageChannel.EMAIL: _mail()}
