"""Words for what the payment service does."""

from flask_babel import lazy_gettext as _l

PAYOUTS = {
    "asked": _l("asked for"),
    "sent": _l("on its way"),
    "paid": _l("arrived"),
    "failed": _l("came back"),
}
"""A payout's state."""
