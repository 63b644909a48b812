"""Decisions about promotions: where one stands, and why nothing is given. No database."""

from flask_babel import gettext as _

from clozette.contests import dated
from clozette.contests.promotions.models import Promotion
from clozette.kernel.refusal import Refusal

WITH_CODES = ("code", "points")
"""The kinds that give a code."""


def takes_a_word(promotion: Promotion) -> bool:
    """Whether one has to know a code of it: what opens something early is not for whoever presses a button."""
    return promotion.kind == "code" and promotion.early is not None


def not_this() -> Refusal:
    """Say that a code is none of those, or somebody's already."""
    return Refusal("not_this", _("This is none of the codes, or somebody has used it already."), "code")


def not_now() -> Refusal:
    """Say that nothing is given now."""
    return Refusal("not_now", _("Nothing is given here now."))


def already() -> Refusal:
    """Say that somebody has theirs."""
    return Refusal("already", _("You have your code already: it stands on this page."))


def none_left() -> Refusal:
    """Say that the last one is gone."""
    return Refusal("none_left", _("All are gone. Nothing was taken from your points."))


def why_fixed(phase: str, *, is_claimed: bool) -> Refusal | None:
    """Say why a promotion can't be changed, or nothing."""
    return claimed() if is_claimed and phase != "over" else dated.fixed(phase)


def claimed() -> Refusal:
    """Say that something was given already."""
    return Refusal("claimed", _("Somebody has a code already: it can be closed, and not changed any more."))
