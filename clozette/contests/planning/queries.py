"""Reads of contests for pages and for other parts."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import load_only, selectinload

from clozette.contests.planning.models import Contest, Prize, Rules
from clozette.contests.sponsors.models import Sponsor
from clozette.kernel.database import db
from clozette.kernel.paging import PAGE_SIZE, Page, page_of

UNPUBLISHED = ("draft", "checked")
OVER = ("closed", "judged", "announced", "done", "cancelled")
"""States in which no entry is taken any more."""
_SHOWN = selectinload(Contest.prizes)


def prizes_of(contest: Contest) -> Sequence[Prize]:
    """Return a contest's prizes, first ones first."""
    return db.session.scalars(sa.select(Prize).where(Prize.contest_id == contest.id).order_by(Prize.position)).all()


def rules_of(contest: Contest, number: int | None = None) -> Rules | None:
    """Return the rules that hold, or one version of them."""
    if number is None:
        return db.session.get(Rules, contest.rules_id) if contest.rules_id else None
    return db.session.scalar(sa.select(Rules).where(Rules.contest_id == contest.id, Rules.number == number))


def versions_of(contest: Contest) -> Sequence[Rules]:
    """Return every version of a contest's rules, oldest first."""
    return db.session.scalars(sa.select(Rules).where(Rules.contest_id == contest.id).order_by(Rules.number)).all()


def current() -> Sequence[Contest]:
    """Return the contests that take entries or will, those that close first before the others."""
    wanted = sa.select(Contest).where(Contest.state.in_(("published", "open")))
    return db.session.scalars(wanted.order_by(Contest.state, Contest.closes_at).options(_SHOWN)).all()


def over(after: int | None) -> Page[Contest]:
    """Return a page of the contests that take no entries any more, newest first."""
    return _paged(sa.select(Contest).where(Contest.state.in_(OVER)).options(_SHOWN), after)


def public(after: int | None) -> Page[Contest]:
    """Return a page of the contests that are or were published, newest first."""
    wanted = sa.select(Contest).where(Contest.state.not_in(UNPUBLISHED))
    return _paged(wanted.options(_SHOWN), after)


def every(after: int | None) -> Page[Contest]:
    """Return a page of all contests, for staff, newest first."""
    return _paged(sa.select(Contest), after)


def sponsor_names(contests: Sequence[Contest]) -> dict[int, str]:
    """Return the names of the sponsors that stand behind some contests, by id."""
    wanted = sa.select(Sponsor.id, Sponsor.legal_name)
    found = wanted.where(Sponsor.id.in_({one.sponsor_id for one in contests if one.sponsor_id is not None}))
    return {row.id: row.legal_name for row in db.session.execute(found)}


def sponsor_of(contest: Contest) -> Sponsor | None:
    """Return the sponsor that stands behind a contest."""
    return db.session.get(Sponsor, contest.sponsor_id) if contest.sponsor_id else None


def sponsors_of(contests: Sequence[Contest]) -> dict[int, Sponsor]:
    """Return the sponsors behind contests, by contest; one without is not in it."""
    wanted = sa.select(Contest.id, Sponsor).join(Sponsor, Sponsor.id == Contest.sponsor_id)
    rows = db.session.execute(wanted.where(Contest.id.in_([one.id for one in contests])))
    return dict(rows.all())


def rules_held(contests: Sequence[Contest]) -> dict[int, Rules]:
    """Return the rules that hold, by contest, without their text; a contest without is not in it."""
    wanted = sa.select(Contest.id, Rules).join(Rules, Rules.id == Contest.rules_id)
    wanted = wanted.options(load_only(Rules.number, Rules.sha256))
    rows = db.session.execute(wanted.where(Contest.id.in_([one.id for one in contests])))
    return dict(rows.all())


def _paged(wanted: sa.Select[Contest], after: int | None) -> Page[Contest]:
    if after is not None:
        wanted = wanted.where(Contest.id < after)
    rows = db.session.scalars(wanted.order_by(Contest.id.desc()).limit(PAGE_SIZE + 1)).all()
    return page_of(rows, key=lambda one: one.id)
