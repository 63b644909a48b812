"""Who still has to be told of a version."""

import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.kernel.database import db
from clozette.privacy.policies import versions
from clozette.privacy.policies.models import PolicyNotice
from clozette.privacy.policies.versions import PolicyVersion


def version(policy_id: int) -> PolicyVersion | None:
    """Return a version by its row."""
    known = [one for kind in ("policy", "terms") for one in versions.every(kind)]
    return next((one for one in known if one.row_id == policy_id), None)


def untold(told_of: PolicyVersion, after: int, limit: int) -> list[int]:
    """Return members, by id, who were not told yet: of a version in the language they read, once."""
    told = sa.select(PolicyNotice.id).where(
        PolicyNotice.policy_id == told_of.row_id, PolicyNotice.subject_id == Member.subject_id
    )
    waiting = (
        sa.select(Member.id)
        .where(Member.id > after, Member.confirmed_at.is_not(None), Member.deactivated_at.is_(None), ~told.exists())
        .where(_reads(told_of))
        .order_by(Member.id)
        .limit(limit)
    )
    return list(db.session.scalars(waiting))


def was_told(policy_id: int, subject_id: int) -> bool:
    """Whether somebody was told of a version."""
    told = sa.select(PolicyNotice.id).where(PolicyNotice.policy_id == policy_id, PolicyNotice.subject_id == subject_id)
    return db.session.scalar(told) is not None


def _reads(told_of: PolicyVersion) -> sa.ColumnElement[bool]:
    """Whether a member reads the version's language, or no language that has a version of the same day of its own."""
    twins = [
        one.language
        for one in versions.every(told_of.kind)
        if (one.edition, one.id) == (told_of.edition, told_of.id) and one.language != told_of.language
    ]
    own = Member.locale.startswith(told_of.language)
    if not twins:
        return sa.true()
    first = min([told_of.language, *twins]) == told_of.language  # who reads neither is told in one of them
    neither = ~sa.or_(*(Member.locale.startswith(language) for language in [told_of.language, *twins]))
    return sa.or_(own, neither) if first else own
