"""What is kept and who gets it, and why not: pure decisions."""

from flask_babel import gettext as _

from clozette.kernel.refusal import Refusal

FETCHED = ("paid", "shipped", "received", "complete")
"""States of an order in which the buyer has what was paid for."""


def why_not_keep(*, used: int, adding: int, quota: int) -> Refusal | None:
    """Say why a file of ``adding`` bytes is not kept beside ``used`` bytes."""
    if used + adding <= quota:
        return None
    return Refusal("room", _("Your files take up all of the room that each seller has here."), "file")


def too_large(megabytes: int) -> str:
    """Say how large a file may be."""
    return str(_("A file may have %(number)s MB at most.", number=megabytes))


def not_yours() -> Refusal:
    """Say that a file is not to be had by this order any more."""
    return Refusal("no-file", _("This file belongs to an order that is not paid, or whose money went back."))
