"""What staff may not do."""

from flask_babel import gettext as _

from clozette.kernel.refusal import Refusal


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


def why_not_reactivate(*, is_deactivated: bool, wants_erasure: bool) -> Refusal | None:
    """Only what is deactivated can be opened again; whoever wants to be erased must undo that themself."""
    if wants_erasure:
        return Refusal("wants-erasure", _("This member wants to be erased; only they can undo it."))
    return None if is_deactivated else Refusal("not-deactivated", _("This account is not deactivated."))
