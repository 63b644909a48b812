"""What the bazaar keeps about people."""

from flask_babel import lazy_gettext as _l

from clozette.kernel.personal import Declaration, NotPersonal, Personal, Purpose, Restriction, Table
from clozette.shop.cases.personal_data import CASES
from clozette.shop.offers import personal_data as offers
from clozette.shop.reviews.personal_data import REVIEWS
from clozette.shop.swaps import personal_data as swaps
from clozette.shop.tastes import personal_data as tastes

_LINK = NotPersonal("link between rows")
_KEY = NotPersonal("tells a form sent twice")
_BOOKS = "as long as tax law makes us keep the books"
_TAX = Restriction("tax law: whom a bill names, and where the goods went", 10 * 366)
_BOUGHT = Personal(
    "activity",
    (Purpose.PROVIDE, Purpose.LAW),
    retention=_BOOKS,
    erasure="keep",
    kept_because="the books of the other side and of the house; leads to nobody once the person is gone",
)
_SOLD_BY = Personal(
    "identity",
    (Purpose.PROVIDE, Purpose.LAW),
    retention=_BOOKS,
    erasure="keep",
    kept_because="the law wants to know on the buyer's bill which trader sold it",
)
_LEADS = Personal("relations", (Purpose.PROVIDE,), erasure="clear")
_OFFERED = Personal("content", (Purpose.PROVIDE,), erasure="clear")
_FACTS = Personal(
    "content",
    (Purpose.PROVIDE,),
    erasure="keep",
    kept_because="orders of others lead here; says nothing of the seller once the words are gone",
)
_SOLD_FILE = Personal(
    "content",
    (Purpose.PROVIDE,),
    erasure="keep",
    kept_because="whoever paid for a file may fetch it again; what nobody bought goes whole",
)
_TRADER = Personal("identity", (Purpose.PROVIDE, Purpose.VERIFY, Purpose.LAW), erasure="clear")
_PAID_THERE = Personal(
    "identity",
    (Purpose.PROVIDE, Purpose.LAW),
    erasure="keep",
    kept_because="what a seller is still owed is paid out there; forgotten once nothing is",
)
_ADDRESS = Personal("contact", (Purpose.PROVIDE, Purpose.VERIFY, Purpose.LAW), retention=_BOOKS)
_WISH = Personal("preferences", (Purpose.PROVIDE,), retention="until you buy it or take it out")
_OF_SELLER = ("seller_id", "member_id", "subject_id")
_OF_BUYER = ("buyer_id", "subject_id")

_DISPUTED = (
    "outside",
    "order_id",
    "state",
    "asked_minor",
    "amount_minor",
    "debt_minor",
    "due_at",
    "heard_at",
    "decided_at",
)

