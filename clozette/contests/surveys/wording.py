"""How surveys are called and worded."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from clozette.community.notifications import Line
from clozette.contests.surveys import queries
from clozette.kernel.viewer import Viewer

KINDS = {
    "one": _l("one of several options"),
    "many": _l("any of several options"),
    "scale": _l("from 1 to 5"),
    "number": _l("a number"),
    "text": _l("in one's own words"),
}
AUDIENCES = {"members": _l("Members"), "anyone": _l("Anybody with a mail address")}


def points_for(_viewer: Viewer, survey_ids: Sequence[int]) -> Mapping[int, Line]:
    """Word what points were given for."""
    found = queries.slugs_of(survey_ids)
    return {
        survey_id: Line(_("You answered “%(survey)s”", survey=title), f"/surveys/{slug}")
        for survey_id, (slug, title) in found.items()
    }
