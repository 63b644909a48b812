"""What the stored words of cases are called in the reader's language, and who is told what."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import joinedload

from clozette.community.notifications import Group, Line, Renderer
from clozette.kernel import ids
from clozette.kernel.database import db
from clozette.kernel.viewer import Viewer
from clozette.shop.cases.models import Case
from clozette.shop.orders.models import Order

KINDS: Mapping[str, LazyString] = {
    "not_arrived": _l("It did not arrive"),
    "not_as_described": _l("It is not as described"),
    "fake": _l("It is a fake"),
    "damaged": _l("It is damaged"),
    "missing": _l("Something is missing"),
}
"""What a buyer can complain about."""
NAMES: Mapping[str, LazyString] = {**KINDS, "bank": _l("The buyer's bank wants the money back")}
STATES: Mapping[str, LazyString] = {
    "open": _l("The seller is asked"),
    "answered": _l("Our staff decides"),
    "decided": _l("Decided; either side may appeal"),
    "appealed": _l("Somebody else of our staff decides"),
    "address": _l("The seller says where it is sent back to"),
    "sending": _l("The buyer sends it back"),
    "back": _l("On its way back"),
    "inquiry": _l("The buyer's bank asks"),
    "bank": _l("The bank decides"),
    "closed": _l("Closed"),
    "settled": _l("Settled by the seller"),
    "withdrawn": _l("Withdrawn by the buyer"),
}
SIDES: Mapping[str, LazyString] = {  # what happens by itself is a whole sentence
    "buyer": _l("The buyer"),
    "seller": _l("The seller"),
    "staff": _l("Our staff"),
}
HAPPENED: Mapping[str, LazyString] = {
    "opened": _l("complained"),
    "answered": _l("answered"),
    "evidence": _l("added something"),
    "silent": _l("The seller did not answer in time: decided for the buyer"),
    "decided": _l("decided"),
    "appealed": _l("appealed"),
    "accepted": _l("accepted the decision"),
    "decided_again": _l("decided for the last time"),
    "return": _l("It is sent back first, and then the money goes back"),
    "address": _l("said where it is sent back to"),
    "sent_back": _l("sent it back"),
    "got_back": _l("has it back"),
    "objected": _l("says that it did not come back, or not as it should"),
    "decided_back": _l("decided about what was sent back"),
    "unsent": _l("It was not sent back in time: no money goes back"),
    "settled": _l("pays everything that was asked for"),
    "withdrawn": _l("withdrew the complaint"),
    "closed": _l("What was decided is done"),
    "inquiry": _l("The buyer's bank asks about it; it has taken no money"),
    "bank": _l("The buyer's bank wants the money back, and decides now"),
    "resumed": _l("The bank decided for the seller: the complaint goes on where it was"),
    "proof": _l("told the bank what speaks for the sale"),
    "bank_dropped": _l("The bank asks no more, and takes nothing"),
    "bank_won": _l("The bank decided for the seller"),
    "bank_lost": _l("The bank decided for the buyer"),
}
TOLD: Mapping[str, LazyString] = {
    "case_opened": _l("The buyer of “%(title)s” complains: answer within three days"),
    "case_answered": _l("The seller of “%(title)s” answered your complaint"),
    "case_evidence": _l("The other side added something to the case about “%(title)s”"),
    "case_silent": _l("The case about “%(title)s” is decided for the buyer: the seller did not answer"),
    "case_decided": _l("The case about “%(title)s” is decided: read why"),
    "case_appealed": _l("The other side appeals against the decision about “%(title)s”"),
    "case_decided_again": _l("The appeal about “%(title)s” is decided: read why"),
    "case_return": _l("“%(title)s” is sent back before the money is"),
    "case_address": _l("The seller said where to send “%(title)s” back to"),
    "case_sent_back": _l("“%(title)s” is on its way back to you"),
    "case_got_back": _l("The seller has “%(title)s” back: the money goes back to you"),
    "case_objected": _l("The seller says that “%(title)s” did not come back as it should: our staff decides"),
    "case_decided_back": _l("It is decided about “%(title)s”, which was sent back: read why"),
    "case_unsent": _l("“%(title)s” was not sent back in time: no money goes back"),
    "case_settled": _l("The seller of “%(title)s” pays everything back that you asked for"),
    "case_withdrawn": _l("The buyer of “%(title)s” withdrew the complaint"),
    "case_closed": _l("The case about “%(title)s” is closed"),
    "case_inquiry": _l("The buyer's bank asks about “%(title)s”: nothing is taken yet"),
    "case_bank": _l("The buyer's bank wants the money for “%(title)s” back"),
    "case_resumed": _l("The case about “%(title)s” goes on where it was"),
    "case_proof": _l("Our staff told the bank about “%(title)s”: read what"),
    "case_bank_dropped": _l("The bank asks no more about “%(title)s”"),
    "case_bank_won": _l("The bank decided about “%(title)s”: for the seller"),
    "case_bank_lost": _l("The bank decided about “%(title)s”: for the buyer"),
}
"""What the two sides are told, by the kind of the notification: ``case_`` and what happened."""
PROVEN: Mapping[str, LazyString] = {
    "email": _l("The buyer's mail address"),
    "address": _l("Name and address of the parcel"),
    "carrier": _l("Who carried it"),
    "tracking": _l("Number of the parcel"),
    "shipped_at": _l("When it was sent"),
    "title": _l("What was sold"),
    "sellers_words": _l("What the seller said in the case"),
    "photo": _l("A photo from the case"),
}
"""What a bank is told besides the staff's words."""
PROOFS: Mapping[str, LazyString] = {
    "asked": _l("on its way"),
    "sent": _l("with the bank"),
    "failed": _l("not taken"),
}
TO_STAFF = "proof_due"
BOTH = ("buyer", "seller")
_ONE_SIDE = {
    "opened": ("seller",),
    "answered": ("buyer",),
    "address": ("buyer",),
    "sent_back": ("seller",),
    "got_back": ("buyer",),
    "settled": ("buyer",),
    "withdrawn": ("seller",),
    "accepted": (),
}


def to_staff(_viewer: Viewer, groups: Sequence[Group]) -> Mapping[int, Line]:
    """Word what the staff is reminded of."""
    return {
        group.object_id: Line(_("A buyer's bank waits for proof"), f"/admin/shop/cases/{ids.encode(group.object_id)}")
        for group in groups
    }


def told_sides(what: str, side: str) -> tuple[str, ...]:
    """Return which sides are told of what one of them (or the staff) did."""
    if what in ("evidence", "appealed", "objected"):
        return tuple(one for one in BOTH if one != side)
    return _ONE_SIDE.get(what, BOTH)


def told(order: Order, kind: str) -> str:
    """Say what happened, in the reader's language."""
    return str(TOLD[kind]) % {"title": order.lines[0].title}


def page_of(case: Case) -> str:
    """Return where both sides look at a case."""
    return f"/cases/{ids.encode(case.id)}"


def teller(kind: str) -> Renderer:
    """Return what words the notifications of one kind."""

    def render(_viewer: Viewer, groups: Sequence[Group]) -> Mapping[int, Line]:
        about = sa.select(Case).where(Case.id.in_([group.object_id for group in groups]))
        cases = db.session.scalars(about.options(joinedload(Case.order).selectinload(Order.lines)))
        return {case.id: Line(told(case.order, kind), page_of(case)) for case in cases}

    return render
