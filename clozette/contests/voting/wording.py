"""Words for how a vote stands, and why."""

from flask_babel import lazy_gettext as _l

from clozette.contests.voting import rules

STATES = {
    rules.COUNTED: _l("counted"),
    rules.ASIDE: _l("set aside"),
    rules.TAKEN_BACK: _l("taken back"),
}
REASONS = {
    rules.BY_VOTER: _l("by its voter"),
    rules.ENTRY_LEFT: _l("the entry takes part no more"),
    rules.NEW_ACCOUNTS: _l("one of many votes by accounts made just before the contest"),
    rules.SAME_NETWORK: _l("one of many votes from one network within an hour"),
    rules.NEW_FOLLOWERS: _l("one of many votes by people who began to follow just before"),
    "bought": _l("staff found that it was bought"),
    "false-accounts": _l("staff found that it came from a made-up account"),
    "same-person": _l("staff found that one person voted with several accounts"),
    "looked-into": _l("staff looked into it and found nothing wrong"),
    "household": _l("staff found that people of one household or house voted"),
    "real-accounts": _l("staff found that real people voted"),
}
