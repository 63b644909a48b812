"""Wall clocks: what a date and time in a named zone mean."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _


def moment_in(local: datetime, zone: str) -> tuple[datetime | None, str | None]:
    """Return the moment of a wall clock's time in a zone, and what is odd about it.

    A time that the clocks skip has no moment; of one that they show twice it is the first.
    """
    there = local.replace(tzinfo=ZoneInfo(zone), fold=0)
    try:
        moment = there.astimezone(UTC)
    except OverflowError:
        return None, _("This is no date and time.")
    back = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if back != local:
        return None, _(
            "On that day the clocks in %(zone)s skip %(time)s. Choose another time.", zone=zone, time=f"{local:%H:%M}"
        )
    if there.replace(fold=1).utcoffset() != there.utcoffset():
        return moment, _("On that day the clocks in %(zone)s show that time twice; the first is meant.", zone=zone)
    return moment, None
