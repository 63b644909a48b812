"""What staff may not do."""

from flask_babel import gettext as _

from clozette.kernel.refusal import Refusal
from clozette.rights.erasure.rules import wants_to_go


def why_not_deactivate(staff_member_id: int, member_id: int, *, is_deactivated: bool) -> Refusal | None:
    """Nobody locks themself out, and nobody is deactivated twice."""
    if staff_member_id == member_id:
        return Refusal("oneself", _("You can't deactivate your own account here."))
    if is_deactivated:
        return Refusal("already", _("This account is deactivated already."))
    return None


def being_erased() -> Refusal:
    """Say that nothing of a person goes out any more."""
    return Refusal("being-erased", _("This member's data is being erased."))


def silence_is_over() -> Refusal:
    """Say that there is nothing to change any more."""
    return Refusal("over", _("This silence is over, or somebody changed it meanwhile. See how it stands now."))


def why_not_reactivate(*, wants_erasure: bool) -> Refusal:
    """Only what is deactivated can be opened again; whoever wants to be erased must undo that themself."""
    return wants_to_go() if wants_erasure else Refusal("not-deactivated", _("This account is not deactivated."))
