"""A contest's draw for programs: the same file that the verifiers read."""

from typing import Any

import marshmallow as ma
from flask import abort

from clozette.contests.drawing import files, queries
from clozette.contests.planning.access import contest_for
from clozette.kernel.schemas import Schema
from clozette.kernel.web import api, gate

blueprint = api.Blueprint("draws_api", __name__, description="Contests")


class DrawOut(Schema):
    """Everything public of a draw. What isn't known yet is null; `order` names the numbers of entries."""

    layout = ma.fields.String(required=True)
    contest = ma.fields.String(required=True)
    rules_sha256 = ma.fields.String(required=True, allow_none=True)
    draw_at = ma.fields.String(required=True)
    seed = ma.fields.String(required=True, allow_none=True)
    seed_sha256 = ma.fields.String(required=True, allow_none=True)
    source = ma.fields.String(required=True, metadata={"description": "`beacon` or `witness`."})
    chain = ma.fields.Dict(required=True)
    beacon = ma.fields.Dict(metadata={"description": "The round, its randomness and its signature."})
    witness = ma.fields.Dict(metadata={"description": "The digest of the witness's number, and the number."})
    entries = ma.fields.List(ma.fields.List(ma.fields.Raw()), required=True)
    entries_sha256 = ma.fields.String(required=True, allow_none=True)
    take = ma.fields.Integer(required=True)
    order = ma.fields.List(ma.fields.Integer(), required=True, allow_none=True)
    facts = ma.fields.List(ma.fields.Dict(), required=True)


@blueprint.route("/contests/<slug>/draw")
@gate.everyone()
@blueprint.response(200, DrawOut)
def draw(slug: str) -> dict[str, Any]:
    """What a contest's draw is made from, how it came out, and the proofs of both."""
    contest = contest_for(gate.viewer(), slug)
    return files.document(contest, queries.draw_of(contest) or abort(404))
