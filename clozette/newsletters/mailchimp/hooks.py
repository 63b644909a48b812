"""``/webhooks/mailchimp/<secret>``: what Mailchimp calls. The secret in the address, and its signature where it signs."""

import hmac
from typing import Any

import marshmallow as ma
from flask import Blueprint, abort, current_app, request

from clozette.kernel import clock
from clozette.kernel.web import errors
from clozette.kernel.web.gate import everyone
from clozette.newsletters.mailchimp import hearing
from clozette.newsletters.mailchimp.schemas import HookIn, named
from clozette.settings import Settings

blueprint = Blueprint("mailchimp_hooks", __name__)


@blueprint.get("/webhooks/mailchimp/<secret>")
@everyone()
def check(secret: str) -> Any:
    """Answer Mailchimp's question whether somebody is here."""
    return ("", 200) if _is_ours(secret) else abort(404)


@blueprint.post("/webhooks/mailchimp/<secret>")
@everyone(collects="CP8")
def hear(secret: str) -> Any:
    """Heed one webhook. What is wrong with it is said, so that it comes again or is seen in their log."""
    body = request.get_data(cache=True)  # before anything reads the form: the signature is over these bytes
    settings: Settings = current_app.extensions["clozette.settings"]
    signing, now = settings.mailchimp_signing_secret, clock.now()
    if not _is_ours(secret):
        abort(403)
    if signing and not hearing.is_signed(request.headers.get("X-Mailchimp-Signature", ""), body, signing, now):
        abort(403)
    try:
        said = HookIn().load(named(request.form))
    except ma.ValidationError as error:
        return errors.problem(422, str(errors.MESSAGES[422]), errors=error.messages)
    return hearing.take(body, said, audience=settings.mailchimp_list, now=now), 200


def _is_ours(secret: str) -> bool:
    """Whether this site listens at all, and the address was told by us."""
    settings: Settings = current_app.extensions["clozette.settings"]
    wanted = settings.mailchimp_webhook_secret
    return bool(wanted and settings.mailchimp_api_key) and hmac.compare_digest(secret.encode(), wanted.encode())
