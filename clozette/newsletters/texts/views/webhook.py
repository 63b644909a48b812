"""Where the provider of texts calls in: signed, from anywhere, with no cookie."""

from typing import Any

from flask import Blueprint, Flask, abort, current_app, request
from flask_wtf import CSRFProtect

from clozette.kernel import clock
from clozette.kernel.ports.sms import ANSWERS
from clozette.kernel.web import door, gate
from clozette.newsletters.texts import answers
from clozette.newsletters.texts.services import POINT
from clozette.settings import Settings

blueprint = Blueprint("text_answers", __name__)
MOST = 16 * 1024


def init_app(app: Flask) -> None:
    """Open the address: what is signed needs no form's token."""
    protection: CSRFProtect = app.extensions["csrf"]
    protection.exempt(blueprint)
    app.register_blueprint(blueprint)
    door.open_to_others(app, "text_answers.hear")


@blueprint.post(ANSWERS)
@gate.everyone(collects=POINT)
def hear() -> Any:
    """Take an answer or a receipt. What we don't understand is taken too, so that it is not sent for ever."""
    settings: Settings = current_app.extensions["clozette.settings"]
    body = request.get_data(cache=True)
    if len(body) > MOST:
        abort(413)
    if not answers.is_signed(settings.sms_secret, request.headers.get("X-Texts-Signature", ""), body, clock.now()):
        abort(404)
    try:
        answers.take(answers.read(body), clock.now())
    except answers.NotUnderstood:
        abort(422)
    return "", 204
