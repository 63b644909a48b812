"""The kinds of blocks that there are now: text, heading, button, a look, items, and a digest's new looks."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy.orm import contains_eager

from clozette.accounts.models import Member
from clozette.closets import access as closets
from clozette.closets.models import Item
from clozette.kernel import ids
from clozette.kernel.database import db
from clozette.kernel.viewer import GUEST
from clozette.looks import access as looks
from clozette.looks import queries as look_queries
from clozette.looks.models import Look, LookPhoto
from clozette.looks.naming import item_name
from clozette.media import addresses
from clozette.media.models import Photo
from clozette.newsletters.campaigns.blocks import MAIL, NOTHING, Input, Kind, Paper, Piece, register
from clozette.newsletters.campaigns.slots import PERSONAL, slot, without

MAX_MARKDOWN = 10_000
MAX_ITEMS = 4
PICTURE = 640
_ADDRESS = re.compile(r"(?:\S*/)?(looks|items)/([0-9a-z]+)/?(?:[?#]\S*)?|([0-9a-z]{8,13})", re.IGNORECASE)


@dataclass(frozen=True)
class Card:
    """A look or an item as a mail shows it: addresses in full, no picture where none may be shown to everybody.

    :ivar labels: lines that stand on a look wherever it is shown, such as that a sponsor stands behind it.
    :ivar mailed: the picture's address for a mail, as JPEG; ``picture`` is the site's own.
    """

    address: str
    title: str
    by: str
    picture: str | None
    alt: str
    mailed: str | None = None
    width: int = 0
    height: int = 0
    labels: tuple[str, ...] = ()


def init_app(app: Flask) -> None:
    """Register them."""
    for kind in (TEXT, HEADING, BUTTON, LOOK, ITEMS, NEWS):
        register(app, kind)


def _text(block: Mapping[str, Any], paper: Paper) -> Piece:
    read = paper.prose(str(block.get("markdown", "")))
    return Piece(read.html, read.text)


def _heading(block: Mapping[str, Any], paper: Paper) -> Piece:
    words = paper.tagged(str(block.get("text", "")))
    return Piece(paper.part("newsletters/blocks", "heading", words), f"{words}\n{'=' * min(len(words), 60)}")


def _button(block: Mapping[str, Any], paper: Paper) -> Piece:
    words, address = paper.tagged(str(block.get("label", ""))), paper.target(str(block.get("address", "")))
    return Piece(paper.part("newsletters/blocks", "button", words, address), f"{words}: {address}")


def _look(block: Mapping[str, Any], paper: Paper) -> Piece:
    typed = str(block.get("look", ""))
    found = look_cards(paper.base, [look_id]) if (look_id := id_in(typed, "looks")) is not None else []
    if not found:
        paper.gone(_("There is no look at “%(address)s” that everybody may see.", address=typed[:80]))
        return NOTHING
    return cards(paper, found)


def _items(block: Mapping[str, Any], paper: Paper) -> Piece:
    typed = str(block.get("items", "")).split()
    if len(typed) > MAX_ITEMS:
        paper.wrong(_("Show %(number)s items at most.", number=MAX_ITEMS))
    wanted = [(one, id_in(one, "items")) for one in typed[:MAX_ITEMS]]
    found = item_cards(paper.base, [item_id for _one, item_id in wanted if item_id is not None])
    for one, item_id in wanted:
        if item_id not in found:
            paper.gone(_("There is no item at “%(address)s” that everybody may see.", address=one[:80]))
    shown = [found[item_id] for _one, item_id in wanted if item_id in found]
    return cards(paper, shown) if shown else NOTHING


def _news(block: Mapping[str, Any], paper: Paper) -> Piece:
    """Leave a place for each reader's own; in an archive there is nobody to have any."""
    if paper.place != MAIL:
        return NOTHING
    place = slot(f"{PERSONAL}{paper.number or 0}")
    return Piece(Markup(place), place)  # noqa: S704 - a mark that the engine fills with trusted HTML


def cards(paper: Paper, shown: Sequence[Card]) -> Piece:
    """Write cards of looks or items, two in a row where there is room."""
    text = "\n\n".join(_lines(card) for card in shown)
    return Piece(paper.part("newsletters/blocks", "cards", shown), text)


def _lines(card: Card) -> str:
    head = f"{card.title} ({card.by})" if card.by else card.title
    return "\n".join((head, *card.labels, card.address))


