"""What a minor and a guardian type."""

import marshmallow as ma
from flask_babel import lazy_gettext as _l

from clozette.accounts.schemas import Email
from clozette.kernel.schemas import Line, Schema
from clozette.rights.guardians.models import MAX_NAME

_SHORTEST_NAME = 2
_NO_NAME = _l("Please give your name.")


class SwitchIn(Schema):
    """Which purpose by which channel."""

    purpose = Line(max_length=32, required=True)
    channel = Line(max_length=16, required=True)


class AskIn(SwitchIn):
    """And whom to ask."""

    guardian_email = Email(required=True)


class DecisionIn(Schema):
    """A guardian's yes or no; a yes wants a name."""

    answer = ma.fields.String(required=True, validate=ma.validate.OneOf(("yes", "no"), error=_l("Please choose one.")))
    guardian_name = Line(max_length=MAX_NAME, load_default="")

    @ma.validates_schema
    def _a_yes_has_a_name(self, data: dict[str, str], **kwargs: object) -> None:
        if data.get("answer") == "yes" and len(data.get("guardian_name", "")) < _SHORTEST_NAME:
            raise ma.ValidationError(str(_NO_NAME), "guardian_name")
