"""A bazaar for benchmarks and faults: people who sell, what they offer with photos, and buyers with closets of their own."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask

from benchmarks.support.polls import Crowd
from clozette.closets import categories
from clozette.closets.models import Item, ItemPhoto, Label
from clozette.kernel import clock, ids
from clozette.kernel.database import Model, db
from clozette.kernel.ids import new_id
from clozette.media.models import Photo
from clozette.shop.listings.models import CONDITIONS, Listing
from clozette.shop.sellers.models import Fees, Rate, Seller
from clozette.shop.sellers.places import GROUPS

PRICE, SHIPPING = 4000, 500
GROUP_CODES = tuple(categories.GROUPS)
COLOURS = ("black", "navy", "red", "green", "beige", "pink")
SEASONS = ("spring", "summer", "autumn", "winter")
PLACEHOLDER = "data:image/webp;base64," + "A" * 240
WORDS = (
    "Worn twice, no faults that I know of. The lining is silk, the buttons are horn. From a house without smoke. " * 3
)
_MANY = 5000


@dataclass(frozen=True)
class Stall:
    """Somebody who sells."""

    seller_id: int
    member_id: int


def open_stalls(members: Sequence[int], accounts: Sequence[str]) -> list[Stall]:
    """Let members sell to all of the European Union, and the house take its fees; to be committed by the caller."""
    now = clock.now()
    stalls = [Stall(new_id(), member) for member in members]
    terms = {"kind": "private", "country": "DE", "currency": "EUR", "state": "active", "since": now, "wants": []}
    rows = [
        {
            "id": one.seller_id,
            "member_id": one.member_id,
            "account_key": secrets.token_hex(16),
            "account": name,
            **terms,
        }
        for one, name in zip(stalls, accounts, strict=True)
    ]
    put(Seller, rows)
    put(Rate, [_rate(one.seller_id, country) for one in stalls for country in sorted(GROUPS["eu"])])
    put(
        Fees,
        [{"id": new_id(), "currency": "EUR", "since": now, "buyer_bp": 500, "buyer_fixed_minor": 70, "seller_bp": 0}],
    )
    return stalls


def offer(stalls: Sequence[Stall], number: int, *, stock: int = 1, first: int = 0) -> list[int]:
    """Offer so many pieces, each out of a seller's closet and with photos; return the listings' ids."""
    whose = [stalls[one % len(stalls)] for one in range(number)]
    items = closet([one.member_id for one in whose], public=True, first=first)
    rows = [
        _listing(one, item, stock, first + place) for place, (one, item) in enumerate(zip(whose, items, strict=True))
    ]
    put(Listing, rows)
    return [row["id"] for row in rows]


def closet(members: Sequence[int], *, public: bool = False, first: int = 0) -> list[int]:
    """Give each of the members an item with a photo and words, as often as they are named; return the items' ids."""
    now, made = clock.now(), [new_id() for _ in members]
    put(
        Item,
        [
            _item(one, who, public, first + place, now)
            for place, (one, who) in enumerate(zip(made, members, strict=True))
        ],
    )
    put(Photo, [_photo(one, who, public, now) for one, who in zip(made, members, strict=True)])
    put(ItemPhoto, [{"photo_id": one, "item_id": one, "position": 0} for one in made])
    put(Label, [label for place, one in enumerate(made) for label in _labels(one, first + place)])
    return made


def put(model: type[Model], rows: Iterable[dict[str, Any]]) -> None:
    """Add rows, many at once."""
    known = list(rows)
    for start in range(0, len(known), _MANY):
        db.session.execute(sa.insert(model), known[start : start + _MANY])


def signed_in(crowd: Crowd, one: int) -> str:
    """Return the cookie of one of a crowd."""
    return f"{crowd.name}={crowd.cookies[one]}"


def address(listing_id: int) -> str:
    """Return where a listing is shown."""
    return f"/shop/{ids.encode(listing_id)}"


def settle(app: Flask) -> None:
    """Let the database know its statistics, as its own housekeeping would have."""
    with app.app_context():
        engine = db.get_engine("write")
        statement = "PRAGMA optimize" if engine.dialect.name == "sqlite" else "VACUUM ANALYZE"
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(statement)


def _rate(seller_id: int, country: str) -> dict[str, Any]:
    way = {"first_minor": SHIPPING + 200 * (country != "DE"), "more_minor": 100, "days_from": 2, "days_to": 5}
    return {"seller_id": seller_id, "country": country, **way}


def _listing(stall: Stall, item_id: int, stock: int, number: int) -> dict[str, Any]:
    now, group = clock.now(), GROUP_CODES[number % len(GROUP_CODES)]
    title = f"A green coat of wool, number {number}"
    shown = {"mode": "sale", "state": "active", "title": title, "words": WORDS, "search_text": title.lower()}
    kind = {"category": group, "condition": CONDITIONS[number % len(CONDITIONS)], "size_system": "eu", "size": "38"}
    dates = {"made_at": now, "changed_at": now, "published_at": now}
    price = {"price_minor": PRICE, "currency": "EUR", "stock": stock, "remaining": stock, "version": 1}
    known = {"id": new_id(), "seller_id": stall.seller_id, "item_id": item_id, "form_key": secrets.token_hex(16)}
    return {**known, **shown, **kind, **price, **dates}


def _item(item_id: int, member_id: int, public: bool, number: int, now: Any) -> dict[str, Any]:
    group = GROUP_CODES[number % len(GROUP_CODES)]
    about = categories.GROUPS[group]
    lengths = {name: 400 + 10 * place for place, name in enumerate(about.measures)}
    kind = {
        "kind": "owned",
        "category": group,
        "subcategory": next(iter(about.kinds)),
        "brand": "Cos",
        "brand_key": "cos",
    }
    fits = {"size_system": "eu", "size": "38", "measurements": lengths, "search_text": "cos", "version": 1}
    dates = {"state_since": now, "created_at": now, "changed_at": now, "publicised_at": now if public else None}
    known = {"id": item_id, "member_id": member_id, "upload_key": secrets.token_hex(16), "state": "available"}
    return {**known, **kind, **fits, **dates}


def _photo(photo_id: int, subject_id: int, public: bool, now: Any) -> dict[str, Any]:
    token = f"{photo_id:032x}"
    size = {"bytes": 250_000, "width": 1080, "height": 1440, "placeholder": PLACEHOLDER, "suffix": "webp"}
    look = {
        "colours": ["#aabbcc", "#223344"],
        "dhash": photo_id % 2**62,
        "variants": [160, 320, 640, 1080],
        "avif": [1080],
    }
    known = {"id": photo_id, "subject_id": subject_id, "created_at": now, "sha256": f"{photo_id:064x}", "folder": token}
    return {**known, **size, **look, "public_token": token if public else None}


def _labels(item_id: int, number: int) -> list[dict[str, Any]]:
    colour, season = COLOURS[number % len(COLOURS)], SEASONS[number % len(SEASONS)]
    return [
        {"item_id": item_id, "kind": kind, "value": value, "position": 0}
        for kind, value in (("colour", colour), ("season", season))
    ]
