"""A picture's bytes as mails show them: JPEG, made when first asked for and kept for a while."""

from flask import current_app

from clozette.kernel.images import mailable
from clozette.kernel.images.sizes import nearest
from clozette.kernel.kept import Kept
from clozette.kernel.ports.storage import StorageError
from clozette.media import files
from clozette.media.access import Files
from clozette.media.models import Photo
from clozette.newsletters.campaigns.kinds import PICTURE

_KEY = "clozette.newsletters.pictures"
_MOST = 64


def size(photo: Photo) -> int:
    """Return how many bytes a mail program loads; none where the file can't be read."""
    try:
        return len(jpeg(Files(photo.folder, photo.variants, photo.avif)) or b"")
    except StorageError:
        return 0


def jpeg(photo: Files) -> bytes | None:
    """Return a photo for a mail; nothing while no width of it is ready.

    :raises Missing: if its file is gone.
    """
    width = nearest(PICTURE, photo.variants)
    if width is None:
        return None
    kept: Kept[bytes] = current_app.extensions.setdefault(_KEY, Kept(_MOST))
    data = kept.get((photo.folder, width))
    if data is None:
        data = mailable.as_jpeg(files.variant(photo.folder, width, "webp"))
        kept.put((photo.folder, width), data)
    return data
