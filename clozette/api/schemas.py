"""Schemas that describe the API itself."""

from marshmallow import fields

from clozette.kernel.schemas import Schema


class Problem(Schema):
    """An error as programs get it (RFC 9457); for the description only."""

    type = fields.String(metadata={"example": "about:blank"})
    title = fields.String(metadata={"example": "Unprocessable Content"})
    status = fields.Integer(metadata={"example": 422})
    detail = fields.String()
    code = fields.String(metadata={"description": "A stable name of the reason, where a rule refused"})
    errors = fields.Dict(
        keys=fields.String(), values=fields.List(fields.String()), metadata={"description": "Messages per field"}
    )
