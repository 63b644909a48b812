"""A campaign as bytes: compiled once, each reader's own values patched in.

Headers stay ASCII and whole (requirement 56). Bodies are quoted-printable: a value goes between two soft line breaks, so
that it never makes a line too long, whatever it is.
"""

import base64
import binascii
import hashlib
import html
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from email.utils import format_datetime, parseaddr

from clozette.kernel import ids
from clozette.kernel.ports.bulk_mail import Letter
from clozette.newsletters import keys
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.campaigns.rendering import Rendered
from clozette.newsletters.campaigns.slots import CLOSE, OPEN, PERSONAL, Value
from clozette.newsletters.sending.dkim import Signer
from clozette.newsletters.sending.names import name_of, verp
from clozette.newsletters.sending.values import Recipient
from clozette.settings import Settings

STREAM = "news"
_SLOT = re.compile(f"{OPEN}([^{OPEN}{CLOSE}]*){CLOSE}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_PLAIN_PHRASE = re.compile(r"[A-Za-z0-9 !#$%&'*+/=?^_`{|}~-]+")
_NOT_ID = re.compile(r"[^a-z0-9-]+")
_WORD_BYTES = 42
_SIMPLE = re.compile(r"[A-Za-z0-9/:._-]{1,72}", re.ASCII)
"""What stands for itself in HTML, in text and in quoted-printable alike: most names, and our own addresses."""


OWN = frozenset({"first_name", "last_name", "unsubscribe_url", "preferences_url", "why_url", "view_url"})
"""The slots that are filled here; all others are asked for (``values``)."""


class NothingNew(Exception):
    """There is nothing in this mail for this reader: it is not sent."""


@dataclass(frozen=True)
class Template:
    """A compiled mail. Lists alternate: what is the same for all (encoded in bodies), then a slot's name, and so on."""

    sender: str
    reply_to: str
    list_id: str
    feedback_id: str
    archived: str
    boundary: str
    subject: list[str]
    text: list[str]
    html: list[str]

    def to_json(self) -> str:
        """Write it for the table of compiled mails."""
        return json.dumps(asdict(self), ensure_ascii=True)

    @classmethod
    def from_json(cls, text: str) -> "Template":
        """Read what ``to_json`` wrote."""
        return cls(**json.loads(text))

    def slots(self) -> set[str]:
        """Return the names of all slots."""
        return {*self.subject[1::2], *self.text[1::2], *self.html[1::2]}


@dataclass(frozen=True)
class Stamp:
    """Whose newsletter it is: what headers need to know."""

    campaign_id: int
    title: str
    slug: str
    sender_name: str
    sender_address: str | None
    reply_to: str

    @classmethod
    def of(cls, campaign: Campaign) -> "Stamp":
        """Take it from a campaign."""
        of = campaign.newsletter
        return cls(campaign.id, of.title, of.slug, of.sender_name, of.sender_address, of.reply_to)


def compile_mail(rendered: Rendered, stamp: Stamp, settings: Settings) -> Template:
    """Compile what was written."""
    _, address = parseaddr(settings.news_from)
    return Template(
        sender=f"{phrase(stamp.sender_name)} <{stamp.sender_address or address}>",
        reply_to=stamp.reply_to,
        list_id=_list_id(stamp, settings.bounce_domain),
        feedback_id=f"c{ids.encode(stamp.campaign_id)}:{_NOT_ID.sub('-', stamp.slug)}:{STREAM}:{settings.feedback_id}",
        archived=f"/newsletters/{stamp.slug}/archive/{ids.encode(stamp.campaign_id)}",
        boundary=f"=_{secrets.token_hex(12)}",
        subject=_SLOT.split(_line(rendered.subject)),
        text=[_quoted(part) if place % 2 == 0 else part for place, part in enumerate(_SLOT.split(rendered.text))],
        html=[_quoted(part) if place % 2 == 0 else part for place, part in enumerate(_SLOT.split(rendered.html))],
    )


class Press:
    """Prints a campaign's letters: one for each reader, the same for the same reader but for the date."""

    def __init__(self, template: Template, campaign_id: int, settings: Settings, signer: Signer | None) -> None:
        self.campaign_id = campaign_id
        self.slots = frozenset(template.slots())
        self.asks = bool(self.slots - OWN)
        self._personal = [name for name in self.slots if name.startswith(PERSONAL)]
        self._date = (0, b"")
        self._template, self._signer = template, signer
        self._base, self._domain = settings.base_url.rstrip("/"), settings.bounce_domain
        self._bodies = (_Body(template.text, is_html=False), _Body(template.html, is_html=True))
        self._constant = {
            "from": template.sender.encode("ascii"),
            "reply-to": template.reply_to.encode("ascii"),
            "mime-version": b"1.0",
            "content-type": f'multipart/alternative; boundary="{template.boundary}"'.encode(),
            "list-id": template.list_id.encode("ascii"),
            "list-unsubscribe-post": b"List-Unsubscribe=One-Click",
            "feedback-id": template.feedback_id.encode("ascii"),
        }
        boundary = template.boundary.encode()
        self._opening = b"--%s\r\n%s\r\n" % (boundary, _part_head(b"text/plain"))
        self._between = b"\r\n--%s\r\n%s\r\n" % (boundary, _part_head(b"text/html"))
        self._closing = b"\r\n--%s--\r\n" % boundary
        self._head = _head(self._constant)
        self._subject = header_text(_line(template.subject[0])) if len(template.subject) == 1 else None
        self._keys = {name: keys.key(name) for name in ("links", "returns", "messages")}

    def letter(self, reader: Recipient, values: Mapping[str, Value], now: datetime) -> Letter:
        """Print the letter of one reader.

        :param values: of the slots that are not this module's own (``values.gather``).
        :raises NothingNew: if a personal part has nothing to say.
        """
        link = keys.Link(reader.subscription_id, self.campaign_id)
        token = self._token("leave", link)
        own = self._own(reader, token, link)
        filled = {**values, **own}
        if any(name not in filled for name in self._personal):
            raise NothingNew
        headers = {
            "to": _mailbox(reader.address).encode(),
            "subject": self._subject or header_text(_line(_joined(self._template.subject, filled))),
            "date": self._dated(now),
            "message-id": f"<{self._name(reader)}@{self._domain}>".encode(),
            "list-unsubscribe": self._ways_out(token),
        }
        body = self._body(filled, {name: _as_it_is(value) for name, value in own.items() if _SIMPLE.fullmatch(value)})
        signature = self._signer.sign({**self._constant, **headers}, body) if self._signer else b""
        letter = b"".join((signature, self._head, _head(headers), b"\r\n", body))
        sender = verp(self.campaign_id, reader.contact_id, self._domain, by=self._keys["returns"])
        return Letter(sender, reader.address, letter)

    def _token(self, use: str, link: keys.Link) -> str:
        return keys.token(use, link, by=self._keys["links"])

    def _name(self, reader: Recipient) -> str:
        return name_of(self.campaign_id, reader.contact_id, "messages", by=self._keys["messages"])

    def _own(self, reader: Recipient, token: str, link: keys.Link) -> dict[str, str]:
        own = {"first_name": reader.first_name, "last_name": reader.last_name}
        own["unsubscribe_url"] = f"{self._base}/u/{token}"
        if "view_url" in self.slots:
            own["view_url"] = f"{self._base}{self._template.archived}"
        if "preferences_url" in self.slots:
            own["preferences_url"] = f"{self._base}/preferences/{self._token('preferences', link)}"
        if "why_url" in self.slots:
            own["why_url"] = f"{self._base}/why/{self._token('why', link)}"
        return own

    def _dated(self, now: datetime) -> bytes:
        """Return the date, which stays the same for all letters of a second."""
        second = int(now.timestamp())
        if self._date[0] != second:
            self._date = (second, format_datetime(now).encode())
        return self._date[1]

    def _ways_out(self, token: str) -> bytes:
        """Exactly one https address and one mail address (requirement 54)."""
        mail = f"mailto:unsub+{token}@{self._domain}?subject=unsubscribe"
        return f"<{self._base}/u/{token}>, <{mail}>".encode("ascii")

    def _body(self, filled: Mapping[str, Value], ready: Mapping[str, bytes]) -> bytes:
        text, page = (body.printed(filled, ready) for body in self._bodies)
        return b"".join((self._opening, text, self._between, page, self._closing))


class _Body:
    """One part of the mail, its constant pieces as bytes."""

    def __init__(self, pieces: list[str], *, is_html: bool) -> None:
        self._constants = [piece.encode("ascii") for piece in pieces[::2]]
        self._names = pieces[1::2]
        self._once = set(self._names)
        self._is_html = is_html

    def printed(self, filled: Mapping[str, Value], ready: Mapping[str, bytes]) -> bytes:
        """Patch the values in; those of ``ready`` are the same in both parts."""
        if not self._names:
            return self._constants[0]
        values = {name: ready.get(name) or self._value(filled.get(name, "")) for name in self._once}
        made = [self._constants[0]]
        for name, constant in zip(self._names, self._constants[1:], strict=True):
            made += (values[name], constant)
        return b"".join(made)

    def _value(self, given: Value) -> bytes:
        if isinstance(given, tuple):
            return _patch(given[0] if self._is_html else given[1])
        return _patch(html.escape(_line(given)) if self._is_html else _line(given))


def header_text(text: str) -> bytes:
    """Return what people read in a header: as it is, or in encoded words that are folded between."""
    if text.isascii() and len(text) <= 900 and "=?" not in text:
        return text.encode()
    words, word = [], b""
    for letter in text:
        more = letter.encode()
        if len(word) + len(more) > _WORD_BYTES:
            words.append(word)
            word = b""
        word += more
    encoded = (b"=?utf-8?b?%s?=" % base64.b64encode(one) for one in (*words, word))
    return b"\r\n ".join(encoded)


def phrase(text: str) -> str:
    """Return a name before an address: plain, quoted, or as encoded words on one line."""
    text = _line(text)
    if _PLAIN_PHRASE.fullmatch(text) and "=?" not in text:
        return text
    if text.isascii() and "=?" not in text:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return header_text(text).decode().replace("\r\n ", " ")


def digest(template: Template) -> str:
    """Return the digest that a compiled mail is kept with."""
    return hashlib.sha256(template.to_json().encode()).hexdigest()


def _list_id(stamp: Stamp, domain: str) -> str:
    name = phrase(stamp.title) if stamp.title.isascii() else stamp.slug
    return f"{name} <{_NOT_ID.sub('-', stamp.slug)}.{domain}>"


def _line(text: str) -> str:
    """Keep a value on one line: nothing that a header would take for its end."""
    return text if text.isprintable() else _CONTROL.sub(" ", text)


def _mailbox(address: str) -> str:
    return _CONTROL.sub("", address)


def _joined(pieces: list[str], filled: Mapping[str, Value]) -> str:
    made = []
    for place, piece in enumerate(pieces):
        value = filled.get(piece, "") if place % 2 else piece
        made.append(value[1] if isinstance(value, tuple) else value)
    return "".join(made)


def _head(headers: Mapping[str, bytes]) -> bytes:
    return b"".join(b"%s: %s\r\n" % (_NAMES[name], value) for name, value in headers.items())


def _as_it_is(value: str) -> bytes:
    """Put a value of ``_SIMPLE`` letters between two soft line breaks."""
    return b"=\r\n%s=\r\n" % value.encode("ascii")


def _quoted(text: str) -> str:
    """Encode as quoted-printable with CRLF; lines stay short."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").encode()
    return binascii.b2a_qp(plain).replace(b"\n", b"\r\n").decode("ascii")


def _patch(value: str) -> bytes:
    """Encode a value between two soft line breaks."""
    if not value:
        return b"=\r\n"
    return b"=\r\n%s=\r\n" % _quoted(value).encode()


def _part_head(kind: bytes) -> bytes:
    return b"Content-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n" % kind


_NAMES = {
    "from": b"From",
    "to": b"To",
    "reply-to": b"Reply-To",
    "subject": b"Subject",
    "date": b"Date",
    "message-id": b"Message-ID",
    "mime-version": b"MIME-Version",
    "content-type": b"Content-Type",
    "list-id": b"List-Id",
    "list-unsubscribe": b"List-Unsubscribe",
    "list-unsubscribe-post": b"List-Unsubscribe-Post",
    "feedback-id": b"Feedback-ID",
}
