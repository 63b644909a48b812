"""Who asks about their own data: a member who is signed in, or somebody who proved an address by a mailed code.

A page of rights calls ``require()`` first; what hands out or destroys data calls ``require_fresh()``. Both send the
person to where they can prove who they are, and then back.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import abort, redirect, request, session

from clozette.accounts.models import Member, SignIn
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.web import gate
from clozette.rights.desk.models import Code

OPEN_FOR = timedelta(hours=1)
FRESH = timedelta(minutes=10)
_SESSION_KEY = "proved_address"


@dataclass(frozen=True)
class Person:
    """Somebody with data of their own here.

    :ivar member_id: nothing for people who are known by an address alone.
    :ivar proved_at: when they last proved who they are in this browser.
    """

    subject_id: int
    member_id: int | None
    email: str
    proved_at: datetime
    country: str | None = None
    name: str = ""

    @property
    def how(self) -> str:
        """Return by what they proved who they are: a session or a code."""
        return "session" if self.is_member else "code"

    @property
    def is_member(self) -> bool:
        """Whether they are signed in to an account."""
        return self.member_id is not None


def current() -> Person | None:
    """Return who asks, or nobody."""
    return _member() if gate.viewer().is_member else _guest()


def require() -> Person:
    """Return who asks; if nobody does, answer with the way to ``/privacy/code``."""
    found = current()
    if found is None:
        abort(redirect("/privacy/code?" + urlencode({"next": _back()}), 303))
    return found


def require_fresh(back_to: str | None = None) -> Person:
    """Return who asks; if their proof is older than ten minutes, answer with the way to a new one.

    :param back_to: the page to come back to; by default the one that was asked for, or ``/privacy`` after a form.
    """
    found = require()
    if clock.now() - found.proved_at > FRESH:
        again = "/verify?" if found.is_member else "/privacy/code?"
        abort(redirect(again + urlencode({"next": back_to or _back()}), 303))
    return found


def remember(code: Code) -> None:
    """Let this browser be the person who typed a code."""
    session[_SESSION_KEY] = ids.encode(code.id)


def forget() -> None:
    """Let this browser be nobody again."""
    session.pop(_SESSION_KEY, None)


def _member() -> Person | None:
    viewer = gate.viewer()
    asked = (
        sa.select(Member.subject_id, Member.id, Member.email, SignIn.proved_at, Member.country, Member.display_name)
        .join(SignIn, SignIn.member_id == Member.id)
        .where(Member.id == viewer.member_id, SignIn.id == viewer.session_id)
    )
    row = db.session.execute(asked).first()
    return Person(*row) if row else None


def _guest() -> Person | None:
    code = db.session.get(Code, _code_id()) if session.get(_SESSION_KEY) else None
    if code is None or code.used_at is None or clock.now() - code.used_at > OPEN_FOR:
        return None
    return Person(code.subject_id, None, code.address, code.used_at)


def _code_id() -> int:
    try:
        return ids.decode(session[_SESSION_KEY])
    except (ValueError, TypeError):
        return 0


def _back() -> str:
    return request.full_path.rstrip("?") if request.method == "GET" else "/privacy"
