"""Global Privacy Control: a browser that sends ``Sec-GPC: 1`` says no to sharing and to profiles (requirement 114).

It is taken as the account's answer the first time it comes, in a transaction beside that very request: what stood is
withdrawn, what was never asked is refused, ``method`` says ``gpc``. A yes that the person gives after that counts again, and
a browser without the signal has not agreed to anything. For a guest there is nothing to refuse: nothing is shared, and no
profile made, of somebody without a consent that stands (``consents.stands``, which the one door and every use ask).
"""

from datetime import datetime

import structlog
from flask import Flask, Response
from sqlalchemy import exc

from clozette.kernel import clock, context
from clozette.kernel.context import kept
from clozette.kernel.database import committed, insert_once
from clozette.kernel.kept import Kept
from clozette.kernel.viewer import Viewer
from clozette.privacy import consents, purposes
from clozette.privacy.policies.models import GpcSignal

METHOD = "gpc"
SURFACE = "header:sec-gpc"
PROFILES = frozenset({"research", "personalisation"})
_NOTED: Kept[bool] = Kept(10_000)
log = structlog.get_logger()


def covers(purpose: str) -> bool:
    """Whether the signal is a no to a purpose: what is for third parties, and what makes a profile."""
    asked = purposes.purpose_of(purpose)
    return asked.whose == "third" or asked.id in PROFILES


def is_on() -> bool:
    """Whether the browser of this request sends the signal."""
    return context.asked().headers.get("Sec-GPC") == "1"


def note(subject_id: int, now: datetime) -> bool:
    """Take the signal as the account's answer, the first time it comes; say whether it was."""
    if not insert_once(GpcSignal, subject_id=subject_id, at=now):
        return False
    current = consents.current(subject_id)
    asked = {
        (one.id, channel) for one in purposes.PURPOSES.values() if not one.about_object for channel in one.channels
    }
    for purpose, channel in sorted(asked | set(current)):
        state = current.get((purpose, channel))
        if covers(purpose) and (state is None or state.stands):
            consents.answer(
                subject_id,
                purpose,
                channel,
                "withdrawn" if state else "refused",
                now=now,
                method=METHOD,
                point=purposes.point_of(purpose, channel),
                surface=SURFACE,
            )
    return True


def init_app(app: Flask) -> None:
    """Listen for the signal of people who are signed in."""
    app.after_request(_listen)


def _listen(response: Response) -> Response:
    """Write the answer down beside the request, which may be one that only reads; it may fail and come again."""
    who: Viewer | None = kept().get("viewer")
    if who is None or who.subject_id is None or not is_on() or _NOTED.get(who.subject_id):
        return response
    try:
        with committed(context.app()):
            note(who.subject_id, clock.now())
        _NOTED.put(who.subject_id, True)
    except exc.OperationalError:
        log.info("gpc_not_noted")
    return response
