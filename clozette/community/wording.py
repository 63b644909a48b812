"""How the community's own notifications read."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext

from clozette.community import badges
from clozette.community.models import Badge
from clozette.community.notifications import Group, Line
from clozette.kernel.database import db
from clozette.kernel.viewer import Viewer

BADGE = "badge_given"


def names(group: Group) -> str:
    """Name who is behind a group: "Ada", "Ada and Bea", "Ada and 3 others"."""
    first, *others = [actor.display_name for actor in group.actors]
    if not others:
        return first
    if len(others) == 1:
        return str(_("%(one)s and %(other)s", one=first, other=others[0]))
    return str(ngettext("%(one)s and %(num)d other", "%(one)s and %(num)d others", len(others), one=first))


def followed(viewer: Viewer, groups: Sequence[Group]) -> Mapping[int, Line]:
    """Word "somebody follows you now"."""
    address = f"/@{viewer.handle}/followers"
    return {
        group.object_id: Line(
            ngettext("%(names)s follows you now", "%(names)s follow you now", len(group.actors), names=names(group)),
            f"/@{group.actors[0].handle}" if len(group.actors) == 1 else address,
        )
        for group in groups
    }


def follow_requested(viewer: Viewer, groups: Sequence[Group]) -> Mapping[int, Line]:
    """Word "somebody asks to follow you"."""
    return {
        group.object_id: Line(
            ngettext(
                "%(names)s asks to follow you", "%(names)s ask to follow you", len(group.actors), names=names(group)
            ),
            "/follow-requests",
        )
        for group in groups
    }


def request_accepted(viewer: Viewer, groups: Sequence[Group]) -> Mapping[int, Line]:
    """Word "you follow somebody now"."""
    return {
        group.object_id: Line(_("%(names)s lets you follow them", names=names(group)), f"/@{group.actors[0].handle}")
        for group in groups
    }


def badge_given(viewer: Viewer, groups: Sequence[Group]) -> Mapping[int, Line]:
    """Word "you have a badge"; one that was revoked since is left out."""
    wanted = sa.select(Badge).where(Badge.id.in_([group.object_id for group in groups]), Badge.revoked_at.is_(None))
    lines = badges.lines(db.session.scalars(wanted).all())
    address = f"/@{viewer.handle}/badges"
    return {
        badge_id: Line(_("You have a badge: %(badge)s", badge=line.text), address) for badge_id, line in lines.items()
    }
