"""Pure decisions of the community."""

from flask_babel import gettext as _

from clozette.kernel.refusal import Refusal


def why_not_follow(follower_id: int, followed_id: int, *, blocked: bool) -> Refusal | None:
    """Say why one member can't follow another; a block is not given away."""
    if follower_id == followed_id:
        return Refusal("oneself", _("You can't follow yourself."))
    if blocked:
        return Refusal("unavailable", _("You can't follow this member."))
    return None
