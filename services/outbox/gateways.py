"""Where messages go: adapters chosen in settings. The defaults need no network."""

import json
import sys
from pathlib import Path
from typing import Protocol

import settings
from services.errors import DomainError

OUTBOX_FILE = "outbox.jsonl"


class Gateway(Protocol):
    """Sends one text. The key makes a repeated send harmless where the gateway honours it."""

    def send(self, *, key: str, recipient: str, body: str) -> None:
        """Raises OSError when the outcome is a failure that may be tried again."""


class ConsoleGateway:
    """Prints to standard error, the recipient's digits masked."""

    def send(self, *, key: str, recipient: str, body: str) -> None:
        print(f"[短信] {recipient[:3]}****{recipient[-4:]} {body}", file=sys.stderr)


class FileGateway:
    """Appends one JSON line a message to var/outbox.jsonl."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def send(self, *, key: str, recipient: str, body: str) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as target:
            target.write(json.dumps({"key": key, "recipient": recipient, "body": body}, ensure_ascii=False) + "\n")


def gateway() -> Gateway:
    """The gateway of MESSAGE_ADAPTER. Raises DomainError for a name there is none of."""
    match settings.current().message_adapter:
        case "console":
            return ConsoleGateway()
        case "file":
            return FileGateway(settings.ROOT / "var" / OUTBOX_FILE)
        case other:
            raise DomainError(f"消息通道「{other}」不存在，可用：console、file")
