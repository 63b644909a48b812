"""Becoming a seller, and what sellers say about themselves and their shipping."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app

from clozette.accounts.models import Member
from clozette.kernel.database import db
from clozette.kernel.ports import payments
from clozette.kernel.refusal import Refusal, refuse
from clozette.privacy import notices, subjects
from clozette.settings import Settings
from clozette.shop.acknowledging import acknowledge
from clozette.shop.listings.models import Listing
from clozette.shop.sellers import queries, regions, rules, wording
from clozette.shop.sellers.models import Rate, Seller

_FIXED = ("country", "currency")
_LISTED = Listing.state != "removed"
_KEPT = (*_FIXED, "kind", "legal_name", "address", "contact", "tax_number", "tax_bp")


def start(member: Member, facts: Mapping[str, Any], shown: notices.Shown | None, *, now: datetime) -> Seller:
    """Make a member a seller, and write down which terms they accepted. One who sells already stays as they are.

    :raises Refused: ``adults-only``, or ``not_served`` from where nobody can be paid out.
    """
    refuse(rules.why_not_start(is_minor=member.is_minor(now.date())))
    refuse(why_not_serve(facts["country"]))
    subjects.lock([member.subject_id])  # two starts of one member take turns
    before = queries.seller_of(member.id)
    if before is not None:
        return before
    seller = Seller(member_id=member.id, account_key=secrets.token_hex(16), since=now, wants=[])
    _write(seller, facts)
    db.session.add(seller)
    db.session.flush()
    acknowledge(member.subject_id, "CP2", shown, method="form:selling", now=now, wording=wording.terms_text())
    return seller


def save(seller: Seller, facts: Mapping[str, Any]) -> None:
    """Change what a seller said.

    :raises Refused: ``fixed`` if country or currency changed although prices or the payment service rest on them, or
        ``not_served`` as at the start; ``products`` if a trader with some would be private.
    """
    if facts["kind"] == "private":
        refuse(rules.why_not_become_private(products=_has_listings(seller.id, Listing.variant > 0, _LISTED)))
    moved = any(getattr(seller, name) != facts[name] for name in _FIXED)
    refuse(rules.why_not_move(moved=moved, account=seller.account is not None, listings=_has_listings(seller.id)))
    refuse(why_not_serve(facts["country"]) if moved else None)
    _write(seller, facts)
    db.session.flush()


def why_not_serve(country: str) -> Refusal | None:
    """Say why sellers of a country can't be paid out by this site; where it takes no payments, none is."""
    settings: Settings = current_app.extensions["clozette.settings"]
    return regions.why_not_serve(settings.stripe_home, country) if payments.is_on() else None


def set_rates(seller: Seller, countries: Iterable[str], values: Mapping[str, int]) -> int:
    """Ship to these countries at this rate, whatever it was before; say how many they are."""
    wanted = sorted(set(countries))
    db.session.execute(sa.select(Seller.id).where(Seller.id == seller.id).with_for_update())  # two at once take turns
    db.session.execute(sa.delete(Rate).where(Rate.seller_id == seller.id, Rate.country.in_(wanted)))
    rows = [{"seller_id": seller.id, "country": country, **values} for country in wanted]
    db.session.execute(sa.insert(Rate), rows)
    return len(wanted)


def remove_rate(seller: Seller, country: str) -> bool:
    """Ship to a country no more; say whether it was shipped to."""
    gone: Any = db.session.execute(sa.delete(Rate).where(Rate.seller_id == seller.id, Rate.country == country))
    return bool(gone.rowcount)


def _write(seller: Seller, facts: Mapping[str, Any]) -> None:
    for name in _KEPT:
        setattr(seller, name, facts[name])


def _has_listings(seller_id: int, *which: sa.ColumnElement[bool]) -> bool:
    return bool(db.session.scalar(sa.select(sa.exists().where(Listing.seller_id == seller_id, *which))))
