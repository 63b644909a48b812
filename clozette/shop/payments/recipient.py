"""What the payment service gets to know of people, through the one door.

Of a buyer: the order's reference and what it costs. Its own page asks for the rest. Of a seller: the country and the mail
address, once they pressed the button that leads there; who they are and where their bank is they tell it themself.
"""

from datetime import datetime

from flask import current_app

from clozette.accounts.models import Member
from clozette.kernel.ports.release import Release
from clozette.kernel.viewer import Viewer
from clozette.privacy import disclosures
from clozette.privacy.disclosures.recipients import Party
from clozette.settings import Settings
from clozette.shop.orders.models import Order
from clozette.shop.sellers.models import Seller

OF_ORDER = ("shop_orders.ref", "shop_payments.amount_minor", "shop_payments.currency")
OF_SELLER = ("shop_sellers.country", "accounts_members.email")
# https://stripe.com/legal/privacy-center says which company it is where; an operator elsewhere names theirs by a setting.
NAME = "Stripe, LLC"
_PARTICULARS = {
    "legal_name": NAME,
    "address": "354 Oyster Point Boulevard, South San Francisco, CA 94080",
    "country": "US",
    "contact": "dpo@stripe.com",
}
CONTRACT = "Stripe Services Agreement and Stripe Data Processing Agreement"
RETENTION = "as long as the law on payments makes them keep it"


def recipient(now: datetime) -> Party:
    """Return the company that the payment service is run by."""
    settings: Settings = current_app.extensions["clozette.settings"]
    named = [part.strip() for part in settings.stripe_entity.split("|")] if settings.stripe_entity else []
    return disclosures.recipient(**(dict(zip(_PARTICULARS, named, strict=True)) if named else _PARTICULARS), now=now)


def of_order(order: Order, buyer: Member | Viewer, now: datetime) -> Release:
    """Write down that the payment service gets to know an order, and return the slip.

    :raises BeingErased: if the buyer's erasure has begun.
    """
    assert buyer.subject_id is not None
    known = dict(zip(OF_ORDER, (order.ref, order.total.amount_minor, order.currency), strict=True))
    agreement = disclosures.Agreement(
        purpose="payment",
        trigger="order",
        object_id=order.id,
        basis="contract",
        duty="your order, which is paid there",
        means="api",
        retention=RETENTION,
        contract=CONTRACT,
    )
    return disclosures.disclose(
        recipient=recipient(now), agreement=agreement, people={buyer.subject_id: known}, fields=OF_ORDER, now=now
    )


def of_seller(seller: Seller, member: Member, now: datetime) -> Release:
    """Write down that the payment service gets to know a seller, and return the slip.

    :raises BeingErased: if the seller's erasure has begun.
    """
    known = dict(zip(OF_SELLER, (seller.country, member.email), strict=True))
    agreement = disclosures.Agreement(
        purpose="payout",
        trigger="selling",
        object_id=seller.id,
        basis="contract",
        duty="you sell, and are paid there",
        means="api",
        retention=RETENTION,
        contract=CONTRACT,
    )
    return disclosures.disclose(
        recipient=recipient(now), agreement=agreement, people={member.subject_id: known}, fields=OF_SELLER, now=now
    )
