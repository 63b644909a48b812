"""How notifications about one's own entries read."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from flask_babel import gettext as _

from clozette.community.notifications import Group, Line
from clozette.contests.entering.models import Entry
from clozette.contests.planning.models import Contest
from clozette.kernel import ids
from clozette.kernel.database import db
from clozette.kernel.viewer import Viewer

ASKED, LEFT = "entry_asked", "entry_left"
"""Kinds of notifications."""


def asked(viewer: Viewer, groups: Sequence[Group]) -> Mapping[int, Line]:
    """Word "the rules changed"."""
    return {
        entry.id: Line(_("The rules of “%(contest)s” changed. Do you stay in?", contest=contest.title), address)
        for entry, contest, address in _entries(viewer, groups)
    }


def left(viewer: Viewer, groups: Sequence[Group]) -> Mapping[int, Line]:
    """Word "your entry takes part no more"."""
    return {
        entry.id: Line(_("Your entry to “%(contest)s” takes part no more.", contest=contest.title), address)
        for entry, contest, address in _entries(viewer, groups)
    }


def _entries(viewer: Viewer, groups: Sequence[Group]) -> list[tuple[Entry, Contest, str]]:
    wanted = sa.select(Entry, Contest).join(Contest, Contest.id == Entry.contest_id)
    mine = wanted.where(Entry.member_id == viewer.member_id, Entry.id.in_([group.object_id for group in groups]))
    return [
        (entry, contest, f"/contests/{contest.slug}/entries/{ids.encode(entry.id)}")
        for entry, contest in db.session.execute(mine)
    ]
