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


def why_not_reactivate(*, is_deactivated: bool) -> Refusal | None:
    """Only what is deactivated can be opened again."""
    return None if is_deactivated else Refusal("not-deactivated", _("This account is not deactivated."))
