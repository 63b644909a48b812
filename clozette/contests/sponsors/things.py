"""The things that something is shared for, as the pages of marketing know them: what each is called, and when its terms stand."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import abort
from flask_babel import gettext as _

from clozette.contests.planning import queries
from clozette.contests.planning import services as planning
from clozette.contests.planning.models import Contest, Prize
from clozette.contests.planning.plans import terms_of
from clozette.contests.promotions.models import Promotion
from clozette.contests.sponsors import sharing
from clozette.contests.surveys.models import Survey
from clozette.kernel import ids
from clozette.kernel.database import db
from clozette.kernel.refusal import Refusal, Refused

_OF_HOUSE: dict[str, Any] = {"survey": Survey, "promotion": Promotion}
"""Things whose terms stand from their publication on, without rules that could change."""


@dataclass(frozen=True)
class Thing:
    """One of them. ``page`` is where marketing works on it; ``is_fixed``: people have read its
    terms; ``may_change``: they still may change, with a reason.
    """

    kind: str
    id: int
    title: str
    page: str
    is_fixed: bool
    may_change: bool

    @property
    def here(self) -> str:
        """Return where its sharing is set."""
        return f"/marketing/{self.kind}s/{ids.encode(self.id)}/sharing"


def thing(kind: str, object_id: int) -> Thing:
    """Return a thing by its kind and id, or answer 404."""
    title = sharing.title_of_object(kind, object_id)
    if title is None:
        abort(404)
    if kind in _OF_HOUSE:
        found = db.session.get_one(_OF_HOUSE[kind], object_id)
        if kind == "promotion" and found.kind == "draw":
            abort(404)  # nobody is asked there: who takes part is asked by its contest
        is_draft = found.state == "draft"
        page = f"/marketing/{kind}s/{ids.encode(object_id)}"
        return Thing(kind, object_id, title, page, is_fixed=not is_draft, may_change=is_draft)
    contest = _contest_of(kind, object_id)
    fixed = contest.state not in queries.UNPUBLISHED
    page = f"/marketing/contests/{ids.encode(contest.id)}"
    may_change = not fixed or contest.state in planning.CHANGING
    return Thing(kind, object_id, title, page, is_fixed=fixed, may_change=may_change)


def prizes_of(found: Thing) -> list[Thing]:
    """Return the prizes of a contest, whose sending is shared by itself."""
    if found.kind != "contest":
        return []
    prizes = sa.select(Prize.id).where(Prize.contest_id == found.id).order_by(Prize.position)
    return [thing("prize", prize_id) for prize_id in db.session.scalars(prizes)]


def change(found: Thing, deed: Callable[[], object], *, because: str, now: datetime) -> None:
    """Change what is shared. A draft is to be checked again; what people have read changes with a new version of the
    rules, about which everybody who entered is asked (requirement 74).

    :raises Refused: once entries are closed, and for people's terms without a reason.
    """
    if not found.is_fixed:
        _reopen(found)
        deed()
        return
    if found.kind in _OF_HOUSE or not found.may_change:
        raise Refused(closed())
    contest = _contest_of(found.kind, found.id)
    if not because:
        raise Refused(Refusal("because", _("People have read these terms: say why they change."), "because"))
    try:
        deed()
        said: dict[str, Any] = {"because": because, "version": contest.version, "now": now}
        planning.change_rules(contest, {}, terms_of(contest.terms), **said)
    except planning.BadPlan as lacking:
        raise Refused(Refusal("lacking", lacking.faults[0].words)) from None


def _reopen(found: Thing) -> None:
    """Note that terms of a draft change: what was checked before is to be checked again. One statement."""
    if found.kind in _OF_HOUSE:
        model = _OF_HOUSE[found.kind]
        draft = sa.update(model).where(model.id == found.id, model.state == "draft")
        draft = draft.values(version=model.version + 1)
        row: Any = db.session.get_one(model, found.id)
    else:
        row, model = _contest_of(found.kind, found.id), Contest
        draft = sa.update(Contest).where(Contest.id == row.id, Contest.state.in_(queries.UNPUBLISHED))
        draft = draft.values(state="draft", checked_sha256=None, version=Contest.version + 1)
    if db.session.scalar(draft.returning(model.id)) is None:
        raise Refused(closed())
    db.session.refresh(row)


def closed() -> Refusal:
    """Say that people entered under these terms, and that entries are closed."""
    return Refusal("closed", _("Entries are closed: what people agreed to stays as they read it."))


def _contest_of(kind: str, object_id: int) -> Contest:
    contest_id = object_id if kind == "contest" else db.session.get_one(Prize, object_id).contest_id
    return db.session.get_one(Contest, contest_id)
