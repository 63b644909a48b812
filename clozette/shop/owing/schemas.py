"""What the staff type about what is owed."""

import marshmallow as ma
from flask_babel import lazy_gettext as _l

from clozette.kernel.schemas import Line, Schema
from clozette.shop.payments.models import MAX_SETTLED

SHORTEST = 5


class SettleIn(Schema):
    """How a buyer was paid by other means."""

    how = Line(
        required=True,
        max_length=MAX_SETTLED,
        validate=ma.validate.Length(
            min=SHORTEST, error=_l("Say how it was paid, and when: the books are asked one day.")
        ),
    )
