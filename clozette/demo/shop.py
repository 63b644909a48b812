"""The bazaar of the demo: who sells what, and what was bought, each deed at its own moment by the rooms' own services.

The shopper sells and buys too, so that every page of a seller and of a buyer has something on it.
"""

import io
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy.orm import selectinload
from werkzeug.datastructures import FileStorage

from clozette.accounts import countries
from clozette.accounts.models import Member
from clozette.closets import naming
from clozette.closets.models import Item
from clozette.demo import dealings, products, sales
from clozette.demo.paying import Counter
from clozette.demo.sales import Sale
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ports import payments as ports
from clozette.settings import Settings
from clozette.shop.books import taxes
from clozette.shop.files import services as files
from clozette.shop.listings import services as listings
from clozette.shop.payments import onboarding
from clozette.shop.sellers import fees, places, regions, schemas, services
from clozette.shop.sellers.models import Seller

SELLERS, EACH, SHOPPER = 10, 7, 0
_CURRENCIES = {"GB": "GBP", "SG": "SGD", "US": "USD", **dict.fromkeys(("FR", "DE", "IT", "ES", "NL"), "EUR")}
_NEAR = (0, 1, 2)
"""Sellers who price in the shopper's currency, so that they can swap."""
_TRADER = {
    "kind": "trader",
    "legal_name": "Second Spring Clothing",
    "address": "8 Weaver Lane, 1st floor",
    "contact": "hello@second-spring.test",
}
_MODES = ("sale", "sale", "swap", "sale", "sale", "view", "sale")
_WORDS = (
    "Worn a handful of times, washed cold, from a home without smoke.",
    "I love it and it never fitted quite right. Somebody taller will be happy in it.",
    "One winter old. The lining was mended by hand, which you only see if you look for it.",
    "Bought in a hurry, worn once.",
    "",
    "My closet is full, and this deserves more than waiting in it.",
)
_PATTERN = "The pattern that I drew and sewed this by: sizes 34 to 48 on eight sheets, seams included."
_SHEET = (
    b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 210 297"><path fill="none" '
    b'stroke="black" d="M40 20h60q20 60 60 60v180h-130q10-120 10-240z"/></svg>'
)
_CONDITIONS = ("good", "as_new", "good", "worn", "new")


@dataclass(frozen=True)
class _Offer:
    """A listing that is to be, of an item, from a day on."""

    seller: Seller
    item: Item
    mode: str
    at: datetime


@dataclass(frozen=True)
class _Shown:
    """A listing for sale, and whose it is."""

    listing_id: int
    member_id: int


def fill(app: Flask, members: Sequence[Member], item_ids: Sequence[int], now: datetime) -> None:
    """Open the bazaar; nothing where the site takes no payments."""
    if not ports.is_on():
        return
    chance = random.Random(11)  # noqa: S311 - a story, not a secret
    with _counter(app) as counter:
        _take_fees(now - timedelta(days=300))
        adults = [one for one in members if not one.is_minor((now - timedelta(days=120)).date())]
        offers = list(_offers(adults, item_ids, now, chance))
        shown = [_list(one, chance) for one in sorted(offers, key=lambda one: one.at)]
        trader = next((one.seller for one in offers if one.seller.kind == "trader"), None)
        if trader is not None and trader.member_id is not None:
            products.fill(trader, db.session.get_one(Member, trader.member_id), now - timedelta(days=40))
        for_sale = [one for one in shown if one is not None]
        db.session.commit()
        for sale in _sales(adults, for_sale, now):
            sales.tell(sale, counter)
            db.session.commit()
        sales.pay_out(members[SHOPPER], now - timedelta(days=2))
        dealings.fill(members[SHOPPER], now)
    db.session.commit()


@contextmanager
def _counter(app: Flask) -> Iterator[Counter]:
    """Let payments go by the sandbox's books as long as no sandbox runs."""
    settings: Settings = app.extensions["clozette.settings"]
    counter = Counter(settings.var / "sandbox" / "stripe.json", settings.stripe_api_base, settings.stripe_home)
    before = app.extensions[ports.KEY]
    app.extensions[ports.KEY] = lambda: counter
    try:
        yield counter
    finally:
        app.extensions[ports.KEY] = before


def _take_fees(since: datetime) -> None:
    for currency in sorted({*_CURRENCIES.values(), "EUR"}):
        fees.announce(currency, since, buyer_bp=500, buyer_fixed_minor=70, seller_bp=250)


def _offers(
    adults: Sequence[Member], item_ids: Sequence[int], now: datetime, chance: random.Random
) -> Iterator[_Offer]:
    """Choose who sells what: the shopper, and those with the largest closets to choose from."""
    closets = _closets(item_ids)
    settings: Settings = current_app.extensions["clozette.settings"]
    paid_out = [one for one in adults[1:] if regions.is_served(settings.stripe_home, one.country)]
    rest = sorted(paid_out, key=lambda one: -len(closets.get(one.id, ())))
    for number, member in enumerate([adults[SHOPPER], *rest[: SELLERS - 1]]):
        chosen = closets.get(member.id, [])[:EACH]
        begun = max(member.created_at, now - timedelta(days=100 - number))
        currency = "SGD" if number in _NEAR else _CURRENCIES.get(member.country, "EUR")
        seller = _seller(member, begun, currency, trader=number == 3)
        for place, item in enumerate(chosen):
            at = max(begun, item.created_at) + (now - max(begun, item.created_at)) * chance.uniform(0.02, 0.3)
            mode = "fee" if number in (3, 5) and place == 5 else _MODES[place % len(_MODES)]
            yield _Offer(seller, item, mode, at)


