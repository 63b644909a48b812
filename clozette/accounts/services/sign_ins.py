"""Sessions: started at sign-in, ended one by one or all at once. A session that has ended never comes back."""

import secrets
from datetime import datetime

import sqlalchemy as sa

from clozette.accounts import secret_tokens
from clozette.accounts.models import Member, SignIn
from clozette.kernel.database import db

SECOND_FACTORS = frozenset({"passkey", "password+totp", "password+recovery", "key+totp", "key+recovery"})
"""Ways to sign in that took two factors. A passkey counts when the device checked its owner; without that it is a mere
``key``."""


def start(member: Member, *, method: str, now: datetime, agent: str = "", address: str = "") -> str:
    """Start a session and return the token for its cookie."""
    token = secret_tokens.make()
    row = SignIn(
        member_id=member.id,
        digest=secret_tokens.digest(token),
        method=method,
        agent=agent,
        address=address,
        started_at=now,
        last_seen_at=now,
        proved_at=now,
        second_factor_at=now if method in SECOND_FACTORS else None,
    )
    db.session.add(row)
    db.session.flush()
    return token


def prove_again(sign_in_id: int, *, now: datetime, method: str | None = None) -> None:
    """Note that the member proved who they are once more; by ``method``, if that took a second factor."""
    values: dict[str, datetime | str] = {"proved_at": now}
    if method in SECOND_FACTORS:
        values |= {"second_factor_at": now, "method": method}
    db.session.execute(sa.update(SignIn).where(SignIn.id == sign_in_id, SignIn.ended_at.is_(None)).values(values))


def end(sign_in_id: int, *, because: str, now: datetime) -> None:
    """End one session."""
    _end(SignIn.id == sign_in_id, because=because, now=now)


def end_by_token(token: str, *, because: str, now: datetime) -> None:
    """End the session that a cookie's token belongs to, if any."""
    _end(SignIn.digest == secret_tokens.digest(token), because=because, now=now)


def end_all(member: Member, *, because: str, now: datetime, but: int | None = None) -> None:
    """End every session of a member, but the one named; half-finished sign-ins are void too."""
    member.fs_uniquifier = secrets.token_hex(32)
    mine = SignIn.member_id == member.id
    _end(mine if but is None else sa.and_(mine, SignIn.id != but), because=because, now=now)
    db.session.flush()


def forget_old(*, before: datetime) -> None:
    """Delete sessions that ended, or were last used, long ago."""
    db.session.execute(sa.delete(SignIn).where(sa.or_(SignIn.ended_at < before, SignIn.last_seen_at < before)))


def _end(which: sa.ColumnElement[bool], *, because: str, now: datetime) -> None:
    still_open = sa.update(SignIn).where(which, SignIn.ended_at.is_(None))
    db.session.execute(still_open.values(ended_at=now, ended_because=because))
