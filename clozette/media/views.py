"""The files of photos, and what happens when they can't be kept."""

import structlog
from flask import Blueprint, Response, abort, request
from flask_babel import lazy_gettext as _l

from clozette.kernel.database import db
from clozette.kernel.images import WIDTHS, BadPhoto, Busy
from clozette.kernel.images.sizes import nearest
from clozette.kernel.ports.storage import Full, Missing, StorageError
from clozette.kernel.web import errors
from clozette.kernel.web.gate import everyone
from clozette.media import access, addresses, files

blueprint = Blueprint("media", __name__)
log = structlog.get_logger()

FOR_EVER = "public, max-age=31536000, immutable"
FOR_NOW = "max-age=60"
"""Of an answer that stands in for a width that is not ready yet."""

NO_STORE = _l("Photos can't be kept or shown right now. Nothing was changed; please try again in a moment.")
_FILE = "<int:width>.<any(webp, avif):suffix>"


@blueprint.get(f"/media/<string(length=32):token>/{_FILE}")
@everyone()
def public(token: str, width: int, suffix: str) -> Response:
    """Show a public photo in one width."""
    _require_step(width)
    return _file(access.files_by_token(token), width, suffix, FOR_EVER, f"public, {FOR_NOW}")


@blueprint.get(f"/media/private/<id:photo_id>/{_FILE}")
@everyone()
def private(photo_id: int, width: int, suffix: str) -> Response:
    """Show a photo to whoever holds a signed address of it, until that expires."""
    _require_step(width)
    until, signature = request.args.get("until", ""), request.args.get("sig", "")
    left = addresses.seconds_left(photo_id, width, suffix, until, signature)
    if not left:
        abort(404)
    kept = f"private, max-age={left}, immutable"
    return _file(access.files_by_id(photo_id), width, suffix, kept, f"private, {FOR_NOW}")


@blueprint.app_errorhandler(BadPhoto)
def _bad_photo(error: BadPhoto) -> Response:
    db.session.rollback()
    return errors.answer(422, error.message, code=f"photo-{error.code}")


@blueprint.app_errorhandler(StorageError)
def _not_kept(error: StorageError) -> Response:
    log.error("storage_failed", kind=type(error).__name__, endpoint=request.endpoint)
    db.session.rollback()
    if isinstance(error, Full):
        return errors.answer(507, code="no-room")
    return _later(str(NO_STORE))


@blueprint.app_errorhandler(Busy)
def _busy(error: Busy) -> Response:
    db.session.rollback()
    return _later(None)


def _later(message: str | None) -> Response:
    response = errors.answer(503, message)
    response.headers["Retry-After"] = "5"
    return response


def _require_step(width: int) -> None:
    if width not in WIDTHS:
        abort(404)


def _file(photo: access.Files, wanted: int, suffix: str, cache: str, meanwhile: str) -> Response:
    """Answer with the file, or with the nearest one that is ready, which must not be kept for long."""
    ready = photo.avif if suffix == "avif" else photo.variants
    width = nearest(wanted, ready)
    if width is None:
        suffix, width = "webp", nearest(wanted, photo.variants)
    if width is None:
        abort(404)
    try:
        data = files.variant(photo.folder, width, suffix)
    except Missing:
        log.error("photo_file_missing", width=width)
        abort(404)
    headers = {
        "Cache-Control": cache if (wanted in ready) else meanwhile,
        "Content-Disposition": f'inline; filename="photo-{width}.{suffix}"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(data, mimetype=files.MEDIA_TYPES[suffix], headers=headers)
