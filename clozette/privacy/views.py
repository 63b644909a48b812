"""What pages of privacy share: the notice of a collection point, for every template."""

from typing import Any

from flask import Blueprint

from clozette.privacy import notices, policies

blueprint = Blueprint("privacy", __name__)


@blueprint.app_context_processor
def _globals() -> dict[str, Any]:
    return {
        "notice": notices.notice,
        "notice_stamp": notices.stamp_field,
        "policy_here": policies.here,
    }
