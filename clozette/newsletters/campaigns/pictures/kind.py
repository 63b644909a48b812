"""The block that shows a picture: words beside it always, a link where one is wanted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from clozette.media import addresses
from clozette.media.models import Photo
from clozette.newsletters.campaigns.blocks import NOTHING, Input, Kind, Paper, Piece, register
from clozette.newsletters.campaigns.pictures import services
from clozette.newsletters.campaigns.pictures.models import Picture

COLUMN = 536
"""As wide as a mail's column, in CSS pixels."""


@dataclass(frozen=True)
class Shown:
    """A picture as a mail and a page show it: its size there, in CSS pixels, and its addresses."""

    mailed: str
    photo: Photo
    width: int
    height: int


def init_app(app: Flask) -> None:
    """Register it."""
    register(app, PICTURE)


def _picture(block: Mapping[str, Any], paper: Paper) -> Piece:
    found, alt = services.of_block(block, paper.known[services.KIND]), paper.tagged(str(block.get("alt", ""))).strip()
    typed = str(block.get("address", "")).strip()
    target = paper.target(typed) if typed else ""
    if not alt:
        paper.wrong(_("Say what the picture shows: many read mails without pictures."))
    if found is None or found.photo.public_token is None:
        paper.wrong(_("Choose a picture and press Upload, or remove this block."))
        return NOTHING
    shown = _shown(found.photo, paper.base)
    text = f"{alt}: {target}" if target else alt
    return Piece(paper.part("newsletters/pictures", "picture", shown, alt, target), text)


def _shown(photo: Photo, base: str) -> Shown:
    width = min(COLUMN, photo.width)
    mailed = f"{base}/newsletters/pictures/{photo.public_token}.jpg"
    return Shown(mailed, photo, width, max(1, round(photo.height * width / photo.width)))


def thumbnail(block: Mapping[str, Any], known: Mapping[int, Picture]) -> str | None:
    """Return the address of a small picture of what a block shows, for the editor; ``known`` are those of all blocks."""
    found = services.of_block(block, known)
    return addresses.address(found.photo.id, found.photo.public_token, 320) if found else None


PICTURE = Kind(
    services.KIND,
    _l("Picture"),
    (
        Input("picture", _l("Picture"), "picture", 13, required=False),
        Input(
            "alt",
            _l("What it shows"),
            max_length=300,
            hint=_l("For whoever can’t see it, and for mail programs that show no pictures."),
        ),
        Input(
            "address",
            _l("Where it leads"),
            max_length=500,
            required=False,
            hint=_l("A page of ours, or an address with https://; nothing for no link."),
        ),
    ),
    _picture,
    read=services.of_blocks,
)
