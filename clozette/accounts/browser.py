"""The browser's side of a sign-in: what the signed cookie carries, and where a request comes from.

The cookie carries either ``sid`` (the token of a session row) or ``half`` (a password was right and a code is still
due). A half sign-in has no session row, so that for the whole site it is nobody's.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import g, request, session

from clozette.accounts import addresses
from clozette.accounts.models import Member
from clozette.accounts.services import sign_ins
from clozette.accounts.services.registration import Circumstances
from clozette.accounts.viewer_loader import COOKIE_KEY
from clozette.kernel import ids
from clozette.kernel.database import db

HALF = "half"
JOINED = "joined"
HALF_VALID = timedelta(minutes=10)


@dataclass(frozen=True)
class Half:
    """Somebody who gave the first factor."""

    member: Member
    method: str


def circumstances() -> Circumstances:
    """Return where this request comes from, as far as it is kept."""
    return Circumstances(
        address=addresses.truncated(request.remote_addr), agent=addresses.summary_of(request.headers.get("User-Agent"))
    )


def sign_in(member: Member, *, method: str, now: datetime) -> None:
    """Start a session in this browser. The cookie begins anew, and the session it had before ends."""
    sign_out(because="signed-in-again", now=now)
    came = circumstances()
    token = sign_ins.start(member, method=method, now=now, agent=came.agent, address=came.address)
    session[COOKIE_KEY] = token
    session.permanent = True


def begin_second_step(member: Member, *, method: str, now: datetime) -> None:
    """Remember for some minutes that the first factor was right."""
    sign_out(because="signed-in-again", now=now)
    session[HALF] = [ids.encode(member.id), _stamp(member), method, int(now.timestamp())]


def half_signed_in(now: datetime) -> Half | None:
    """Return who gave the first factor in this browser and still owes the second."""
    match session.get(HALF):
        case [str(number), str(stamp), str(method), int(at)]:
            member = db.session.get(Member, ids.decode(number))
            in_time = timedelta(0) <= now - datetime.fromtimestamp(at, now.tzinfo) < HALF_VALID
            if member is not None and member.active and in_time and stamp == _stamp(member):
                return Half(member, method)
    return None


def sign_out(*, because: str, now: datetime) -> None:
    """End this browser's session and empty its cookie."""
    token = session.get(COOKIE_KEY)
    if isinstance(token, str):
        sign_ins.end_by_token(token, because=because, now=now)
    session.clear()
    g.pop("csrf_token", None)  # Flask-WTF keeps the token of the cookie that is gone


def remember_joining(ticket_id: int) -> None:
    """Let the mail's link, opened in this very browser, sign in whoever just chose a password here."""
    session[JOINED] = ids.encode(ticket_id)


def has_joined_with(ticket_id: int) -> bool:
    """Whether the ticket is that of the sign-up made in this browser."""
    return session.get(JOINED) == ids.encode(ticket_id)


def _stamp(member: Member) -> str:
    """Return what changes whenever all sessions of the member end."""
    return hashlib.sha256(b"half:" + member.fs_uniquifier.encode()).hexdigest()[:32]
