"""What the sandbox was sent: a file a message, named by when it came."""

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

KEPT = 1000
_URL = re.compile(r"https?://[^\s<>\"']+")
_HREF = re.compile(r"""href=["'](https?://[^"']+)["']""")


@dataclass(frozen=True)
class Mail:
    """One mail as the pages show it; ``path`` is the envelope's sender, where answers of machines go."""

    id: str
    recipients: list[str]
    message: EmailMessage
    path: str = ""

    @property
    def subject(self) -> str:
        """The subject, or a word where there is none."""
        return str(self.message["Subject"] or "(no subject)")

    @property
    def text(self) -> str:
        """The plain text; empty where there is none."""
        return self._part("plain")

    @property
    def html(self) -> str:
        """The HTML; empty where there is none."""
        return self._part("html")

    @property
    def links(self) -> list[str]:
        """Every link in it, once each, in order."""
        found = _URL.findall(self.text) + [link.replace("&amp;", "&") for link in _HREF.findall(self.html)]
        return list(dict.fromkeys(link.rstrip(".,)") for link in found))

    def as_json(self) -> dict[str, object]:
        """Return everything for a program."""
        return {
            "id": self.id,
            "to": self.recipients,
            "from": str(self.message["From"]),
            "subject": self.subject,
            "date": str(self.message["Date"]),
            "text": self.text,
            "html": self.html,
            "links": self.links,
            "headers": {name: str(value) for name, value in self.message.items()},
        }

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""


@dataclass(frozen=True)
class TextMessage:
    """One text message; ``answers`` is where the site takes what its reader answers."""

    id: str
    to: str
    text: str
    name: str = ""
    answers: str = ""

    def as_json(self) -> dict[str, object]:
        """Return everything for a program."""
        return {"id": self.id, "to": self.to, "text": self.text}


class Inbox:
    """A folder of mails and a folder of text messages; only the latest are kept."""

    def __init__(self, folder: Path) -> None:
        self._mails, self._texts = folder / "mail", folder / "sms"
        for each in (self._mails, self._texts):
            each.mkdir(parents=True, exist_ok=True)

    def keep_mail(self, recipients: list[str], raw: bytes, path: str = "") -> None:
        """Keep a mail; the envelope stands on its first line."""
        _write(self._mails, json.dumps([recipients, path]).encode() + b"\n" + raw)

    def keep_text(self, to: str, text: str, *, name: str = "", answers: str = "") -> None:
        """Keep a text message; of two with one name the first alone."""
        if not name or name not in {one.name for one in self.texts()}:
            _write(self._texts, json.dumps({"to": to, "text": text, "name": name, "answers": answers}).encode())

    def mails(self) -> Iterator[Mail]:
        """Give the mails, newest first."""
        for name in _newest(self._mails):
            if (mail := self.mail(name)) is not None:
                yield mail

    def mail(self, name: str) -> Mail | None:
        """Return one mail."""
        content = _read(self._mails, name)
        if content is None:
            return None
        envelope, _, raw = content.partition(b"\n")
        recipients, path = _envelope(json.loads(envelope))
        return Mail(name, recipients, message_from_bytes(raw, policy=policy.default), path)

    def texts(self) -> Iterator[TextMessage]:
        """Give the text messages, newest first."""
        for name in _newest(self._texts):
            if (found := self.text(name)) is not None:
                yield found

    def text(self, name: str) -> TextMessage | None:
        """Return one text message."""
        content = _read(self._texts, name)
        return None if content is None else TextMessage(name, **json.loads(content))


def _envelope(said: list[Any]) -> tuple[list[str], str]:
    """Read an envelope; those of older sandboxes have recipients alone."""
    return (said[0], said[1]) if len(said) == 2 and isinstance(said[0], list) else (said, "")


def _write(folder: Path, content: bytes) -> None:
    path = folder / f"{time.time_ns():020d}"
    path.with_suffix(".new").write_bytes(content)
    path.with_suffix(".new").rename(path)
    for old in _newest(folder)[KEPT:]:
        (folder / old).unlink(missing_ok=True)


def _read(folder: Path, name: str) -> bytes | None:
    try:
        return (folder / name).read_bytes() if name.isdigit() else None
    except FileNotFoundError:
        return None


def _newest(folder: Path) -> list[str]:
    return sorted((path.name for path in folder.iterdir() if path.name.isdigit()), reverse=True)