def _closets(item_ids: Sequence[int]) -> dict[int, list[Item]]:
    """Return what may be offered, by its owner: seen by everybody already, and there."""
    there = sa.select(Item).where(Item.id.in_(item_ids), Item.kind == "owned", Item.archived_at.is_(None))
    there = there.where(Item.publicised_at.is_not(None), Item.state == "available").order_by(Item.id)
    found: dict[int, list[Item]] = {}
    for item in db.session.scalars(there.options(selectinload(Item.labels))):
        found.setdefault(item.member_id, []).append(item)
    return found


def _trader(country: str) -> dict[str, str]:
    """Return what a trader says, with a number as numbers look in that country."""
    return _TRADER | {"tax_number": taxes.law_of(country).example or "12345678", "tax_percent": "9"}


def _seller(member: Member, now: datetime, currency: str, *, trader: bool) -> Seller:
    """Let somebody begin to sell: terms, account with the payment service, shipping to everywhere."""
    country = member.country
    typed = {"country": country, "currency": currency, "kind": "private", "agree": "yes"}
    with clock.frozen(now):
        facts = schemas.StartIn().load(typed | (_trader(country) if trader else {}))
        seller = services.start(member, facts, None, now=now)
        onboarding.way(seller.id, back="", again="", now=now)
        assert seller.account is not None
        onboarding.look(seller.account, now)
        db.session.refresh(seller)
        abroad = {"first_minor": 1290, "more_minor": 300, "days_from": 6, "days_to": 14}
        services.set_rates(seller, countries.CODES, abroad)
        near = next((group for group in ("eu", "asean") if country in places.GROUPS[group]), "")
        services.set_rates(
            seller, {country, *places.GROUPS.get(near, ())}, abroad | {"first_minor": 650, "days_from": 3}
        )
        services.set_rates(seller, [country], abroad | {"first_minor": 390, "days_from": 1, "days_to": 3})
    return seller


def _list(offer: _Offer, chance: random.Random) -> _Shown | None:
    """Offer something; return it if it is for sale."""
    price = round((offer.item.price_minor or 6000) * chance.uniform(0.3, 0.7), -2)
    price_minor = max(price, 500) if offer.mode != "view" else None
    with clock.frozen(offer.at):
        facts = {
            "mode": offer.mode,
            "title": naming.describe(offer.item),
            "words": chance.choice(_WORDS),
            "condition": chance.choice(_CONDITIONS),
            "price_minor": price_minor,
            "floor_minor": None,
            "stock": 1,
        }
        if offer.mode == "fee":
            facts |= {"title": f"Sewing pattern: {facts['title']}", "words": _PATTERN, "condition": "new"}
        listing = listings.offer(offer.seller, offer.item, facts, form_key=f"demo-{offer.item.id}", now=offer.at)
        if offer.mode == "fee":
            files.put(listing, FileStorage(io.BytesIO(_SHEET), filename="pattern.svg"), now=offer.at)
        listings.publish(listing, now=offer.at)
    return _Shown(listing.id, offer.item.member_id) if offer.mode == "sale" else None


def _sales(adults: Sequence[Member], shown: Sequence[_Shown], now: datetime) -> Iterator[Sale]:
    """Say who buys what, and how it goes: first the shopper's own, then what others sell to each other."""
    shopper, left = adults[SHOPPER], list(shown)

    def take(wanted: Callable[[_Shown], bool]) -> _Shown | None:
        found = next((one for one in left if wanted(one)), None)
        if found is not None:
            left.remove(found)
        return found

    buyers = list(adults[1:])
    for number, (end, days) in enumerate(sales.BOUGHT):
        listing = take(lambda one: one.member_id != shopper.id)
        if listing is not None:
            yield Sale(listing.listing_id, listing.member_id, shopper, now - timedelta(days=days, hours=number), end)
    for number, (end, days) in enumerate(sales.SOLD):
        listing = take(lambda one: one.member_id == shopper.id)
        if listing is not None:
            yield Sale(
                listing.listing_id,
                listing.member_id,
                buyers[-1 - number],
                now - timedelta(days=days, hours=number),
                end,
            )
    for number, (end, days) in enumerate(sales.OTHERS):
        listing = take(lambda one: one.member_id != shopper.id)
        if listing is not None:
            buyer = next(one for one in buyers[number:] + buyers if one.id != listing.member_id)
            yield Sale(listing.listing_id, listing.member_id, buyer, now - timedelta(days=days, hours=number), end)
