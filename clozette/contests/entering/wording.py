"""How entries and what becomes of them are called."""

from flask_babel import lazy_gettext as _l

from clozette.contests.planning import queries as contests
from clozette.contests.planning.models import Contest
from clozette.looks.naming import label_line

STATES = {
    "entered": _l("takes part"),
    "asked": _l("waits for your yes to the new rules"),
    "withdrawn": _l("taken back"),
    "released": _l("released"),
    "disqualified": _l("disqualified"),
}
REASONS = {
    "withdrawn": _l("You took it back."),
    "sharing-withdrawn": _l("You took back what this contest can’t be entered without: sharing with its sponsor."),
    "rules": _l("The rules changed, and you did not agree to the new ones in time."),
    "look-gone": _l("The look that you entered is not published any more."),
    "erased": _l("You were erased."),
    "cancelled": _l("The contest was cancelled."),
    "not-eligible": _l("It was disqualified: its author may not take part."),
    "not-own-work": _l("It was disqualified: it is somebody else's work."),
    "rules-broken": _l("It was disqualified: it does not keep to the rules."),
    "two-accounts": _l("It was disqualified: the same person entered twice."),
}
ACTIONS = {
    "given": _l("You agreed"),
    "refused": _l("You said no"),
    "withdrawn": _l("You took it back"),
    "expired": _l("Lapsed"),
    "superseded": _l("Ended with your entry, or asked anew"),
}


def label(contest: Contest) -> str:
    """Return the line that stands wherever an entry is shown."""
    sponsor = contests.sponsor_of(contest)
    return label_line(sponsor.legal_name if sponsor is not None else "")
