"""Exports for programs: the same archive, the same counting. The proof of identity is the making of the token."""

import sqlalchemy as sa
from flask import Response, request

from clozette.accounts import secret_tokens
from clozette.accounts.access import oneself
from clozette.accounts.models import ApiToken
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.paging import Page
from clozette.kernel.web import api, errors, gate, limits
from clozette.rights.export import queries, rules, services, views
from clozette.rights.export.models import Export
from clozette.rights.export.schemas import ExportOut

blueprint = api.Blueprint("exports_api", __name__, description="Exports")


@blueprint.route("/exports")
@gate.members(scope="privacy:read")
@blueprint.page(ExportOut)
def exports(query: dict[str, int | None]) -> Page[Export]:
    """Your exports, the newest first."""
    return queries.page(_subject_id(), query["after"])


@blueprint.route("/exports", methods=["POST"])
@gate.members(scope="privacy:write", collects="CP2")
@blueprint.response(202, ExportOut)
def ask() -> Export:
    """Ask for an export; while one is in making you get that one. You are told by mail."""
    subject_id = _subject_id()
    if queries.in_making(subject_id) is None:
        limits.check("export-ask", str(subject_id))
    return services.ask(subject_id, asked_by="api", locale=oneself(gate.viewer()).locale, now=clock.now())


@blueprint.route("/exports/<id:export_id>")
@gate.members(scope="privacy:read")
@blueprint.response(200, ExportOut)
def export(export_id: int) -> Export:
    """How an export stands."""
    return queries.own(_subject_id(), export_id)


@blueprint.route("/exports/<id:export_id>", methods=["DELETE"])
@gate.members(scope="privacy:write")
@blueprint.response(204)
def remove(export_id: int) -> None:
    """Remove an archive before its time."""
    services.remove(queries.own(_subject_id(), export_id), now=clock.now())


@blueprint.route("/exports/<id:export_id>/download", methods=["POST"])
@gate.members(scope="privacy:write", collects="CP2")
def download(export_id: int) -> Response:
    """The archive, a ZIP. It wants a token made within the last ten minutes: making one proves who you are."""
    found = queries.own(_subject_id(), export_id)
    if not _is_fresh():
        return errors.problem(403, "Make a new token: this one is older than ten minutes.", code="token-too-old")
    return views.archive(found)


def _subject_id() -> int:
    subject_id = gate.viewer().subject_id
    assert subject_id is not None
    return subject_id


def _is_fresh() -> bool:
    """Whether the token was made lately; a member proves who they are to make one (requirement 86)."""
    assert request.authorization is not None and request.authorization.token is not None
    digest = secret_tokens.digest(request.authorization.token)
    made_at = db.session.scalar(sa.select(ApiToken.made_at).where(ApiToken.digest == digest))
    return rules.is_fresh(made_at, clock.now())
