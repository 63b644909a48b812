"""One-time codes: six digits by mail prove an address, for people who are no members.

Whether an address is known, and as what, the page never tells: for each a code row is made and a mail sent. A member's
mail says to sign in instead (a mailbox is less than a second factor), except where staff closed the account.
"""

import hmac
from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import Flask, current_app
from flask_babel import get_locale

from clozette.accounts import addresses, keys
from clozette.accounts.models import Member
from clozette.kernel import events
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.privacy import subjects
from clozette.rights.desk import kept, rules
from clozette.rights.desk.events import CodeMade
from clozette.rights.desk.models import Address, Code, Request

VALID = timedelta(minutes=10)
MOST_TRIES = 3
KEPT = timedelta(days=1)
DIGITS = 6
SUBJECT, NOTHING = "subject", "nothing"
MOST_AT_ONCE = 200
_SPARED = "clozette.rights.desk.spared"
Spared = Callable[[], sa.Select[tuple[int]]]
# What may be left of somebody whose address is of no more use: proofs that name nobody.
_LEFT_OVER = frozenset(
    {"rights_addresses", "rights_codes", "privacy_subjects", "privacy_ledger", "privacy_staff_reads"}
)


def make(typed: str, now: datetime) -> Code:
    """Make a code for an address as it was typed, and ask for the mail that carries it."""
    canonical = addresses.canonical(typed) or typed.casefold()
    # An account that confirmed no address says nothing about who reads it.
    confirmed = (Member.email_canonical == canonical, Member.confirmed_at.is_not(None))
    member = db.session.scalar(sa.select(Member).where(*confirmed))
    subject_id = member.subject_id if member else address_of(typed, now).subject_id
    made = Code(
        subject_id=subject_id,
        address=member.email if member else typed,
        locale=str(get_locale() or "en"),
        opens=NOTHING if member is not None and member.active else SUBJECT,
        made_at=now,
        expires_at=now + VALID,
    )
    db.session.add(made)
    db.session.flush()
    events.publish(CodeMade(code_id=made.id))
    return made


def digits_of(code: Code) -> str:
    """Return the digits that the mail carries."""
    keyed = keys.sign("one-time code", f"{code.id}:{code.subject_id}:{code.address}")
    return str(int(keyed, 16) % 10**DIGITS).zfill(DIGITS)


def count_try(code: Code, now: datetime) -> bool:
    """Count a try; ``False`` if there is none left, or the code is used or too old."""
    still_good = (Code.tries < MOST_TRIES, Code.used_at.is_(None), Code.expires_at > now)
    counted = sa.update(Code).where(Code.id == code.id, *still_good).values(tries=Code.tries + 1)
    return bool(db.session.execute(counted).rowcount)  # type: ignore[attr-defined]


def use(code: Code, typed: str, now: datetime) -> bool:
    """Take the digits, once. Whoever typed them reads the address; what was asked from it is theirs if they say so."""
    if code.opens != SUBJECT or not hmac.compare_digest(digits_of(code).encode(), typed.encode()):
        return False
    once = sa.update(Code).where(Code.id == code.id, Code.used_at.is_(None)).values(used_at=now)
    if not db.session.execute(once).rowcount:  # type: ignore[attr-defined]
        return False
    db.session.execute(sa.update(Address).where(Address.subject_id == code.subject_id).values(verified_at=now))
    return True


def address_of(typed: str, now: datetime) -> Address:
    """Return the address's row, made with a subject of its own if it is new. It is not verified by that."""
    canonical = addresses.canonical(typed) or typed.casefold()
    known = sa.select(Address).where(Address.canonical == canonical)
    found = db.session.scalar(known)
    if found is None:
        values = {"id": new_id(), "subject_id": subjects.create(now).id, "address": typed, "canonical": canonical}
        insert_once(Address, **values, made_at=now)
        found = db.session.scalars(known).one()
    return found


def spare(app: Flask, subjects_: Spared) -> None:
    """Keep the addresses of some subjects, whom another room knows by them; for the wiring page."""
    app.extensions.setdefault(_SPARED, []).append(subjects_)


def forget_old(now: datetime) -> None:
    """Delete codes of yesterday. The addresses of people who asked for nothing go with :func:`forget_strangers`."""
    db.session.execute(sa.delete(Code).where(Code.made_at < now - KEPT))


def forget_strangers(now: datetime) -> None:
    """Delete addresses that nobody verified and nothing hangs on, and those of people about whom nothing else is left."""
    asked = sa.select(Request.subject_id)
    waiting = sa.select(Code.subject_id)
    strangers = sa.delete(Address).where(
        Address.verified_at.is_(None),
        Address.made_at < now - KEPT,
        Address.subject_id.not_in(asked),
        Address.subject_id.not_in(waiting),
        *(Address.subject_id.not_in(spared()) for spared in current_app.extensions.get(_SPARED, [])),
    )
    db.session.execute(strangers)
    rested = sa.select(Address).where(Address.verified_at < now - rules.ADDRESS_RESTS)
    for address in db.session.scalars(rested.order_by(Address.verified_at).limit(MOST_AT_ONCE)).all():
        if not kept.anything_but(address.subject_id, _LEFT_OVER):
            db.session.delete(address)
