"""Members, and signing them in without the slow password hash."""

import itertools
import secrets
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import argon2
from flask.testing import FlaskClient

from clozette.accounts import handles, secret_tokens
from clozette.accounts.models import Handle, Member, Role, SignIn
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.privacy import subjects

PASSWORD = "a long walk in suede shoes"
_numbers = itertools.count(1)


def make_member(
    handle: str | None = None, *, roles: tuple[str, ...] = (), confirmed: bool = True, **columns: Any
) -> Member:
    """Add a grown-up, confirmed member (flushed, not committed) whose password is ``PASSWORD``.

    :param roles: staff roles to hold; they open nothing until a sign-in with a second factor.
    :param columns: any column of the member, such as ``birth_date``.
    """
    now: datetime = clock.now()
    handle = handle or f"member_{next(_numbers)}"
    email = columns.pop("email", f"{handle}@example.test")
    member = Member(
        subject_id=subjects.create(now).id,
        email=email,
        email_canonical=email.casefold(),
        handle=handle,
        confirmed_at=now if confirmed else None,
        fs_uniquifier=secrets.token_hex(32),
        **_defaults(handle, now) | columns,
    )
    db.session.add(member)
    db.session.flush()
    db.session.add(Handle(member_id=member.id, handle=handle, skeleton=handles.skeleton(handle), taken_at=now))
    db.session.add_all(Role(member_id=member.id, name=role, given_at=now) for role in roles)
    db.session.flush()
    return member


def make_minor(handle: str | None = None, *, age: int = 16, **columns: Any) -> Member:
    """Add a member of ``age`` years."""
    today = clock.today()
    return make_member(handle, birth_date=date(today.year - age - 1, today.month, 28) + timedelta(days=310), **columns)


def sign_in(client: FlaskClient, member: Member, *, second_factor: bool = False) -> SignIn:
    """Sign ``member`` in on ``client``: a session row (flushed) and the cookie, as a real sign-in leaves them.

    :param second_factor: as if a TOTP code had been given; staff need it.
    """
    now = clock.now()
    token = secret_tokens.make()
    row = SignIn(
        member_id=member.id,
        digest=secret_tokens.digest(token),
        method="password+totp" if second_factor else "password",
        agent="Tests",
        started_at=now,
        last_seen_at=now,
        proved_at=now,
        second_factor_at=now if second_factor else None,
    )
    db.session.add(row)
    db.session.flush()
    with client.session_transaction() as session:
        session.clear()
        session["sid"] = token
    return row


def sign_out(client: FlaskClient) -> None:
    """Forget the cookie; the session row stays open."""
    with client.session_transaction() as session:
        session.clear()


def _defaults(handle: str, now: datetime) -> dict[str, Any]:
    return {
        "password": cheap_hash(PASSWORD),
        "display_name": handle.replace("_", " ").title(),
        "country": "DE",
        "birth_date": date(1990, 5, 17),
        "created_at": now,
    }


@cache
def cheap_hash(password: str) -> str:
    """Return an argon2id hash that takes no time; its parameters are read from the hash when it is verified."""
    return argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(password)