_SELLERS = {
    "shop_sellers": Table(
        title=_l("What makes you a seller"),
        subject=("member_id", "subject_id"),
        columns={
            "id": _LINK,
            "member_id": _LEADS,
            "account_key": NotPersonal("lets the payment service know a request that is repeated"),
            **dict.fromkeys(("reviewed", "stars_sum", "described", "sends_hours"), _BOUGHT),
            **dict.fromkeys(("legal_name", "address", "contact", "tax_number"), _TRADER),
            "account": _PAID_THERE,
            **dict.fromkeys(
                ("kind", "country", "currency", "state", "wants", "since", "checked_at", "tax_bp"), _BOUGHT
            ),
        },
    ),
    "shop_rates": Table(
        title=_l("What shipping costs with you"),
        subject=_OF_SELLER,
        columns={
            "seller_id": _LINK,
            **dict.fromkeys(
                ("country", "first_minor", "more_minor", "days_from", "days_to"),
                Personal("content", (Purpose.PROVIDE,)),
            ),
        },
    ),
    "shop_fees": Table(
        no_subject="what the house takes; says nothing about anybody",
        columns=dict.fromkeys(("id", "currency", "since", "buyer_bp", "buyer_fixed_minor", "seller_bp"), NotPersonal()),
    ),
    "shop_listings": Table(
        title=_l("What you offered"),
        subject=_OF_SELLER,
        columns={
            "id": _LINK,
            "form_key": _KEY,
            "version": NotPersonal("counts changes"),
            "item_id": _LINK,
            "variant": NotPersonal("the order of a product's sizes"),
            **dict.fromkeys(("title", "words", "brand", "size", "search_text", "floor_minor"), _OFFERED),
            **dict.fromkeys(
                (
                    "seller_id",
                    "mode",
                    "state",
                    "category",
                    "size_system",
                    "condition",
                    "price_minor",
                    "currency",
                    "stock",
                    "remaining",
                    "made_at",
                    "changed_at",
                    "published_at",
                    "withheld_at",
                ),
                _FACTS,
            ),
        },
    ),
    "shop_files": Table(
        title=_l("Files that you sold for a fee"),
        subject=("listing_id", *_OF_SELLER),
        columns={
            "id": _LINK,
            "listing_id": _LINK,
            "folder": NotPersonal("where the bytes are"),
            "name": _OFFERED,
            **dict.fromkeys(("kind", "bytes", "sha256", "added_at", "replaced_at"), _SOLD_FILE),
        },
    ),
    "shop_payouts": Table(
        title=_l("What was paid out to you"),
        subject=_OF_SELLER,
        columns={
            "id": _LINK,
            "key": NotPersonal("lets the payment service know a request that is repeated"),
            **dict.fromkeys(
                ("seller_id", "amount_minor", "currency", "state", "outside", "asked_at", "done_at"), _BOUGHT
            ),
        },
    ),
    "shop_moves": Table(
        title=_l("How your money moved"),
        subject=_OF_SELLER,
        columns={
            "id": _LINK,
            **dict.fromkeys(
                (
                    "seller_id",
                    "order_id",
                    "deed",
                    "deed_id",
                    "part",
                    "from_account",
                    "to_account",
                    "amount_minor",
                    "currency",
                    "at",
                ),
                _BOUGHT,
            ),
        },
    ),
    "shop_balances": Table(
        title=_l("Your money here"),
        subject=_OF_SELLER,
        columns=dict.fromkeys(("seller_id", "account", "currency", "amount_minor"), _BOUGHT),
    ),
}

