"""The closed list of what this site keeps in a browser. ``/cookies`` is made from it, and a test crawls the site and fails
on anything else (requirements 113 and 124).

Everything on it is strictly necessary, so there is nothing to accept or to reject. The first entry that is not needs
a choice before it: two buttons alike, and a no that is kept.
"""

from dataclasses import dataclass
from typing import Literal

from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

Kind = Literal["cookie", "local storage"]


@dataclass(frozen=True)
class Stored:
    """One thing that a browser keeps for us.

    :param when: what somebody does to get it; nothing is left by a mere visit.
    :param necessary: whether what the person asked for can't work without it.
    """

    name: str
    kind: Kind
    purpose: LazyString
    when: LazyString
    lifetime: LazyString
    necessary: bool = True


STORED = (
    Stored(
        "__Host-session",
        "cookie",
        _l("Keeps you signed in, and lets no other site send forms in your name."),
        _l("When you open a page with a form, or sign in."),
        _l("Until you close the browser; once you are signed in, %(days)s days at most, or until you sign out."),
    ),
    Stored(
        "theme",
        "local storage",
        _l("Remembers that you chose light or dark. It is not sent to us."),
        _l("When you choose the colours of the page."),
        _l("Until you choose “As the device” or empty the browser's storage."),
    ),
)


def lifetime(one: Stored) -> str:
    """Return how long a thing stays, in words, with the number that the program works by."""
    return str(one.lifetime) % {"days": current_app.permanent_session_lifetime.days}
