"""Why a refund did not arrive, and what the staff is told of it."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from clozette.community.notifications import Group, Line
from clozette.kernel.viewer import Viewer

HERE = "/admin/shop/owed"
TO_STAFF = "refund_to_settle"
WHY: Mapping[str, LazyString] = {
    "returned": _l("The buyer's bank sent it back."),
    "refunded": _l("The payment service says that it was paid back already."),
    "balance_insufficient": _l("The seller's account had too little."),
    "charge_disputed": _l("The buyer asked their bank for it."),
    "missing": _l("The payment service does not know the payment."),
    "unsent": _l("The payment service could not be reached for most of a day."),
}


def why(word: str) -> str:
    """Say why; for a reason that we have no words for, the service's own."""
    return str(WHY[word]) if word in WHY else str(_("The payment service said no: %(word)s", word=word))


def to_staff(_viewer: Viewer, groups: Sequence[Group]) -> Mapping[int, Line]:
    """Word what the staff is told."""
    return {group.object_id: Line(_("A refund did not reach its buyer: see what is owed"), HERE) for group in groups}
