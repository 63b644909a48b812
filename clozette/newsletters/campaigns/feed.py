"""The archive of a newsletter as an Atom feed (RFC 4287)."""

from collections.abc import Sequence
from datetime import datetime
from xml.etree import ElementTree as Xml

from clozette.kernel import ids
from clozette.newsletters.campaigns import queries, rendering
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.subscriptions.models import Newsletter

_ATOM = "http://www.w3.org/2005/Atom"


def atom(newsletter: Newsletter, letters: Sequence[Campaign]) -> bytes:
    """Return the feed with these letters in full."""
    here = f"{rendering.base()}/newsletters/{newsletter.slug}/archive"
    changed = max([one.archived_at for one in letters if one.archived_at], default=newsletter.created_at)
    feed = Xml.Element("feed", {"xmlns": _ATOM, "xml:lang": newsletter.language})
    _say(feed, "id", here)
    _say(feed, "title", newsletter.title)
    _say(feed, "updated", _moment(changed))
    _link(feed, "self", f"{here}.atom", "application/atom+xml")
    _link(feed, "alternate", here, "text/html")
    _say(Xml.SubElement(feed, "author"), "name", newsletter.sender_name)
    for letter in letters:
        _entry(Xml.SubElement(feed, "entry"), letter, f"{here}/{ids.encode(letter.id)}")
    written: bytes = Xml.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _entry(entry: Xml.Element, letter: Campaign, address: str) -> None:
    at = letter.archived_at or letter.made_at
    _say(entry, "id", address)
    _say(entry, "title", queries.public_subject(letter) or letter.title)
    _say(entry, "published", _moment(letter.started_at or at))
    _say(entry, "updated", _moment(at))
    _link(entry, "alternate", address, "text/html")
    content = _say(entry, "content", str(rendering.page_of(rendering.draft_of(letter))))
    content.set("type", "html")


def _say(parent: Xml.Element, name: str, text: str) -> Xml.Element:
    made = Xml.SubElement(parent, name)
    made.text = text
    return made


def _link(parent: Xml.Element, rel: str, href: str, kind: str) -> None:
    Xml.SubElement(parent, "link", {"rel": rel, "href": href, "type": kind})


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
