"""Sellers at the payment service: their account there, the way to the page where they say who they are, how they stand."""

import hashlib
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app

from clozette.accounts.models import Member
from clozette.kernel.database import db
from clozette.kernel.ports import payments
from clozette.settings import Settings
from clozette.shop.payments import recipient
from clozette.shop.payments.changes import changed
from clozette.shop.sellers import regions
from clozette.shop.sellers.models import Seller


def way(seller_id: int, *, back: str, again: str, now: datetime) -> str:
    """Return the address of the payment service where a seller goes on, opening their account there if there is none.

    A view calls ``edge.begin_to_write`` before, and only once the seller pressed the button that says where it leads.

    :raises Later: to be tried again; ``Declined`` if the service does not want this seller.
    """
    seller = db.session.get_one(Seller, seller_id)
    account = seller.account or _open(seller, now)
    # An address is good for one visit, so each press of the button is a deed of its own.
    key = f"{seller.account_key}-link-{int(now.timestamp() * 1000)}"
    return payments.payments().onboarding(account, back, again, key)


CLOCKS_DIFFER = timedelta(minutes=1)


def look(account: str, now: datetime) -> None:
    """Ask how a seller's account stands, and take that over: money reaches them, or something is wanted yet.

    :raises Later: to be tried again.
    """
    payments.save()
    standing = payments.payments().account(account)
    seller = sa.update(Seller).where(Seller.account == account)
    state = "active" if standing.is_active else "pending"
    wants = [one[:200] for one in standing.wants[:20]]
    ahead = Seller.checked_at > now + CLOCKS_DIFFER  # by a clock that ran ahead: it says nothing
    known = sa.or_(Seller.checked_at.is_(None), Seller.checked_at <= now, ahead)
    changed(seller.where(known).values(state=state, wants=wants, checked_at=now))


def _open(seller: Seller, now: datetime) -> str:
    member = db.session.get_one(Member, seller.member_id)
    settings: Settings = current_app.extensions["clozette.settings"]
    seller_id, abroad = seller.id, regions.is_abroad(settings.stripe_home, seller.country)
    # The service takes a key for one request alone: who has another mail address by now asks for another account.
    asked = hashlib.sha256(f"{seller.country} {member.email}".encode()).hexdigest()[:16]
    key = f"{seller.account_key}-{asked}"
    account = payments.payments().open_account(recipient.of_seller(seller, member, now), key, abroad=abroad)
    new = sa.update(Seller).where(Seller.id == seller_id, Seller.account.is_(None))
    changed(new.values(account=account, state="pending"))
    return db.session.get_one(Seller, seller_id).account or account
