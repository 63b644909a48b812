"""Reads a mail that came back: bounces (RFC 3464), complaints (RFC 5965), answers of machines (RFC 3834).

Only what these standards say counts; a mail that merely talks of a bounce is not one (requirement 43). Whose mail it was
stands in names of our own making, wherever they are found: ``names`` has everything that may hold one. No database.
"""

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.message import Message

MOST_BYTES = 10 * 1024 * 1024
_DEEP = 4
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_OUTER = ("To", "Cc", "Delivered-To", "X-Original-To", "X-Envelope-To", "Envelope-To", "In-Reply-To", "References")
_INNER = ("Return-Path", "Message-ID", "List-Unsubscribe")
_REPORTED = ("Original-Mail-From", "Original-Envelope-Id")
_STATUS_PARTS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_WHOLE = frozenset({"message/rfc822", "message/global"})
_HEADERS = frozenset({"text/rfc822-headers", "message/rfc822-headers", "message/global-headers"})


@dataclass(frozen=True)
class Outcome:
    """What a server says of one recipient; ``recipients`` are their addresses, as it names them."""

    action: str
    status: str
    recipients: tuple[str, ...]


@dataclass(frozen=True)
class Read:
    """What a mail says.

    :ivar kind: ``dsn``, ``arf``, ``auto`` (a machine's answer that reports nothing) or ``other``.
    :ivar feedback: of a complaint, its type, such as ``abuse``.
    :ivar names: texts that may hold a name of ours; the envelope's and the mail's own first.
    :ivar addressed: to whom it is.
    :ivar was_to: to whom the mail went that came back, as we wrote it.
    """

    kind: str
    outcomes: tuple[Outcome, ...] = ()
    feedback: str = ""
    names: tuple[str, ...] = ()
    addressed: tuple[str, ...] = ()
    was_to: str = ""


def read(content: bytes, recipients: tuple[str, ...] = ()) -> Read:
    """Read one mail as it came; ``recipients`` are the envelope's, where they are known."""
    mail = message_from_bytes(content)
    parts = list(_parts(mail))
    status = next((part for part in parts if part.get_content_type() in _STATUS_PARTS), None)
    feedback = next((part for part in parts if part.get_content_type() == "message/feedback-report"), None)
    original = next(filter(None, (_original(part) for part in parts)), None)
    inner = [*(_values(original, _INNER) if original else ())]
    outer = (*recipients, *_values(mail, _OUTER))
    kept = {"addressed": (*recipients, *_values(mail, _OUTER[:6])), "was_to": _first(original, "To")}
    if status is not None:
        first, *others = _blocks(status) or [Message()]
        names = (*outer, *inner, *_values(first, _REPORTED))
        return Read("dsn", tuple(_outcome(block) for block in others), names=names, **kept)  # type: ignore[arg-type]
    if feedback is not None:
        said = (_blocks(feedback) or [Message()])[0]
        names = (*outer, *_values(said, _REPORTED), *inner)
        return Read("arf", feedback=_first(said, "Feedback-Type").lower(), names=names, **kept)  # type: ignore[arg-type]
    kind = "auto" if _is_automatic(mail) else "other"
    return Read(kind, names=(*outer, *inner), **kept)  # type: ignore[arg-type]


def status_in(text: str) -> str:
    """Return the first enhanced status (RFC 3463) in a text; nothing if there is none."""
    found = _STATUS.search(text)
    return ".".join(found.groups()) if found else ""


def _parts(mail: Message, depth: int = 0) -> Iterator[Message]:
    """Give the parts of a mail; nothing of mails that are in it, which are somebody else's words."""
    if mail.is_multipart() and mail.get_content_maintype() == "multipart" and depth < _DEEP:
        for part in mail.get_payload():
            if isinstance(part, Message):
                yield from _parts(part, depth + 1)
    else:
        yield mail


def _blocks(part: Message) -> list[Message]:
    """Return the blocks of fields of a report, also where somebody encoded it, which the standard forbids."""
    payload = part.get_payload()
    blocks = [block for block in payload if isinstance(block, Message)] if isinstance(payload, list) else []
    if blocks and not _is_encoded(part):
        return [block for block in blocks if block.items()]
    text = "\n\n".join(_text_of(block) for block in blocks) if blocks else str(payload or "")
    plain = _decoded(text, str(part.get("Content-Transfer-Encoding", ""))).replace("\r\n", "\n")
    return [message_from_string(block + "\n") for block in re.split(r"\n\s*\n", plain.strip()) if ":" in block]


def _outcome(block: Message) -> Outcome:
    """Read what is said of one recipient. Where its status says nothing but yes or no, the server's own words may."""
    status = status_in(_first(block, "Status"))
    kind, _, answer = _first(block, "Diagnostic-Code").partition(";")
    said = status_in(answer) if kind.strip().lower() == "smtp" else ""
    if said and (not status or (status.endswith(".0.0") and said[0] == status[0])):
        status = said
    named = (_first(block, name).partition(";")[2] for name in ("Original-Recipient", "Final-Recipient"))
    recipients = tuple(one.strip().strip("<>") for one in named if one.strip())
    return Outcome(_first(block, "Action").lower(), status, recipients)


def _original(part: Message) -> Message | None:
    """Return the mail that is reported on, or what is left of it."""
    kind, encoding = part.get_content_type(), str(part.get("Content-Transfer-Encoding", ""))
    payload = part.get_payload()
    if kind in _WHOLE and isinstance(payload, list) and payload and isinstance(payload[0], Message):
        return message_from_string(_decoded(_text_of(payload[0]), encoding)) if _is_encoded(part) else payload[0]
    if kind in _HEADERS and isinstance(payload, list):  # parsed as a message already
        return payload[0] if payload and isinstance(payload[0], Message) else None
    return message_from_string(_decoded(str(payload), encoding)) if kind in _HEADERS else None


def _is_encoded(part: Message) -> bool:
    return str(part.get("Content-Transfer-Encoding", "")).strip().lower() in {"base64", "quoted-printable"}


def _text_of(message: Message) -> str:
    """Return what stood there before the parser took it for fields and a text."""
    head = "".join(f"{name}: {value}\n" for name, value in message.items())
    payload = message.get_payload()
    return f"{head}\n{payload}" if head else str(payload)


def _decoded(text: str, encoding: str) -> str:
    raw = text.encode("ascii", "surrogateescape")
    match encoding.strip().lower():
        case "base64":
            try:
                raw = base64.b64decode(b"".join(raw.split()) + b"==")
            except (binascii.Error, ValueError):
                return ""
        case "quoted-printable":
            raw = quopri.decodestring(raw)
    return raw.decode("utf-8", "surrogateescape")


def _is_automatic(mail: Message) -> bool:
    submitted = _first(mail, "Auto-Submitted").lower()
    return (bool(submitted) and not submitted.startswith("no")) or bool(_first(mail, "X-Autoreply"))


def _first(mail: Message | None, name: str) -> str:
    return str(mail.get(name, "")).strip() if mail is not None else ""


def _values(mail: Message, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(value) for name in names for value in mail.get_all(name, ()))
