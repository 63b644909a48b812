"""Decisions about erasure: no database, no clock."""

from datetime import timedelta

from flask_babel import gettext as _

from clozette.kernel.refusal import Refusal

GRACE = timedelta(days=14)
UNCONFIRMED = timedelta(days=30)
"""How long an address may be confirmed; then the account goes."""


def why_not_ask(*, is_last_admin: bool) -> Refusal | None:
    """A site is not left without anybody who can run it."""
    if is_last_admin:
        return Refusal("last-admin", _("You are the only admin. Let somebody else be one first."))
    return None


def too_late() -> Refusal:
    """Say that what was begun can't be undone."""
    return Refusal("too-late", _("The erasure has begun and can't be undone any more."))


def wants_to_go() -> Refusal:
    """Say that nobody else brings a person back who wants to be erased."""
    return Refusal("wants-erasure", _("This member wants to be erased; only they can undo it."))
