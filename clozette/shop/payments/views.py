"""Where the payment service calls in: signed, with no cookie."""

from typing import Any

from flask import Blueprint, abort, request

from clozette.kernel import clock
from clozette.kernel.ports import payments
from clozette.kernel.ports.payments import Forged
from clozette.kernel.web import gate
from clozette.shop.payments import hearing

blueprint = Blueprint("shop_payments", __name__)
MOST = 256 * 1024


@blueprint.post("/webhooks/stripe")
@gate.everyone()
def hear() -> Any:
    """Keep what is told, and answer at once; of the body only ids stay."""
    if not payments.is_on():
        abort(404)
    if (request.content_length or 0) > MOST:
        abort(413)
    body = request.get_data(cache=True)  # before anything reads a form: the signature is over these bytes
    now = clock.now()
    try:
        event = payments.payments().heard(body, request.headers.get("Stripe-Signature", ""), now)
    except Forged:
        abort(400)
    if event is not None:
        hearing.keep(event, now)
    return "", 200
