"""What the staff type about the bazaar."""

from datetime import UTC, date, datetime, time

import marshmallow as ma
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from clozette.accounts.schemas import Choice
from clozette.kernel import clock, money
from clozette.kernel.schemas import Line, Schema
from clozette.shop.amounts import Percent

MAX_AMOUNT, MAX_REASON, SHORTEST_REASON, MOST_FEE = 20, 200, 10, 50


class FeesIn(Schema):
    """What the house takes in a currency, from the first moment of a day that is yet to come."""

    currency = Choice(money.CURRENCIES, required=True)
    since = ma.fields.Date(
        required=True,
        error_messages={"invalid": _l("This is not a date."), "required": _l("Say from which day on, after today.")},
    )
    buyer = Percent(MOST_FEE, load_default=0)
    fixed = Line(max_length=MAX_AMOUNT, load_default="")
    seller = Percent(MOST_FEE, load_default=0)

    @ma.validates("since")
    def _is_ahead(self, day: date, **_options: object) -> None:
        """No order that was made already may turn out to cost something else."""
        if day <= clock.today():
            raise ma.ValidationError(_("Say from which day on, after today."))


class LookIn(Schema):
    """Why staff look at a seller's record."""

    reason = Line(
        required=True,
        max_length=MAX_REASON,
        validate=ma.validate.Length(min=SHORTEST_REASON, error=_l("Say in a few words why; the member may ask.")),
    )


def beginning_of(day: date) -> datetime:
    """Return the first moment of a day."""
    return datetime.combine(day, time.min, UTC)