def look_cards(base: str, look_ids: Sequence[int]) -> list[Card]:
    """Return cards of those looks that everybody may see, in the order of ``look_ids``."""
    cover = sa.and_(LookPhoto.look_id == Look.id, LookPhoto.position == 0)
    rows = db.session.execute(
        looks.visible_to(GUEST)
        .where(Look.id.in_(look_ids))
        .outerjoin(LookPhoto, cover)
        .outerjoin(Photo, Photo.id == LookPhoto.photo_id)
        .with_only_columns(Look.id, Look.caption, Member.display_name, Photo, LookPhoto.alt)
    )
    labels = labels_on(look_ids)
    found = {row[0]: look_card(base, *row, labels=labels.get(row[0], ())) for row in rows}
    return [found[look_id] for look_id in look_ids if look_id in found]


def labels_on(look_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Return the lines that hang on looks, in the language of the mail."""
    hung = look_queries.hung_on(look_ids)
    return {look_id: tuple(without(one.text) for one in some) for look_id, some in hung.items()}


def look_card(
    base: str,
    look_id: int,
    caption: str,
    author: str,
    photo: Photo | None,
    alt: str | None,
    labels: tuple[str, ...] = (),
) -> Card:
    """Return the card of a look that its reader may see."""
    author = without(author)
    title = _first_line(without(caption)) or _("A look by %(name)s", name=author)
    by = _("by %(name)s", name=author)
    picture = _picture(base, photo, without(alt or title))
    return Card(f"{base}/looks/{ids.encode(look_id)}", title, by, *picture, labels=labels)


def item_cards(base: str, item_ids: Sequence[int]) -> dict[int, Card]:
    """Return cards of those items that everybody may see, by id."""
    public = (Item.id.in_(item_ids), Item.publicised_at.is_not(None))
    chosen = closets.visible_to(GUEST).where(*public).options(*closets.WHOLE, contains_eager(Item.owner))
    found = {}
    for item in db.session.scalars(chosen):
        name = without(item_name(item))
        picture = _picture(base, item.photos[0] if item.photos else None, name)
        by = _("by %(name)s", name=without(item.owner.display_name))
        found[item.id] = Card(f"{base}/items/{ids.encode(item.id)}", name, by, *picture)
    return found


def _picture(base: str, photo: Photo | None, alt: str) -> tuple[str | None, str, str | None, int, int]:
    if photo is None or photo.public_token is None:
        return None, "", None, 0, 0
    here, mailed = addresses.address(photo.id, photo.public_token, PICTURE), photo.public_token
    return f"{base}{here}", alt, f"{base}/newsletters/pictures/{mailed}.jpg", photo.width, photo.height


def _first_line(caption: str) -> str:
    line = caption.strip().partition("\n")[0]
    return line if len(line) <= 90 else f"{line[:89].rstrip()}…"


def id_in(typed: str, room: str) -> int | None:
    """Return the id in an address of a look or an item (``looks``, ``items``), or typed alone; nothing for others."""
    found = _ADDRESS.fullmatch(typed.strip())
    if found is None or (found.group(1) or room).lower() != room:
        return None
    try:
        return ids.decode((found.group(2) or found.group(3)).lower())
    except ValueError:
        return None


TEXT = Kind(
    "text",
    _l("Text"),
    (
        Input(
            "markdown",
            _l("Text"),
            "area",
            MAX_MARKDOWN,
            hint=_l("Markdown. {{ first_name }} and {{ last_name }} become the reader's names."),
        ),
    ),
    _text,
)
HEADING = Kind("heading", _l("Heading"), (Input("text", _l("Heading"), max_length=120),), _heading)
BUTTON = Kind(
    "button",
    _l("Button"),
    (
        Input("label", _l("Words on the button"), max_length=40),
        Input("address", _l("Where it leads"), max_length=500, hint=_l("A page of ours, or an address with https://.")),
    ),
    _button,
)
LOOK = Kind(
    "look",
    _l("Look"),
    (Input("look", _l("Address of the look"), max_length=300, hint=_l("A look that everybody may see.")),),
    _look,
)
ITEMS = Kind(
    "items",
    _l("Items"),
    (
        Input(
            "items",
            _l("Addresses of items"),
            "area",
            1200,
            hint=_l("One a line, four at most; items that everybody may see."),
        ),
    ),
    _items,
)
NEWS = Kind("news", _l("New looks from those the reader follows"), (), _news, digests_only=True)
