"""Pages of privacy: the policy in force, made from what the rooms declare."""

from typing import Any

from flask import Blueprint, render_template

from clozette.kernel.web.gate import everyone
from clozette.privacy import notices
from clozette.privacy.points import PURPOSE_NAMES, open_points

blueprint = Blueprint("privacy", __name__)


@blueprint.get("/policy")
@everyone()
def policy() -> str:
    """Show the policy: every collection point with its purposes, recipients and retention."""
    return render_template(
        "privacy/policy.html", points=open_points(), purposes=PURPOSE_NAMES.values(), version=notices.POLICY_VERSION
    )


@blueprint.app_context_processor
def _globals() -> dict[str, Any]:
    return {
        "notice": notices.notice,
        "notice_stamp": notices.stamp_field,
        "policy_version": notices.POLICY_VERSION,
    }
