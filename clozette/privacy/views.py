"""Pages of privacy: the policy in force, made from what the rooms declare."""

from typing import Any

from flask import Blueprint

from clozette.privacy import notices

blueprint = Blueprint("privacy", __name__)


@blueprint.app_context_processor
def _globals() -> dict[str, Any]:
    return {
        "notice": notices.notice,
        "notice_stamp": notices.stamp_field,
        "policy_version": notices.POLICY_VERSION,
    }
