"""The tables of the bazaar; each part keeps its own."""

from clozette.shop.carts.models import CartLine
from clozette.shop.cases.models import Case, CaseDecision, CaseEntry, CaseLine, CasePhoto, Proof
from clozette.shop.files.models import GoodsFile
from clozette.shop.ledger.models import Balance, Move
from clozette.shop.listings.models import Listing
from clozette.shop.offers.models import Bundle, Offer, OfferLine, OfferStep
from clozette.shop.orders.models import Order, OrderAddress, OrderLine
from clozette.shop.payments.models import (
    Dispute,
    Heard,
    Payment,
    Payout,
    Reconciliation,
    Refund,
    Run,
    TakeBack,
)
from clozette.shop.reviews.models import Review
from clozette.shop.sellers.models import Fees, Rate, Seller
from clozette.shop.swaps.models import Leg, Piece, Swap, Want
from clozette.shop.tastes.models import Taste

__all__ = [
    "Balance",
    "Bundle",
    "CartLine",
    "Case",
    "CaseDecision",
    "CaseEntry",
    "CaseLine",
    "CasePhoto",
    "Dispute",
    "Fees",
    "GoodsFile",
    "Heard",
    "Leg",
    "Listing",
    "Move",
    "Offer",
    "OfferLine",
    "OfferStep",
    "Order",
    "OrderAddress",
    "OrderLine",
    "Payment",
    "Payout",
    "Piece",
    "Proof",
    "Rate",
    "Reconciliation",
    "Refund",
    "Review",
    "Run",
    "Seller",
    "Swap",
    "TakeBack",
    "Taste",
    "Want",
]
