"""Pictures of mails: as JPEG, and open to pages of other sites, which web mail is."""

from flask import Response, abort, current_app

from clozette.kernel.images import mailable
from clozette.kernel.images.sizes import nearest
from clozette.kernel.kept import Kept
from clozette.kernel.ports.storage import Missing
from clozette.kernel.web.gate import everyone
from clozette.media import access, files
from clozette.newsletters.campaigns.kinds import PICTURE
from clozette.newsletters.campaigns.views.archive import archive_blueprint

_KEY = "clozette.newsletters.pictures"
_MOST = 64


@archive_blueprint.get("/pictures/<string(length=32):token>.jpg")
@everyone()
def picture(token: str) -> Response:
    """Show a public photo for a mail; one that is not public any more is gone from mails too."""
    photo = access.files_by_token(token)
    width = nearest(PICTURE, photo.variants)
    if width is None:
        abort(404)
    kept: Kept[bytes] = current_app.extensions.setdefault(_KEY, Kept(_MOST))
    data = kept.get((photo.folder, width))
    if data is None:
        data = _made(photo.folder, width)
        kept.put((photo.folder, width), data)
    headers = {"Cache-Control": "public, max-age=86400", "Cross-Origin-Resource-Policy": "cross-origin"}
    return Response(data, mimetype="image/jpeg", headers=headers)


def _made(folder: str, width: int) -> bytes:
    try:
        return mailable.as_jpeg(files.variant(folder, width, "webp"))
    except Missing:
        abort(404)
