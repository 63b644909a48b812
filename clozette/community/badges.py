"""Badges: records that somebody stated about a member, with the rule and the evidence; no rank ever reads them.

The room that gives a badge words its kind: it registers a *renderer* on the wiring page.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from flask import Flask, current_app

from clozette.accounts.models import Member
from clozette.community.events import BadgeGiven
from clozette.community.models import Badge
from clozette.community.notifications import Line
from clozette.kernel.database import db, insert_once
from clozette.kernel.events import publish
from clozette.kernel.ids import new_id
from clozette.kernel.paging import PAGE_SIZE, Page, page_of

_KEY, _CHOOSERS = "clozette.badges", "clozette.badges.shown"

Renderer = Callable[[Sequence[Badge]], Mapping[int, Line]]
"""Words badges of one kind: their ids to what they are called, with the address of the evidence."""
Chooser = Callable[[int, Sequence[Badge]], Collection[int]]
"""Says which of a member's badges of one kind others may see: those whose showing the member agreed to."""


def init_app(app: Flask) -> None:
    """Give templates ``badges_of(member_id)``: how the badges read that others may see, newest first."""
    app.jinja_env.globals["badges_of"] = _shown


def register(app: Flask, kind: str, render: Renderer, choose: Chooser) -> None:
    """Let ``render`` word the badges of ``kind``, and ``choose`` say which of them others see; on the wiring page."""
    app.extensions.setdefault(_KEY, {})[kind] = render
    app.extensions.setdefault(_CHOOSERS, {})[kind] = choose


def give(
    member_id: int, *, kind: str, issuer: str, rule: str, evidence_kind: str, evidence_id: int, now: datetime
) -> bool:
    """Give a badge, once for one piece of evidence: one that was revoked does not come back by itself."""
    badge_id = new_id()
    stated = {"issuer": issuer, "rule": rule, "evidence_kind": evidence_kind, "evidence_id": evidence_id}
    is_new = insert_once(Badge, id=badge_id, member_id=member_id, kind=kind, at=now, **stated)
    if is_new:
        publish(BadgeGiven(badge_id))
    return is_new


def revoke(badge_id: int, *, because: str, now: datetime) -> bool:
    """Let a badge count no more; say whether this did. The record stays, with the reason."""
    standing = sa.update(Badge).where(Badge.id == badge_id, Badge.revoked_at.is_(None))
    done = standing.values(revoked_at=now, revoked_because=because).returning(Badge.id)
    return db.session.scalar(done) is not None


def of(member_id: int, *, revoked: bool = False) -> Sequence[Badge]:
    """Return a member's badges, newest first.

    :param revoked: whether those that count no more are among them: for the member themself.
    """
    wanted = sa.select(Badge).where(Badge.member_id == member_id).order_by(Badge.id.desc())
    return db.session.scalars(wanted if revoked else wanted.where(Badge.revoked_at.is_(None))).all()


def public(member_id: int) -> list[Badge]:
    """Return the badges of a member that others may see, newest first."""
    held = of(member_id)
    choosers: dict[str, Chooser] = current_app.extensions.get(_CHOOSERS, {})
    seen: set[int] = set()
    for kind in {badge.kind for badge in held} & choosers.keys():
        seen.update(choosers[kind](member_id, [badge for badge in held if badge.kind == kind]))
    return [badge for badge in held if badge.id in seen]


def one(badge_id: int) -> Badge | None:
    """Return a badge, revoked or not."""
    return db.session.get(Badge, badge_id)


def given(after: int | None = None) -> Page[tuple[Badge, str]]:
    """Return a page of everybody's badges with the handles, newest first; for staff."""
    wanted = sa.select(Badge, Member.handle).join(Member, Member.id == Badge.member_id)
    wanted = wanted.order_by(Badge.id.desc()).limit(PAGE_SIZE + 1)
    if after is not None:
        wanted = wanted.where(Badge.id < after)
    rows = [(badge, handle) for badge, handle in db.session.execute(wanted)]
    return page_of(rows, lambda row: row[0].id)


def lines(badges: Sequence[Badge]) -> dict[int, Line]:
    """Return how badges read, by their ids; what no room words any more is left out."""
    renderers: dict[str, Renderer] = current_app.extensions.get(_KEY, {})
    found: dict[int, Line] = {}
    for kind in {badge.kind for badge in badges}:
        if kind in renderers:
            found |= renderers[kind]([badge for badge in badges if badge.kind == kind])
    return found


def _shown(member_id: int) -> list[Line]:
    held = public(member_id)
    known = lines(held)
    return [known[badge.id] for badge in held if badge.id in known]
