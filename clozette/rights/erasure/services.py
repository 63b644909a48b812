"""Asking for an erasure and undoing it."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa

from clozette.accounts.models import Member, Role
from clozette.accounts.services import members
from clozette.kernel.database import db, insert_once
from clozette.kernel.events import publish
from clozette.kernel.ids import new_id
from clozette.kernel.refusal import Refused, refuse
from clozette.rights.erasure.events import ErasureAsked, ErasureUndone
from clozette.rights.erasure.models import Erasure
from clozette.rights.erasure.rules import GRACE, too_late, why_not_ask

_AT_ONCE = 5_000


def ask(
    subject_id: int, *, via: str, now: datetime, session_id: int | None = None, grace: timedelta = GRACE
) -> Erasure:
    """Note the wish and hide the person at once. Asking twice changes nothing.

    :param via: ``page``, ``desk``, ``command`` or ``replay``.
    :param session_id: the sign-in it was asked in, which goes on; all others end.
    :raises Refused: for the only admin; not at a ``replay``, which repeats what was done already.
    """
    member = member_of(subject_id)
    if via != "replay":
        refuse(why_not_ask(is_last_admin=member is not None and _is_last_admin(member)))
    new = {"id": new_id(), "subject_id": subject_id, "code": secrets.token_hex(16), "via": via}
    added = insert_once(Erasure, **new, asked_at=now, due_at=now + grace, steps=[], counts={})
    erasure = standing(subject_id)
    assert erasure is not None
    if added:
        if member is not None:
            members.leave(member, now=now, but=session_id)
        publish(ErasureAsked(erasure.id, subject_id))
    return erasure


def undo(subject_id: int, *, now: datetime) -> None:
    """Take the wish back while nothing has begun; the person is seen again.

    :raises Refused: ``too-late`` if it has begun, or was never asked.
    """
    open_still = (
        sa.update(Erasure)
        .where(Erasure.subject_id == subject_id, Erasure.undone_at.is_(None), Erasure.begun_at.is_(None))
        .values(undone_at=now)
        .returning(Erasure.id)
    )
    erasure_id = db.session.scalar(open_still)
    if erasure_id is None:
        raise Refused(too_late())
    member = member_of(subject_id)
    if member is not None:
        members.stay(member)
    publish(ErasureUndone(erasure_id, subject_id))


def standing(subject_id: int) -> Erasure | None:
    """Return the wish that stands, carried out or not."""
    mine = sa.select(Erasure).where(Erasure.subject_id == subject_id, Erasure.undone_at.is_(None))
    found: Erasure | None = db.session.scalar(mine)
    return found


def begun(subject_ids: Collection[int]) -> set[int]:
    """Return which of some people are being erased and can't undo it any more, or were."""
    going = sa.select(Erasure.subject_id).where(Erasure.begun_at.is_not(None), Erasure.undone_at.is_(None))
    some = sorted(subject_ids)
    found: set[int] = set()
    for start in range(0, len(some), _AT_ONCE):
        found.update(db.session.scalars(going.where(Erasure.subject_id.in_(some[start : start + _AT_ONCE]))))
    return found


def member_of(subject_id: int) -> Member | None:
    """Return the account of a subject, if there is one."""
    found: Member | None = db.session.scalar(sa.select(Member).where(Member.subject_id == subject_id))
    return found


def _is_last_admin(member: Member) -> bool:
    admins = set(
        db.session.scalars(
            sa.select(Role.member_id)
            .join(Member, Member.id == Role.member_id)
            .where(Role.name == "admin", Member.deactivated_at.is_(None))
        )
    )
    return admins == {member.id}
