"""Codes by text: six digits prove that somebody reads the texts of a number; no account and no mail address needed.

What the form answers is the same whether a number is known or not: a code row is made and a text sent for each.
"""

import hmac
from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa

from clozette.accounts import keys
from clozette.kernel import events
from clozette.kernel.database import db
from clozette.newsletters.texts.events import PhoneCodeMade
from clozette.newsletters.texts.models import PhoneCode
from clozette.privacy import subjects
from clozette.privacy.models import Subject
from clozette.rights.desk import kept

VALID = timedelta(minutes=10)
KEPT = timedelta(days=1)
MOST_TRIES = 3
DIGITS = 6
BATCH = 200
_OURS = frozenset({"privacy_subjects"})


def make(
    number: str,
    *,
    subject_id: int | None,
    deed: str,
    purposes: Collection[str],
    locale: str,
    zone: str | None,
    stamped: str | None,
    now: datetime,
) -> PhoneCode:
    """Make a code for a canonical number and ask for the text that carries it.

    :param subject_id: who is signed in. A guest is somebody new until the digits are typed: whoever can name a number
        brings nothing to its holder.
    """
    made = PhoneCode(
        subject_id=subject_id or subjects.create(now).id,
        number=number,
        deed=deed,
        purposes=list(purposes),
        locale=locale,
        zone=zone,
        stamped=stamped,
        made_at=now,
        expires_at=now + VALID,
    )
    db.session.add(made)
    db.session.flush()
    events.publish(PhoneCodeMade(made.id))
    return made


def digits_of(code: PhoneCode) -> str:
    """Return the digits that the text carries."""
    keyed = keys.sign("code by text", f"{code.id}:{code.subject_id}:{code.number}")
    return str(int(keyed, 16) % 10**DIGITS).zfill(DIGITS)


def count_try(code: PhoneCode, now: datetime) -> bool:
    """Count a try; ``False`` if there is none left, or the code is used or too old."""
    _lock(code.number)
    still_good = (PhoneCode.tries < MOST_TRIES, PhoneCode.used_at.is_(None), PhoneCode.expires_at > now)
    counted = sa.update(PhoneCode).where(PhoneCode.id == code.id, *still_good).values(tries=PhoneCode.tries + 1)
    return bool(db.session.execute(counted).rowcount)  # type: ignore[attr-defined]


def use(code: PhoneCode, typed: str, now: datetime) -> bool:
    """Take the digits, once."""
    _lock(code.number)
    if not hmac.compare_digest(digits_of(code).encode(), typed.encode()):
        return False
    once = sa.update(PhoneCode).where(PhoneCode.id == code.id, PhoneCode.used_at.is_(None)).values(used_at=now)
    return bool(db.session.execute(once).rowcount)  # type: ignore[attr-defined]


def forget_old(now: datetime) -> int:
    """Delete codes of yesterday, and people of whom nothing else is known; return how many codes it was."""
    old = sa.select(PhoneCode).where(PhoneCode.made_at < now - KEPT).order_by(PhoneCode.made_at).limit(BATCH)
    found = db.session.scalars(old).all()
    people = {code.subject_id for code in found}
    for code in found:
        db.session.delete(code)
    db.session.flush()
    for subject_id in sorted(people):
        if not kept.anything_but(subject_id, _OURS):
            db.session.execute(sa.delete(Subject).where(Subject.id == subject_id))
    return len(found)


def _lock(number: str) -> None:
    """Let two that prove one number at once take turns, from the first thing on: each has a row of codes for it."""
    mine = sa.select(PhoneCode.id).where(PhoneCode.number == number).order_by(PhoneCode.id)
    db.session.execute(mine.with_for_update())
