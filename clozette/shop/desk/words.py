"""What the staff call accounts of the ledger, how sellers stand, and what the payment service has yet to hear."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

ACCOUNTS: Mapping[str, LazyString] = {
    "buyer": _l("Buyers"),
    "held": _l("Held until orders are complete"),
    "available": _l("Sellers' own"),
    "paid": _l("Sellers' banks"),
    "fees": _l("The house"),
    "owed": _l("Owed to buyers"),
    "lost": _l("Taken by buyers' banks"),
}
SELLERS: Mapping[str, LazyString] = {
    "asked": _l("Not known to the payment service"),
    "pending": _l("Being checked"),
    "active": _l("Money reaches them"),
    "stopped": _l("Payments stopped"),
}
"""How sellers stand with the payment service."""
WAITING: Mapping[str, LazyString] = {
    "news": _l("News not heeded yet"),
    "refunds": _l("Refunds not sent yet"),
    "payouts": _l("Payouts not sent yet"),
    "failed": _l("Refunds that did not go through"),
}
WHERE: Mapping[str, str] = {
    "news": "reconciliation",
    "refunds": "reconciliation",
    "payouts": "reconciliation",
    "failed": "owed",
}
"""The page of each, below that of the shop."""
RUNS: Mapping[str, LazyString] = {
    "asked": _l("Under way"),
    "done": _l("Done"),
    "failed": _l("Broke off"),
}
BECAUSE: Mapping[str, LazyString] = {"clock": _l("by the clock"), "staff": _l("by hand")}
