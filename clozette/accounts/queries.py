"""Reads for the pages of accounts."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from clozette.accounts import beside
from clozette.accounts.models import Block, Member, SignIn
from clozette.kernel.database import db
from clozette.kernel.viewer import Viewer


@dataclass(frozen=True)
class Known:
    """What a sign-in by password needs to know; read outside of the transaction that follows."""

    member_id: int
    password: str


def known_by_mail(canonical: str | None) -> Known | None:
    """Return the member of an address. Read beside the request's transaction: a password is hashed before that begins."""
    if canonical is None:
        return None
    wanted = sa.select(Member.id, Member.password).where(Member.email_canonical == canonical)
    return _known(wanted)


def known_by_id(member_id: int) -> Known | None:
    """Return the password of a member, read beside the request's transaction like above."""
    return _known(sa.select(Member.id, Member.password).where(Member.id == member_id))


def _known(wanted: sa.Select[int, str]) -> Known | None:
    found = beside.rows(wanted)
    return Known(*found[0]) if found else None


def open_sign_ins(viewer: Viewer) -> Sequence[SignIn]:
    """Return the viewer's open sessions, the one of this browser first, then the latest used."""
    mine = sa.select(SignIn).where(SignIn.member_id == viewer.member_id, SignIn.ended_at.is_(None))
    return db.session.scalars(mine.order_by(SignIn.id != viewer.session_id, SignIn.last_seen_at.desc())).all()


def blocked_by(viewer: Viewer) -> Sequence[Member]:
    """Return whom the viewer blocks, the latest first."""
    mine = sa.select(Member).join(Block, Block.blocked_id == Member.id).where(Block.blocker_id == viewer.member_id)
    return db.session.scalars(mine.order_by(Block.id.desc())).all()
