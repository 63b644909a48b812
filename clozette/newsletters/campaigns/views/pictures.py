"""Pictures of mails: as JPEG, and open to pages of other sites, which web mail is."""

from flask import Response, abort

from clozette.kernel.ports.storage import Missing
from clozette.kernel.web.gate import everyone
from clozette.media import access
from clozette.media.access import Files
from clozette.newsletters.campaigns.pictures import mailed
from clozette.newsletters.campaigns.views.archive import archive_blueprint


@archive_blueprint.get("/pictures/<string(length=32):token>.jpg")
@everyone()
def picture(token: str) -> Response:
    """Show a public photo for a mail; one that is not public any more is gone from mails too."""
    photo = access.files_by_token(token)
    data = _jpeg(photo)
    if data is None:
        abort(404)
    headers = {"Cache-Control": "public, max-age=86400", "Cross-Origin-Resource-Policy": "cross-origin"}
    return Response(data, mimetype="image/jpeg", headers=headers)


def _jpeg(photo: Files) -> bytes | None:
    try:
        return mailed.jpeg(photo)
    except Missing:
        return None
