"""Spell numbers alike: the nought that is dialled inside a country alone goes.

Where that makes one number of two, whoever proved it last keeps it. No wish to get less is lost: a STOP under either
spelling stands, the longer wait counts, and a holder who agreed to more than the other gets nothing until they agree anew.
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from clozette.kernel.ids import new_id

revision: str = "7c1e5a90d3b4"
down_revision: str | Sequence[str] | None = "c41d90ab27e6"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_WHEN = sa.DateTime(timezone=True)
_PHONES = sa.table(
    "newsletters_phones",
    sa.column("id", _BIG),
    sa.column("subject_id", _BIG),
    sa.column("number", sa.String()),
    sa.column("number_key", sa.String()),
    sa.column("verified_at", _WHEN),
    sa.column("next_at", _WHEN),
)
_CODES = sa.table("newsletters_phone_codes", sa.column("id", _BIG), sa.column("number", sa.String()))
_SENDINGS = sa.table(
    "newsletters_text_sendings",
    sa.column("text_id", _BIG),
    sa.column("phone_id", _BIG),
    sa.column("state", sa.String()),
)
_SUPPRESSIONS = sa.table(
    "newsletters_suppressions",
    sa.column("id", _BIG),
    sa.column("address_key", sa.String()),
    sa.column("reason", sa.String()),
    sa.column("source", sa.String()),
    sa.column("at", _WHEN),
    sa.column("lifted_at", _WHEN),
)
_KEYS = sa.table("newsletters_keys", sa.column("name", sa.String()), sa.column("key", sa.LargeBinary()))
_CONSENTS = sa.table(
    "privacy_consents",
    sa.column("subject_id", _BIG),
    sa.column("purpose", sa.String()),
    sa.column("channel", sa.String()),
    sa.column("action", sa.String()),
)
# Calling codes where a nought before the number is dialled inside the country alone, as they were when this was written.
_CODES_WITH_NOUGHT = (
    *("971", "886", "852", "358", "353", "351", "91", "84", "82", "81", "66", "65", "64", "63", "62", "61", "60"),
    *("49", "48", "47", "46", "45", "44", "43", "41", "34", "33", "32", "31", "1"),
)
_MOST_FINAL = ("sent", "submitting", "uncertain", "failed", "skipped", "queued")


def upgrade() -> None:
    """Bring the rows to this version."""
    connection = op.get_bind()
    key = connection.scalar(sa.select(_KEYS.c.key).where(_KEYS.c.name == "addresses"))
    if key is None:
        return  # no number was ever kept
    for code in connection.execute(sa.select(_CODES).where(_with_nought(_CODES.c.number))).all():
        _set(_CODES, code.id, number=_spelled(code.number))
    for phone in connection.execute(sa.select(_PHONES).where(_with_nought(_PHONES.c.number)).order_by("id")).all():
        _respell(phone, key)
    _hear_stops(key)


def downgrade() -> None:
    """Leave the rows: which had a nought is not known any more, and nothing that is older minds."""


def _with_nought(number: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    return sa.or_(*(number.startswith(f"+{code}0") for code in _CODES_WITH_NOUGHT))


def _calling_code(number: str) -> list[str]:
    return [code for code in _CODES_WITH_NOUGHT if number.startswith(f"+{code}")][:1]


def _spelled(number: str) -> str:
    for code in _calling_code(number):
        return f"+{code}{number[1 + len(code) :].lstrip('0')}"
    return number


def _key_of(number: str, key: bytes) -> str:
    return hmac.new(key, f"tel:{number}".encode(), hashlib.sha256).hexdigest()


def _respell(phone: Any, key: bytes) -> None:
    """Give one phone its spelling, or what it has to the phone that has that spelling already."""
    number = _spelled(phone.number)
    number_key = _key_of(number, key)
    other = (
        op.get_bind().execute(sa.select(_PHONES).where(_PHONES.c.number == number, _PHONES.c.id != phone.id)).first()
    )
    _join_suppressions(phone.number_key, number_key)
    if other is None:
        _set(_PHONES, phone.id, number=number, number_key=number_key)
        return
    first, last = sorted((phone, other), key=lambda one: (one.verified_at, one.id))
    if _agreed(last.subject_id) - _agreed(first.subject_id):
        _quieten(number_key)
    _join_sendings(first.id, last.id)
    op.execute(sa.delete(_PHONES).where(_PHONES.c.id == first.id))
    waits = [one.next_at for one in (first, last) if one.next_at is not None]
    _set(_PHONES, last.id, number=number, number_key=number_key, next_at=max(waits, default=None))


def _hear_stops(key: bytes) -> None:
    """Let a STOP count that came by the other spelling."""
    known = set(op.get_bind().scalars(sa.select(_SUPPRESSIONS.c.address_key)))
    for phone in op.get_bind().execute(sa.select(_PHONES)).all():
        for code in _calling_code(phone.number):
            other = _key_of(f"+{code}0{phone.number[1 + len(code) :]}", key)
            if other in known:
                _join_suppressions(other, phone.number_key)


def _agreed(subject_id: int) -> set[str]:
    mine = (_CONSENTS.c.subject_id == subject_id, _CONSENTS.c.channel == "sms", _CONSENTS.c.action == "given")
    return set(op.get_bind().scalars(sa.select(_CONSENTS.c.purpose).where(*mine)))


def _join_suppressions(former: str, number_key: str) -> None:
    """Let what stands under one key stand under the other."""
    mine = _SUPPRESSIONS.c.address_key == former
    for row in op.get_bind().execute(sa.select(_SUPPRESSIONS).where(mine)).all():
        same = (_SUPPRESSIONS.c.address_key == number_key, _SUPPRESSIONS.c.reason == row.reason)
        there = op.get_bind().execute(sa.select(_SUPPRESSIONS).where(*same)).first()
        if there is None:
            _set(_SUPPRESSIONS, row.id, address_key=number_key)
            continue
        if row.lifted_at is None and there.lifted_at is not None:
            _set(_SUPPRESSIONS, there.id, lifted_at=None, at=row.at, source=row.source)
        op.execute(sa.delete(_SUPPRESSIONS).where(_SUPPRESSIONS.c.id == row.id))


def _quieten(number_key: str) -> None:
    """Let nothing go to a number until its holder agrees anew."""
    same = (_SUPPRESSIONS.c.address_key == number_key, _SUPPRESSIONS.c.reason == "left")
    there = op.get_bind().execute(sa.select(_SUPPRESSIONS).where(*same)).first()
    if there is not None:
        _set(_SUPPRESSIONS, there.id, lifted_at=None)
        return
    row = {"id": new_id(), "address_key": number_key, "reason": "left", "source": "respelled", "at": datetime.now(UTC)}
    op.execute(sa.insert(_SUPPRESSIONS).values(row))


def _join_sendings(former: int, kept: int) -> None:
    """Let one phone have what went to both; of two of one campaign the one that says most of what went out."""
    of_former, of_kept = _sendings(former), _sendings(kept)
    for text_id, state in of_former.items():
        theirs = of_kept.get(text_id)
        if theirs is not None:
            goes = former if _MOST_FINAL.index(theirs) <= _MOST_FINAL.index(state) else kept
            op.execute(sa.delete(_SENDINGS).where(_SENDINGS.c.text_id == text_id, _SENDINGS.c.phone_id == goes))
    op.execute(sa.update(_SENDINGS).where(_SENDINGS.c.phone_id == former).values(phone_id=kept))


def _sendings(phone_id: int) -> dict[int, str]:
    chosen = sa.select(_SENDINGS.c.text_id, _SENDINGS.c.state).where(_SENDINGS.c.phone_id == phone_id)
    return {row.text_id: row.state for row in op.get_bind().execute(chosen)}


def _set(table: sa.TableClause, row_id: int, **values: Any) -> None:
    op.execute(sa.update(table).where(table.c.id == row_id).values(**values))
