"""Asking for an erasure and undoing it."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from clozette.accounts.events import MemberReactivated
from clozette.accounts.models import Member, Role
from clozette.accounts.services import members
from clozette.kernel import database
from clozette.kernel.database import db, insert_once
from clozette.kernel.events import publish
from clozette.kernel.ids import new_id
from clozette.kernel.prepared import Among
from clozette.kernel.refusal import Refused, refuse
from clozette.rights.erasure.events import ErasureAsked, ErasureUndone
from clozette.rights.erasure.models import Erasure
from clozette.rights.erasure.rules import GRACE, UNCONFIRMED, too_late, wants_to_go, why_not_ask

_UNCONFIRMED_AT_ONCE = 100


def ask(
    subject_id: int, *, via: str, now: datetime, session_id: int | None = None, grace: timedelta = GRACE
) -> Erasure:
    """Note the wish and hide the person at once. Asking twice changes nothing.

    :param via: ``page``, ``desk``, ``command``, ``replay`` or ``unconfirmed``.
    :param session_id: the sign-in it was asked in, which goes on; all others end.
    :raises Refused: for the only admin; not at a ``replay``, which repeats what was done already.
    """
    member = _locked(Member.subject_id == subject_id)
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


def refuse_return(event: MemberReactivated) -> None:
    """Let nobody open the account of a person who wants to be erased, whatever they do it by.

    :raises Refused: ``wants-erasure``.
    """
    if standing(db.session.get_one(Member, event.member_id).subject_id) is not None:
        raise Refused(wants_to_go())


def forget_unconfirmed(now: datetime) -> list[int]:
    """Begin to erase whoever joined long ago and never confirmed the address; return those erasures.

    Nobody ever saw their handles, so these are free again; so are those that somebody typed to join with an address that
    is a member's, at the same moment: otherwise a handle that stays taken would tell that the address is known.
    """
    cutoff = now - UNCONFIRMED
    late = list(db.session.scalars(_unconfirmed(cutoff).limit(_UNCONFIRMED_AT_ONCE)))
    made = [_forget(member_id, cutoff, now) for member_id in late]
    is_all = len(late) < _UNCONFIRMED_AT_ONCE
    members.free_reserved_handles(cutoff if is_all else _joined(late[-1]))
    return [erasure.id for erasure in made if erasure is not None]


def standing(subject_id: int) -> Erasure | None:
    """Return the wish that stands, carried out or not."""
    mine = sa.select(Erasure).where(Erasure.subject_id == subject_id, Erasure.undone_at.is_(None))
    found: Erasure | None = db.session.scalar(mine)
    return found


def is_wished(subject_id: InstrumentedAttribute[int]) -> sa.ColumnElement[bool]:
    """Whether the person of an outer query asked for it, also while they can still take that back."""
    mine = (Erasure.subject_id == subject_id, Erasure.undone_at.is_(None))
    return sa.exists().where(*mine).correlate(subject_id.class_)


def begun(subject_ids: Collection[int]) -> set[int]:
    """Return which of some people are being erased and can't undo it any more, or were."""
    db.session.flush()
    return {row.subject_id for row in _BEGUN.rows(database.connection(), sorted(subject_ids))}


_BEGUN = Among(
    lambda some: sa.select(Erasure.subject_id).where(
        Erasure.begun_at.is_not(None), Erasure.undone_at.is_(None), Erasure.subject_id.in_(some)
    )
)


def member_of(subject_id: int) -> Member | None:
    """Return the account of a subject, if there is one."""
    found: Member | None = db.session.scalar(sa.select(Member).where(Member.subject_id == subject_id))
    return found


def _unconfirmed(cutoff: datetime) -> sa.Select[int]:
    leaving = is_wished(Member.subject_id)
    staff = sa.select(Role.id).where(Role.member_id == Member.id)
    return (
        sa.select(Member.id)
        .where(Member.confirmed_at.is_(None), Member.created_at < cutoff, ~leaving, ~staff.exists())
        .order_by(Member.created_at, Member.id)
    )


def _forget(member_id: int, cutoff: datetime, now: datetime) -> Erasure | None:
    """Begin one erasure, unless the address is being confirmed at this moment. Nobody is there to undo it."""
    member = _locked(Member.id == member_id)
    if member is None or member.is_confirmed:
        return None
    erasure = ask(member.subject_id, via="unconfirmed", now=now, grace=timedelta(0))
    erasure.begun_at = now
    members.free_handles(member)
    return erasure


def _joined(member_id: int) -> datetime:
    return db.session.get_one(Member, member_id).created_at


def _locked(which: sa.ColumnElement[bool]) -> Member | None:
    """Return a member as they are now, locked: joining, closing and opening the account take turns with this."""
    mine = sa.select(Member).where(which).with_for_update().execution_options(populate_existing=True)
    found: Member | None = db.session.scalar(mine)
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
