"""Mail to the person themself: a message, and the outbox that takes it.

Mail is sent by tasks, and there only after the task's commit: ``outbox()`` sees to both. Delivery is at least once; what
a server refuses for good is not tried again (:class:`Undeliverable`).
"""

import re
import smtplib
import ssl
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from functools import cached_property
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

import structlog
from flask import Flask, current_app, has_request_context

from clozette.kernel import clock, tasks
from clozette.settings import Settings

KEY = "clozette.outbox"
_WATCH = "clozette.outbox.watch"
TIMEOUT = 10.0
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_STATUS = re.compile(rb"\s*(5\.\d{1,3}\.\d{1,3})\b")
_OURS = frozenset({"from", "to", "cc", "bcc", "subject", "date", "content-type", "content-transfer-encoding"})


log = structlog.get_logger()


class Undeliverable(tasks.GiveUp):
    """The message can't be sent now or later: the server refused it for good, or it was no proper message.

    :ivar status: what the server said in numbers (``5.1.1``, RFC 3463), where it said that.
    """

    def __init__(self, text: str, status: str = "") -> None:
        super().__init__(text)
        self.status = status


class Dead(Exception):
    """The address takes no mail any more: nothing is sent there."""


@dataclass(frozen=True)
class Message:
    """One mail to one person: ``to`` is the bare address; ``headers`` are further ones such as List-Unsubscribe.

    :ivar path: the envelope's sender, where what comes back goes; the sender's own address by default.
    """

    to: str
    subject: str
    text: str
    html: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    path: str = ""


class Watch(Protocol):
    """A room that looks after what becomes of mails."""

    def path_for(self, to: str) -> str:
        """Return the envelope's sender for an address; nothing where the usual one will do.

        :raises Dead: if nothing is to be sent there.
        """

    def refused(self, to: str, status: str) -> None:
        """Hear that a server refused mail to an address for good, in numbers."""


class Outbox(Protocol):
    """What takes a message away."""

    def send(self, message: Message) -> None:
        """Hand ``message`` over.

        :raises Undeliverable: if there is no use in trying again; any other error may pass.
        """


class MemoryOutbox:
    """Keeps what is sent; for tests and for a site without a mail server."""

    def __init__(self, sender: str, domain: str) -> None:
        self.sender, self.domain = sender, domain
        self.messages: list[Message] = []

    def send(self, message: Message) -> None:
        """Keep a proper message."""
        compose(message, self.sender, self.domain)
        self.messages.append(message)

    def clear(self) -> None:
        """Forget everything."""
        self.messages.clear()


class SmtpOutbox:
    """Speaks to a mail server: ``smtps://`` with TLS from the start, ``smtp://`` with STARTTLS.

    To another machine mail never goes in the clear, unless ``?tls=off`` says so.
    """

    def __init__(self, url: str, sender: str, domain: str) -> None:
        self.sender, self.domain = sender, domain
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "localhost", parts.port
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._implicit = parts.scheme == "smtps"
        self._may_be_clear = self._host in _LOOPBACK or parse_qs(parts.query).get("tls") == ["off"]

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Made once, and only where it is used: to read the machine's certificates takes as long as many mails."""
        return ssl.create_default_context()

    def send(self, message: Message) -> None:
        """Deliver over a connection of its own."""
        email = compose(message, self.sender, self.domain)
        try:
            with self.connected() as connection:
                connection.send_message(email, from_addr=message.path or None)
        except smtplib.SMTPRecipientsRefused as error:
            answers = list(error.recipients.values()) or [(550, b"")]
            raise _judged(*answers[0]) from None
        except (smtplib.SMTPConnectError, smtplib.SMTPHeloError, smtplib.SMTPAuthenticationError) as error:
            raise Unavailable(f"the mail server answered {error.smtp_code}") from None
        except smtplib.SMTPSenderRefused as error:
            raise _judged(error.smtp_code) from None  # says nothing of the address
        except smtplib.SMTPResponseException as error:
            raise _judged(error.smtp_code, error.smtp_error) from None
        except smtplib.SMTPNotSupportedError:
            raise Undeliverable("the mail server can't take this address") from None

    @contextmanager
    def connected(self) -> Iterator[smtplib.SMTP]:
        """Give a connection that is encrypted and signed in as the address of the server asks."""
        with (
            smtplib.SMTP_SSL(self._host, self._port or 465, self.domain, timeout=TIMEOUT, context=self._tls)
            if self._implicit
            else smtplib.SMTP(self._host, self._port or 25, self.domain, timeout=TIMEOUT)
        ) as connection:
            connection.ehlo_or_helo_if_needed()
            if not self._implicit and (connection.has_extn("starttls") or not self._may_be_clear):
                connection.starttls(context=self._tls)
            if self._user:
                connection.login(self._user, self._password)
            yield connection


class TryLater(Exception):
    """The server refused for now."""


class Unavailable(TryLater):
    """The server takes nothing from us now (it is busy, or does not let us in): nothing is said of the address."""


