"""How promotions are called and worded."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from clozette.community.notifications import Line
from clozette.contests.promotions import queries
from clozette.kernel.viewer import Viewer

KINDS = {"code": _l("a code each"), "points": _l("a code for points"), "draw": _l("a draw")}


def points_for(_viewer: Viewer, promotion_ids: Sequence[int]) -> Mapping[int, Line]:
    """Word what points were spent for."""
    found = queries.titles_of(promotion_ids)
    return {
        promotion_id: Line(_("A code of “%(promotion)s”", promotion=title), f"/promotions/{slug}")
        for promotion_id, (slug, title) in found.items()
    }
