"""How an export is shown to programs."""

import marshmallow as ma

from clozette.kernel import clock
from clozette.kernel.schemas import RowId, Schema
from clozette.rights.export import rules


class ExportOut(Schema):
    """One export."""

    id = RowId(required=True)
    state = ma.fields.Function(
        lambda export: rules.state_of(export, clock.now()),
        required=True,
        metadata={"type": "string", "enum": ["making", "ready", "used-up", "expired", "removed", "failed"]},
    )
    asked_at = ma.fields.AwareDateTime(required=True)
    ready_at = ma.fields.AwareDateTime(allow_none=True, required=True)
    expires_at = ma.fields.AwareDateTime(allow_none=True, required=True)
    steps_done = ma.fields.Integer(required=True)
    steps_total = ma.fields.Integer(required=True, metadata={"description": "0 until it is known"})
    bytes = ma.fields.Integer(required=True)
    sha256 = ma.fields.String(allow_none=True, required=True)
    missing = ma.fields.Integer(
        required=True, metadata={"description": "Files that could not be put in; the archive's manifest names them."}
    )
    downloads = ma.fields.Integer(required=True)