class _AfterCommit:
    """The outbox as a running task sees it."""

    def __init__(self, real: Outbox) -> None:
        self._real = real

    def send(self, message: Message) -> None:
        on_its_way = _looked_after(message)
        if on_its_way is not None:
            tasks.after_commit(lambda: _deliver(self._real, on_its_way))


def watch(app: Flask, watcher: Watch) -> None:
    """Let a room look after what becomes of the mails that tasks send; for the wiring page."""
    app.extensions[_WATCH] = watcher


def _looked_after(message: Message) -> Message | None:
    """Give a mail the path that what comes back takes; nothing if its address is dead."""
    watcher: Watch | None = current_app.extensions.get(_WATCH)
    if watcher is None:
        return message
    try:
        return replace(message, path=watcher.path_for(message.to))
    except Dead:
        log.info("mail_not_sent", because="dead")
        return None


def _deliver(real: Outbox, message: Message) -> None:
    """Hand a mail over, and tell who looks after it that its address was refused; that is kept, though the task fails."""
    try:
        real.send(message)
    except Undeliverable as error:
        watcher: Watch | None = current_app.extensions.get(_WATCH)
        if watcher is not None and error.status:
            watcher.refused(message.to, error.status)
            tasks.checkpoint()
        raise


def outbox() -> Outbox:
    """Return the application's outbox. In a task, what is sent leaves after the commit; a request may not send."""
    if has_request_context():
        raise RuntimeError("a request sends no mail: it asks for a task that does")
    real: Outbox = current_app.extensions[KEY]
    return _AfterCommit(real) if tasks.is_task() else real


def init_app(app: Flask) -> None:
    """Choose the outbox of ``app`` by its settings."""
    settings: Settings = app.extensions["clozette.settings"]
    app.extensions[KEY] = made = make_outbox(settings)
    if isinstance(made, MemoryOutbox):
        app.extensions.setdefault("clozette.test_resets", []).append(made.clear)


def make_outbox(settings: Settings) -> MemoryOutbox | SmtpOutbox:
    """Make the outbox that the settings ask for."""
    domain = urlsplit(settings.base_url).hostname or "localhost"
    if not settings.smtp_url:
        return MemoryOutbox(settings.mail_from, domain)
    return SmtpOutbox(settings.smtp_url, settings.mail_from, domain)


class _Policy(EmailPolicy):
    """Folds what people read at 78 characters and nothing else: a folded List-Unsubscribe or Message-ID is a broken one."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        folding = SMTP if name.lower() in {"subject", "from"} else SMTP.clone(max_line_length=998)
        return folding.fold_binary(name, value)


def compose(message: Message, sender: str, domain: str) -> EmailMessage:
    """Make the mail that goes over the wire.

    :raises Undeliverable: on a control character in a header, a second recipient, or no address at all.
    """
    email = EmailMessage(_Policy(linesep="\r\n", max_line_length=998))
    try:
        email["From"] = _clean("From", sender)
        email["To"] = _address(message.to)
        email["Subject"] = _clean("Subject", message.subject)
        email["Date"] = format_datetime(clock.now())
        _add_headers(email, message.headers, domain)
    except (ValueError, IndexError) as error:
        raise Undeliverable(f"not a proper message: {type(error).__name__}") from None
    email.set_content(message.text, cte="quoted-printable")
    if message.html is not None:
        email.add_alternative(message.html, subtype="html", cte="quoted-printable")
    return email


def _add_headers(email: EmailMessage, headers: Mapping[str, str], domain: str) -> None:
    standard = {"Message-ID": f"<{uuid.uuid4().hex}@{domain}>", "Auto-Submitted": "auto-generated"}
    taken = {name.lower() for name in headers}
    if taken & _OURS:
        raise ValueError("a header that is not the caller's")
    for name, value in [*headers.items(), *((n, v) for n, v in standard.items() if n.lower() not in taken)]:
        email[_clean("name", name)] = _clean(name, value)


def _address(text: str) -> Address:
    """Read one bare address; the domain is written as the wire wants it."""
    address = Address(addr_spec=_clean("To", text))
    if not address.username or not address.domain:
        raise ValueError("no address")
    return Address(username=address.username, domain=address.domain.encode("idna").decode("ascii"))


def _clean(name: str, value: str) -> str:
    if _CONTROL.search(value):
        raise ValueError(f"a control character in {name}")
    return value


def _judged(code: int, answer: bytes | str = b"") -> Exception:
    """Make an error of a server's answer; of its text, which may hold the address, only the status."""
    if code == 421:  # it closes the connection, whoever the mail is for
        return Unavailable(f"the mail server answered {code}")
    if not 500 <= code < 600:
        return TryLater(f"the mail server answered {code}")
    found = _STATUS.match(answer if isinstance(answer, bytes) else answer.encode())
    return Undeliverable(f"the mail server answered {code}", found[1].decode() if found else "")
