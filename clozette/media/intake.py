"""Making an upload into a photo, before the deed and its transaction begin where that can be had.

Decoding takes a good part of a second, and a writing transaction holds SQLite's one lock. So the schema's field prepares
an upload as soon as the form is read; the deed takes what was prepared, or the reason why it is no photo.
"""

from flask import g, has_request_context
from werkzeug.datastructures import FileStorage

from clozette.kernel.images import BadPhoto, CleanPhoto, read_photo

_OUTCOME = "clozette_photo"
MOST_AHEAD = 6
"""So many photos of a request are prepared ahead: as many as an item has. Whoever sends hundreds gets no work done free."""


def prepare(upload: FileStorage, most: int = MOST_AHEAD) -> None:
    """Make the photo of an upload now, for ``clean`` to return later.

    :param most: so many of the request; more where nobody but the staff can send them.
    """
    if not has_request_context() or g.get("photos_prepared", 0) >= most or hasattr(upload, _OUTCOME):
        return
    g.photos_prepared = g.get("photos_prepared", 0) + 1
    try:
        setattr(upload, _OUTCOME, read_photo(upload.stream))
    except BadPhoto as error:
        setattr(upload, _OUTCOME, error)


def clean(upload: FileStorage) -> CleanPhoto:
    """Return the photo of an upload.

    :raises BadPhoto: if it is none.
    """
    outcome: CleanPhoto | BadPhoto | None = getattr(upload, _OUTCOME, None)
    if isinstance(outcome, BadPhoto):
        raise outcome
    return outcome or read_photo(upload.stream)
