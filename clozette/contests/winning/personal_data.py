"""What winning keeps about people."""

from flask_babel import lazy_gettext as _l

from clozette.contests.winning.rules import RECORDS_KEPT
from clozette.kernel.personal import Declaration, NotPersonal, Personal, Purpose, Restriction, Table

_LINK = NotPersonal("link between rows")
_WON = Personal("activity", (Purpose.PROVIDE, Purpose.LAW), retention="five years, as the law wants records of prizes")
_ADDRESS = Personal("contact", (Purpose.PROVIDE,), retention="until thirty days after the prize arrived")

WINNING: Declaration = {
    "contests_winners": Table(
        title=_l("What you won, and how it came to you"),
        subject=("entry_id", "member_id", "subject_id"),
        restricted=Restriction("the law on records of prizes", RECORDS_KEPT.days),
        columns={
            "id": _LINK,
            **dict.fromkeys(
                (
                    "contest_id",
                    "place",
                    "prize_id",
                    "unit",
                    "entry_id",
                    "state",
                    "notified_at",
                    "due_at",
                    "reminded_at",
                    "accepted_at",
                    "addressed_at",
                    "shipped_at",
                    "received_at",
                    "left_at",
                    "left_because",
                    "carrier",
                    "tracking",
                ),
                _WON,
            ),
        },
    ),
    "contests_addresses": Table(
        title=_l("Where your prizes go"),
        subject=("winner_id", "entry_id", "member_id", "subject_id"),
        columns={
            "winner_id": _LINK,
            **dict.fromkeys(
                ("name", "line1", "line2", "postcode", "city", "country", "phone", "given_at", "erase_on"), _ADDRESS
            ),
        },
    ),
}
