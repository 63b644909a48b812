"""When a case may be opened, what may become of it, and by when: pure decisions."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _

from clozette.kernel.refusal import Refusal

ANSWER_WITHIN = timedelta(days=3)
"""So long the seller has to answer; after that the case is decided for the buyer."""
DECIDE_WITHIN = timedelta(days=5)
"""By then the staff should have decided; nothing happens by itself."""
APPEAL_WITHIN = timedelta(days=7)
MISSED_AFTER = timedelta(days=7)
"""So long after it was sent a parcel can't be missed yet."""
ADDRESS_WITHIN = timedelta(days=3)
SEND_BACK_WITHIN = timedelta(days=14)
BACK_WITHIN = timedelta(days=14)
"""After so long without a word from the seller what was sent back counts as arrived; before, the seller may object."""
REMIND_BEFORE = timedelta(days=3)
"""So long before a bank takes no proof any more the staff is reminded."""
KEPT = timedelta(days=3 * 366)
"""So long after its end the words and photos of a case are kept: until claims from it lapse."""
MAX_PHOTOS = 6
MOST_PHOTOS = 30
"""So many photos each side may show in a case, at most ``MAX_PHOTOS`` at once."""
ALONE_AFTER = timedelta(days=14)
"""So long an appeal waits for somebody else of the staff; then an admin may decide it who decided the first time."""
MISSED = "not_arrived"

MOVES: Mapping[str, frozenset[str]] = {
    "open": frozenset({"answered", "decided", "closed", "settled", "withdrawn"}),
    "answered": frozenset({"decided", "closed", "settled", "withdrawn"}),
    "decided": frozenset({"appealed", "address", "closed", "settled", "withdrawn"}),
    "appealed": frozenset({"address", "closed", "settled", "withdrawn"}),
    "address": frozenset({"sending", "closed", "settled", "withdrawn"}),
    "sending": frozenset({"back", "closed", "settled", "withdrawn"}),
    "back": frozenset({"appealed", "closed", "settled"}),
    "inquiry": frozenset({"bank", "closed"}),
    "bank": frozenset({"closed"}),
    "closed": frozenset(),
    "settled": frozenset(),
    "withdrawn": frozenset(),
}
"""What may become of a case; any other move is refused."""
SPEAKS = ("open", "answered", "appealed", "inquiry", "bank")
"""States in which either side may say and show more."""


@dataclass(frozen=True)
class Course:
    """How far an order is.

    :ivar contested: whether a case is running.
    """

    state: str
    shipped_at: datetime | None
    received_at: datetime | None
    protected_until: datetime | None
    contested: bool


def why_not_open(course: Course, kind: str | None, now: datetime) -> Refusal | None:
    """Return why a buyer can't open a case of a kind; of any kind, if none is named."""
    if course.contested:
        return Refusal("running", _("There is a case about this order already."))
    if course.state not in ("shipped", "received"):
        return Refusal("case_state", _("A case can be opened once an order was sent, until it is complete."))
    if course.state == "received" and (course.protected_until is None or course.protected_until <= now):
        return Refusal("too_late", _("The days in which you could complain are over."))
    if kind == MISSED:
        return _why_not_miss(course, now)
    return None


def _why_not_miss(course: Course, now: datetime) -> Refusal | None:
    sent = course.shipped_at
    if sent is None or now < sent + MISSED_AFTER:
        days = MISSED_AFTER.days
        return Refusal(
            "too_early", _("Wait until %(days)s days after it was sent: it may still come.", days=days), "kind"
        )
    return None


def settled_for(kind: str | None, decided: Mapping[str, Collection[str]]) -> frozenset[str]:
    """Return the parts that can't be complained of again, as it was decided about them; of any kind, if none is named.

    That a thing did not come is decided once, and then once more what it is like when it did come.

    :param decided: part to the kinds of complaint that were decided.
    """
    of_it = {kind, *(one for kinds in decided.values() for one in kinds if one != MISSED)}
    return frozenset(part for part, kinds in decided.items() if of_it.intersection(kinds))


def why_not_again(kind: str, asked: Collection[str], decided: Mapping[str, Collection[str]]) -> Refusal | None:
    """Return why a buyer can't complain about these parts of an order."""
    if settled_for(kind, decided).intersection(asked):
        return Refusal("decided", _("It was decided about that already, and that stands."), "amounts")
    return None


def why_not_move(state: str, to: str) -> Refusal | None:
    """Return why a case can't get from a state to another."""
    return None if to in MOVES[state] else elsewhere()


def why_not_prove(state: str, due_at: datetime | None, now: datetime, *, in_hand: bool) -> Refusal | None:
    """Return why the staff can't tell a bank anything."""
    if state not in ("inquiry", "bank") or not in_hand:
        return elsewhere()
    if due_at is None or due_at <= now:
        return Refusal("too_late", _("The bank takes no proof, or no more."))
    return None


def elsewhere() -> Refusal:
    """Say that a case went on meanwhile."""
    return Refusal("case_state", _("This case has gone on meanwhile: look at it again."))


def gone() -> Refusal:
    """Say that the other side is no longer there."""
    return Refusal("gone", _("The other side has just left. Nothing is sent back; the case ends by itself."))


def why_not_show(shown: int, more: int) -> Refusal | None:
    """Return why a side can't show so many photos more."""
    if not more or shown + more <= MOST_PHOTOS:
        return None
    return Refusal("photos", _("Each side can show %(num)s photos in a case.", num=MOST_PHOTOS), "photos")


def may_return(kind: str, decided: Collection[str], things: Collection[str]) -> bool:
    """Whether something can be sent back before the money is: not what never came, and no file."""
    return kind != MISSED and bool(set(decided).intersection(things))


def why_not_take(
    staff_id: int, parties: Collection[int], decided_by: int | None, *, is_last: bool = False
) -> Refusal | None:
    """Return why one of the staff can't have a case in hand.

    :param is_last: whether nobody else came for so long that whoever decided the first time does it again.
    """
    if staff_id in parties:
        return Refusal("own_case", _("You are one of the two sides: somebody else has to decide."))
    if staff_id == decided_by and not is_last:
        return Refusal("same_person", _("You decided the first time: an appeal is for somebody else."))
    return None


def why_not_decide(asked: Mapping[str, int], decided: Mapping[str, int]) -> Refusal | None:
    """Return why a decision gives what it can't."""
    if any(amount > asked.get(part, 0) for part, amount in decided.items()):
        return Refusal("too_much", _("That is more than was asked for, or was decided before."), "amounts")
    return None


def could_appeal(asked: Mapping[str, int], decided: Mapping[str, int]) -> frozenset[str]:
    """Return the sides that did not get all they wanted."""
    buyer = {"buyer"} if sum(decided.values()) < sum(asked.values()) else set()
    return frozenset(buyer | ({"seller"} if any(decided.values()) else set()))


def left_to_pay(decided: Mapping[str, int], before: Mapping[str, int], given: Mapping[str, int]) -> dict[str, int]:
    """Return what is still to be paid: what the seller paid back since the case was opened counts."""
    left = {part: amount - (given.get(part, 0) - before.get(part, 0)) for part, amount in decided.items()}
    return {part: amount for part, amount in left.items() if amount > 0}
