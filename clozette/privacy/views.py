"""What pages of privacy share: the notice of a collection point and the controller, for every template; and the ledger's head for everybody."""

from typing import Any

from flask import Blueprint, Response, abort

from clozette.kernel.web.gate import everyone
from clozette.privacy import notices, policies
from clozette.privacy.controller import controller
from clozette.privacy.tree import heads

blueprint = Blueprint("privacy", __name__)


@blueprint.get("/.well-known/clozette-ledger.json")
@everyone()
def ledger_head() -> Response:
    """Hand the latest signed head to whoever wants to keep one: the more of them are elsewhere, the better."""
    head = heads.latest() or abort(404)
    answer = Response(head.text(), mimetype="application/json")
    answer.headers["Cache-Control"] = "public, max-age=60"
    return answer


@blueprint.app_context_processor
def _globals() -> dict[str, Any]:
    return {
        "controller": controller,
        "notice": notices.notice,
        "notice_stamp": notices.stamp_field,
        "policy_here": policies.here,
    }
