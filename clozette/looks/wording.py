"""How notifications about looks read."""

from collections.abc import Mapping, Sequence

from flask_babel import ngettext

from clozette.community.notifications import Group, Line
from clozette.community.wording import names
from clozette.kernel import ids
from clozette.kernel.viewer import Viewer
from clozette.looks import queries
from clozette.looks.queries import Whole
from clozette.media.addresses import address

_PICTURE = 160


def loved(viewer: Viewer, groups: Sequence[Group]) -> Mapping[int, Line]:
    """Word "somebody loves your look"."""
    return {
        group.object_id: Line(
            ngettext("%(names)s loves your look", "%(names)s love your look", len(group.actors), names=names(group)),
            f"/looks/{ids.encode(group.object_id)}",
            _picture(whole),
        )
        for group, whole in _with_looks(viewer, groups)
    }


def commented(viewer: Viewer, groups: Sequence[Group]) -> Mapping[int, Line]:
    """Word "somebody commented on your look"."""
    return {
        group.object_id: Line(
            ngettext(
                "%(names)s commented on your look",
                "%(names)s commented on your look",
                len(group.actors),
                names=names(group),
            ),
            f"/looks/{ids.encode(group.object_id)}#comments",
            _picture(whole),
        )
        for group, whole in _with_looks(viewer, groups)
    }


def _with_looks(viewer: Viewer, groups: Sequence[Group]) -> list[tuple[Group, Whole]]:
    """Pair groups with their looks, in few queries; what is gone is left out."""
    found = {whole.look.id: whole for whole in queries.own_covers(viewer, [group.object_id for group in groups])}
    return [(group, found[group.object_id]) for group in groups if group.object_id in found]


def _picture(whole: Whole) -> str | None:
    if not whole.shots:
        return None
    photo = whole.shots[0].photo
    return address(photo.id, photo.public_token, _PICTURE)
