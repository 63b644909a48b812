"""How juries read: methods, changes, and what judges are told."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction

import sqlalchemy as sa
from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from clozette.community.notifications import Group, Line, Renderer
from clozette.contests.judging.models import RoundChange
from clozette.contests.planning.models import Contest
from clozette.contests.planning.words import zone_moment
from clozette.kernel.database import db
from clozette.kernel.viewer import Viewer

METHOD_NAMES: dict[str, LazyString] = {
    "yesno": _l("yes or no"),
    "score": _l("points by the criteria of the rules"),
    "rank": _l("a ranking"),
}
TIE_NAMES: dict[str, LazyString] = {
    "criterion": _l(
        "Of equal results the one that is better by the first criterion comes first, then the lower number."
    ),
    "earlier": _l("Of equal results the lower number comes first."),
    "draw": _l("Of equal results a lot decides that follows from all ballots before it."),
    "": _l("Of equal results the lower number comes first."),
}
TOLD: dict[str, LazyString] = {
    "jury_asked": _l("You are asked into the jury of “%(contest)s”."),
    "jury_entries": _l("Entries of “%(contest)s” wait for your ballot."),
    "jury_due": _l("The jury of “%(contest)s” waits for ballots of yours."),
}
"""What judges are told, by the kind of the notification."""


def change(one: RoundChange, zone: str) -> str:
    """Word what was changed in a round."""
    if one.what == "quorum":
        return str(_("Ballots for each entry: %(became)s instead of %(was)s", became=one.became, was=one.was))
    if one.what == "due":
        until = zone_moment(datetime.fromisoformat(one.became), zone)
        return str(_("More time: until %(moment)s", moment=until))
    return str(_("A judge was taken out, who had %(was)s entries", was=one.was))


def decimal(exact: str) -> str:
    """Write an exact fraction with three digits behind the point, in the reader's way."""
    return str(format_decimal(round(float(Fraction(exact)), 3), "0.000"))


def teller(kind: str) -> Renderer:
    """Return what words the notifications of one kind."""

    def render(_viewer: Viewer, groups: Sequence[Group]) -> Mapping[int, Line]:
        wanted = sa.select(Contest).where(Contest.id.in_([group.object_id for group in groups]))
        return {
            contest.id: Line(str(TOLD[kind]) % {"contest": contest.title}, f"/contests/{contest.slug}/judging")
            for contest in db.session.scalars(wanted)
        }

    return render
