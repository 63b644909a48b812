"""The picture that other sites show of a public look, with what hangs on the look drawn into it."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import abort, current_app
from flask_babel import force_locale

from clozette.kernel.images.shareable import is_drawable, shareable
from clozette.kernel.images.sizes import nearest
from clozette.kernel.kept import Kept
from clozette.kernel.ports.storage import Missing
from clozette.kernel.viewer import GUEST
from clozette.looks import queries
from clozette.looks.models import Look
from clozette.looks.queries import Hung
from clozette.media import access, files
from clozette.media.models import Photo

WIDTH = 1080
KEPT = 64
_KEY = "clozette.looks.shared"


def picture(look: Look) -> bytes:
    """Return the picture of a look that everybody may see, as JPEG, or 404 for one without a photo."""
    with force_locale("en"):  # it is the same for everybody
        shown = queries.covers(GUEST, [look])[0]
        words = _words(shown.labels)
    if not shown.shots:
        abort(404)
    kept: Kept[bytes] = current_app.extensions.setdefault(_KEY, Kept(KEPT))
    key = (look.id, look.version, shown.shots[0].photo.id, words)
    made = kept.get(key) or shareable(_file(shown.shots[0].photo), words)
    kept.put(key, made)
    return made


def _words(labels: Sequence[Hung]) -> str:
    """Return what the band says; a name in a script that the font doesn't know is left to the page."""
    if not labels:
        return ""
    full = " · ".join(one.text for one in labels)
    host = urlsplit(current_app.extensions["clozette.settings"].base_url).netloc
    return full if is_drawable(full) else f"Ad · contest entry · {host}"


def _file(photo: Photo) -> bytes | None:
    """Return the width that fits best; nothing where its file is not there."""
    width = nearest(WIDTH, photo.variants)
    if width is None:
        return None
    kept = access.files_by_id(photo.id)
    try:
        return files.variant(kept.folder, width, "webp")
    except Missing:
        return None
