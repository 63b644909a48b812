"""API tokens: made once shown once, kept as a digest, revoked for good."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from clozette.accounts import rules, secret_tokens
from clozette.accounts.events import CredentialsChanged
from clozette.accounts.models import ApiToken
from clozette.kernel import events
from clozette.kernel.database import db
from clozette.kernel.refusal import refuse

PREFIX = "clz_"  # so that a scanner of leaked secrets can tell what it found


def make(member_id: int, *, name: str, scopes: Sequence[str], days: int, now: datetime) -> str:
    """Make a token and return it; it can't be shown again."""
    refuse(rules.why_not_make_token(has=len(working(member_id, now=now))))
    token = PREFIX + secret_tokens.make()
    row = ApiToken(
        member_id=member_id,
        name=name,
        digest=secret_tokens.digest(token),
        scopes=sorted(set(scopes)),
        made_at=now,
        expires_at=now + timedelta(days=days),
    )
    db.session.add(row)
    db.session.flush()
    events.publish(CredentialsChanged(member_id, "token"))
    return token


def revoke(token: ApiToken, *, now: datetime) -> None:
    """Revoke one token."""
    token.revoked_at = now
    db.session.flush()


def revoke_all(member_id: int, *, now: datetime) -> None:
    """Revoke every token of a member."""
    working_ones = sa.update(ApiToken).where(ApiToken.member_id == member_id, ApiToken.revoked_at.is_(None))
    db.session.execute(working_ones.values(revoked_at=now))


def working(member_id: int, *, now: datetime) -> Sequence[ApiToken]:
    """Return the tokens that still work, newest first."""
    mine = sa.select(ApiToken).where(
        ApiToken.member_id == member_id, ApiToken.revoked_at.is_(None), ApiToken.expires_at > now
    )
    return db.session.scalars(mine.order_by(ApiToken.id.desc())).all()
