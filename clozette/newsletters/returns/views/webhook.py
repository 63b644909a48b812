"""``/webhooks/mail/<secret>``: mails that another server takes in for us, handed over as they came (``message/rfc822``)."""

import hmac
from typing import Any

import structlog
from flask import Blueprint, Flask, abort, current_app, request
from flask_wtf import CSRFProtect

from clozette.kernel import clock
from clozette.kernel.web.gate import everyone
from clozette.newsletters.returns import reading, receiver, services
from clozette.settings import Settings

blueprint = Blueprint("returned_mail", __name__)
AROUND = 64 * 1024
FIELDS = ("message", "email", "body-mime")
"""What other services call the whole mail in a form."""
log = structlog.get_logger()


def init_app(app: Flask) -> None:
    """Take posts without a form's token: the secret in the address is the right to it."""
    protection: CSRFProtect = app.extensions["csrf"]
    protection.exempt(blueprint)


@blueprint.post("/webhooks/mail/<secret>")
@everyone(collects="CP8")
def take(secret: str) -> Any:
    """Keep one mail. 200 says that it is kept, also when it is the second time; anything else: send it again."""
    if not _is_ours(secret):
        abort(403)
    request.max_content_length = reading.MOST_BYTES + AROUND
    request.max_form_memory_size = reading.MOST_BYTES + AROUND
    content = _content()
    if not content:
        abort(422)
    if len(content) > reading.MOST_BYTES:
        abort(413)
    if services.waiting_bytes() > receiver.MOST_KEPT:
        log.error("returns_full")
        abort(503)
    services.keep(content, _recipients(), via="webhook", now=clock.now())
    return "kept", 200, {"Content-Type": "text/plain", "Cache-Control": "no-store"}


def _content() -> bytes:
    if request.mimetype != "multipart/form-data":
        return request.get_data()
    for name in FIELDS:
        if (file := request.files.get(name)) is not None:
            return bytes(file.read())
        if name in request.form:
            return request.form[name].encode("utf-8", "surrogateescape")
    return b""


def _recipients() -> tuple[str, ...]:
    given = (*request.args.getlist("recipient"), *request.form.getlist("recipient"))
    return tuple(one[:320] for one in given[:20])


def _is_ours(secret: str) -> bool:
    settings: Settings = current_app.extensions["clozette.settings"]
    wanted = settings.inbound_secret
    return bool(wanted) and hmac.compare_digest(secret.encode(), wanted.encode())