_ORDERS = {
    **CASES,
    **REVIEWS,
    "shop_cart_lines": Table(
        title=_l("Your cart"),
        subject=("member_id", "subject_id"),
        columns={"member_id": _LINK, **dict.fromkeys(("listing_id", "quantity", "at"), _WISH)},
    ),
    "shop_orders": Table(
        title=_l("Your orders"),
        subject=_OF_BUYER,
        also=(_OF_SELLER,),
        second={
            _OF_SELLER: (
                "ref",
                "contested_at",
                "state",
                "state_at",
                "currency",
                "items_minor",
                "shipping_minor",
                "seller_fee_minor",
                "refunded_minor",
                "tax_name",
                "tax_bp",
                "tax_minor",
                "seller_name",
                "seller_address",
                "seller_contact",
                "seller_tax_id",
                "made_at",
                "paid_at",
                "ship_by",
                "shipped_at",
                "carrier",
                "tracking",
                "received_at",
                "completed_at",
                "ended_because",
                "reminded_at",
                "cancel_asked_at",
                "swap_id",
                "shares",
            )
        },
        columns={
            "id": _LINK,
            "form_key": _KEY,
            "buyer_id": _LEADS,
            **dict.fromkeys(("seller_handover_id", "courier_handover_id"), _LINK),
            **dict.fromkeys(("seller_name", "seller_address", "seller_contact", "seller_tax_id"), _SOLD_BY),
            **dict.fromkeys(
                (
                    "ref",
                    "seller_id",
                    "state",
                    "state_at",
                    "currency",
                    "items_minor",
                    "shipping_minor",
                    "fee_minor",
                    "seller_fee_minor",
                    "refunded_minor",
                    "tax_name",
                    "tax_bp",
                    "tax_minor",
                    "fees_id",
                    "made_at",
                    "hold_until",
                    "contested_at",
                    "paid_at",
                    "ship_by",
                    "shipped_at",
                    "carrier",
                    "tracking",
                    "received_at",
                    "protected_until",
                    "completed_at",
                    "ended_because",
                    "reminded_at",
                    "cancel_asked_at",
                    "swap_id",
                    "digital",
                    "shares",
                ),
                _BOUGHT,
            ),
        },
    ),
    "shop_order_lines": Table(
        title=_l("What you bought"),
        subject=("order_id", *_OF_BUYER),
        columns={
            "id": _LINK,
            "file_id": _LINK,
            **dict.fromkeys(
                (
                    "order_id",
                    "listing_id",
                    "position",
                    "title",
                    "quantity",
                    "list_minor",
                    "price_minor",
                    "refunded_minor",
                    "fetches",
                    "fetched_at",
                ),
                _BOUGHT,
            ),
        },
    ),
    "shop_addresses": Table(
        title=_l("Where your orders went, and whom the bills name"),
        subject=("order_id", *_OF_BUYER),
        restricted=_TAX,
        columns={
            "order_id": _LINK,
            **dict.fromkeys(
                ("use", "name", "line1", "line2", "postcode", "city", "country", "phone", "given_at"), _ADDRESS
            ),
        },
    ),
    "shop_payments": Table(
        title=_l("What you paid"),
        subject=("order_id", *_OF_BUYER),
        columns={
            "id": _LINK,
            "key": NotPersonal("lets the payment service know a request that is repeated"),
            "handover_id": _LINK,
            "asking": Personal(
                "activity",
                (Purpose.PROVIDE,),
                retention="until the payment service answered",
                erasure="clear",
                export=False,
                hidden_because="sealed for the payment service; what it says stands in the log of disclosures",
            ),
            "url": Personal(
                "technical",
                (Purpose.PROVIDE,),
                erasure="clear",
                export=False,
                hidden_because="whoever has it reaches the page where the order is paid",
            ),
            **dict.fromkeys(
                (
                    "order_id",
                    "state",
                    "amount_minor",
                    "currency",
                    "session",
                    "intent",
                    "charge",
                    "asked_at",
                    "paid_at",
                ),
                _BOUGHT,
            ),
        },
    ),
    "shop_refunds": Table(
        title=_l("What was paid back to you"),
        subject=("payment_id", "order_id", *_OF_BUYER),
        columns={
            "id": _LINK,
            "key": NotPersonal("lets the payment service know a request that is repeated"),
            **dict.fromkeys(
                (
                    "payment_id",
                    "amount_minor",
                    "house_minor",
                    "parts",
                    "because",
                    "state",
                    "outside",
                    "asked_at",
                    "done_at",
                    "tries",
                    "why",
                    "reversed_at",
                    "fee_sent_at",
                    "settled",
                ),
                _BOUGHT,
            ),
            "settled_by_id": Personal(
                "activity",
                (Purpose.PROVIDE,),
                erasure="clear",
                export=False,
                hidden_because="who of the staff paid it",
            ),
        },
    ),
    "shop_disputes": Table(
        title=_l("What your bank asked back"),
        subject=("order_id", *_OF_BUYER),
        also=(("order_id", *_OF_SELLER),),
        second={("order_id", *_OF_SELLER): _DISPUTED},
        columns={
            "id": _LINK,
            "reminded_at": NotPersonal("when the staff was reminded"),
            **dict.fromkeys(_DISPUTED, _BOUGHT),
        },
    ),
    "shop_take_backs": Table(
        title=_l("What was taken back of your money"),
        subject=("dispute_id", "order_id", *_OF_SELLER),
        columns={
            "id": _LINK,
            **dict.fromkeys(
                ("dispute_id", "amount_minor", "state", "outside", "tries", "why", "asked_at", "done_at"), _BOUGHT
            ),
        },
    ),
    "shop_runs": Table(
        no_subject="what the clock does, and until when", columns=dict.fromkeys(("name", "until"), NotPersonal())
    ),
    "shop_reconciliations": Table(
        no_subject="references of orders and the payment service's own numbers; whose they are stands in other rows",
        columns=dict.fromkeys(
            ("id", "because", "state", "since", "asked_at", "done_at", "number", "mended", "found"), NotPersonal()
        ),
    ),
    "shop_inbox": Table(
        no_subject="the payment service's own numbers; what they stand for is read from the payment's row",
        columns=dict.fromkeys(
            ("id", "event", "kind", "subject", "account", "made_at", "heard_at", "done_at"), NotPersonal()
        ),
    ),
}

TABLES: Declaration = {**_SELLERS, **_ORDERS, **offers.TABLES, **swaps.TABLES, **tastes.TABLES}
