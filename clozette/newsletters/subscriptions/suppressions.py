"""Suppressed addresses: they outlive contacts, accounts, imports and restored backups (requirement 45)."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from clozette.accounts.models import Member
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.newsletters import keys
from clozette.newsletters.subscriptions.models import Suppression


def suppress(address_key: str, reason: str, *, source: str, now: datetime) -> bool:
    """Suppress an address for one more reason; say whether it was not suppressed for it already."""
    if insert_once(Suppression, id=new_id(), address_key=address_key, reason=reason, source=source, at=now):
        return True
    again = (
        sa.update(Suppression)
        .where(Suppression.address_key == address_key, Suppression.reason == reason, Suppression.lifted_at.is_not(None))
        .values(lifted_at=None, source=source, at=now)
    )
    return bool(db.session.execute(again).rowcount)  # type: ignore[attr-defined]


def lift(address_key: str, reasons: Collection[str], now: datetime, *, since: datetime | None = None) -> None:
    """Let an address get mail again, as far as these reasons go.

    :param since: only what was suppressed in this very moment: one deed is taken back, and no other.
    """
    standing = [Suppression.address_key == address_key, Suppression.reason.in_(reasons), is_standing()]
    if since is not None:
        standing.append(Suppression.at == since)
    db.session.execute(sa.update(Suppression).where(*standing).values(lifted_at=now))


def reasons_for(address_key: str) -> set[str]:
    """Return why an address is suppressed now."""
    return set(
        db.session.scalars(sa.select(Suppression.reason).where(Suppression.address_key == address_key, is_standing()))
    )


def is_standing() -> sa.ColumnElement[bool]:
    """Whether a row of suppressions counts."""
    return Suppression.lifted_at.is_(None)


def is_suppressed(key: InstrumentedAttribute[str], *, of_few: bool = False) -> sa.ColumnElement[bool]:
    """Whether an address or a number of an outer query, known by its keyed digest, is suppressed for any reason.

    :param of_few: the outer query has few rows: PostgreSQL must look each up, and not read all suppressions before.
    """
    found = sa.select(sa.literal(1)).where(Suppression.address_key == key, is_standing()).correlate(key.class_)
    return (found.offset(0) if of_few else found).exists()


def is_member_suppressed() -> sa.ColumnElement[bool]:
    """Whether the address of the member of an outer query is suppressed, also one that never was a contact's."""
    mine = Suppression.address_key == keys.address_key_of(sa.type_coerce(Member.email_canonical, sa.Text))
    return sa.exists().where(mine, is_standing()).correlate(Member)
