"""Who may see which member; every room's lists ask here. Absent, unconfirmed, deactivated and blocked look alike: 404."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import abort, current_app
from sqlalchemy import orm

from clozette.accounts import handles
from clozette.accounts.models import ApiToken, Block, Member, Passkey, SignIn
from clozette.kernel.database import db
from clozette.kernel.viewer import Viewer

MemberColumn = sa.ColumnElement[Any] | orm.InstrumentedAttribute[Any]


def is_present() -> sa.ColumnElement[bool]:
    """Return the SQL condition on ``Member`` that others may see the member at all: confirmed and not deactivated."""
    return sa.and_(Member.confirmed_at.is_not(None), Member.deactivated_at.is_(None))


def not_blocked(viewer: Viewer, member_id: MemberColumn) -> sa.ColumnElement[bool]:
    """Return the SQL condition that neither the viewer nor the member in the column ``member_id`` blocks the other."""
    return sa.true() if viewer.member_id is None else unblocked(viewer.member_id, member_id)


def unblocked(one: int | sa.ColumnElement[int], other: MemberColumn) -> sa.ColumnElement[bool]:
    """Return the SQL condition that neither of two members blocks the other; for statements that are made once."""
    blocked_by_one = sa.exists().where(Block.blocker_id == one, Block.blocked_id == other)
    blocks_one = sa.exists().where(Block.blocked_id == one, Block.blocker_id == other)
    return ~blocked_by_one & ~blocks_one


def is_blocked_between(one_id: int, other_id: int) -> bool:
    """Whether either of two members blocks the other."""
    either = sa.or_(
        sa.and_(Block.blocker_id == one_id, Block.blocked_id == other_id),
        sa.and_(Block.blocker_id == other_id, Block.blocked_id == one_id),
    )
    return bool(db.session.scalar(sa.select(sa.exists().where(either))))


def visible_to(viewer: Viewer) -> sa.Select[Member]:
    """Return the members that the viewer may see; oneself always, even before the mail address is confirmed."""
    seen = is_present() & not_blocked(viewer, Member.id)
    if viewer.member_id is not None:
        seen = seen | (Member.id == viewer.member_id)
    return sa.select(Member).where(seen)


def member_by_handle(viewer: Viewer, handle: str) -> Member:
    """Return the member with this handle if the viewer may see them, or 404. A handle of the past leads to nobody."""
    return _found(db.session.scalar(visible_to(viewer).where(Member.handle == handles.normalise(handle))))


def member_to_block(viewer: Viewer, handle: str) -> Member:
    """Return the member whom the viewer wants to block; also one who is blocked already, or deactivated."""
    they_block = sa.exists().where(Block.blocker_id == Member.id, Block.blocked_id == viewer.member_id)
    known = sa.select(Member).where(
        Member.handle == handles.normalise(handle), Member.confirmed_at.is_not(None), ~they_block
    )
    return _found(db.session.scalar(known))


def blocked_member(viewer: Viewer, handle: str) -> Member:
    """Return a member whom the viewer blocks, whatever else is between them, or 404."""
    mine = sa.select(Member).join(Block, Block.blocked_id == Member.id).where(Block.blocker_id == viewer.member_id)
    return _found(db.session.scalar(mine.where(Member.handle == handles.normalise(handle))))


def oneself(viewer: Viewer) -> Member:
    """Return the viewer's own row; for the viewer's settings."""
    return db.session.get_one(Member, viewer.member_id)


def own_sign_in(viewer: Viewer, sign_in_id: int) -> SignIn:
    """Return one of the viewer's open sessions, or 404."""
    row = db.session.get(SignIn, sign_in_id)
    if row is None or row.member_id != viewer.member_id or row.ended_at is not None:
        abort(404)
    return row


def own_passkey(viewer: Viewer, passkey_id: int) -> Passkey:
    """Return one of the viewer's passkeys, or 404."""
    row = db.session.get(Passkey, passkey_id)
    if row is None or row.user_id != viewer.member_id:
        abort(404)
    return row


def own_token(viewer: Viewer, token_id: int) -> ApiToken:
    """Return one of the viewer's API tokens that still work, or 404."""
    row = db.session.get(ApiToken, token_id)
    if row is None or row.member_id != viewer.member_id or row.revoked_at is not None:
        abort(404)
    return row


def _found(member: Member | None) -> Member:
    if member is None:
        abort(404)
    return member


def page_of_subject(subject_id: int) -> tuple[str, str] | None:
    """Return a member's name and the address of their page by their subject; for the rooms below that know no members."""
    member = db.session.scalar(sa.select(Member).where(Member.subject_id == subject_id))
    if member is None:
        return None
    return member.display_name, f"{current_app.extensions['clozette.origin']}/@{member.handle}"


def is_minor_subject(subject_id: int, now: datetime) -> bool:
    """Whether a subject is a member who is under age; for the rooms below that know no members."""
    member = db.session.scalar(sa.select(Member).where(Member.subject_id == subject_id))
    return member is not None and member.is_minor(now.date())
