"""The things that something is shared for, as the pages of marketing know them: what each is called, and when its terms stand."""

from dataclasses import dataclass

import sqlalchemy as sa
from flask import abort
from flask_babel import gettext as _

from clozette.contests.planning.models import Contest, Prize
from clozette.contests.sponsors import sharing
from clozette.kernel import ids
from clozette.kernel.database import db
from clozette.kernel.refusal import Refusal, Refused

_DRAFTS = ("draft", "checked")


@dataclass(frozen=True)
class Thing:
    """One of them. ``page`` is where marketing works on it; ``is_fixed``: people have read its terms."""

    kind: str
    id: int
    title: str
    page: str
    is_fixed: bool

    @property
    def here(self) -> str:
        """Return where its sharing is set."""
        return f"/marketing/{self.kind}s/{ids.encode(self.id)}/sharing"


def thing(kind: str, object_id: int) -> Thing:
    """Return a thing by its kind and id, or answer 404."""
    title = sharing.title_of_object(kind, object_id)
    if title is None:
        abort(404)
    contest = _contest_of(kind, object_id)
    page = f"/marketing/contests/{ids.encode(contest.id)}"
    return Thing(kind, object_id, title, page, contest.state not in _DRAFTS)


def prizes_of(found: Thing) -> list[Thing]:
    """Return the prizes of a contest, whose sending is shared by itself."""
    if found.kind != "contest":
        return []
    prizes = sa.select(Prize.id).where(Prize.contest_id == found.id).order_by(Prize.position)
    return [thing("prize", prize_id) for prize_id in db.session.scalars(prizes)]


def reopen(found: Thing) -> None:
    """Note that terms of a draft change: what was checked before is to be checked again. One statement.

    :raises Refused: once people could read them.
    """
    contest = _contest_of(found.kind, found.id)
    draft = sa.update(Contest).where(Contest.id == contest.id, Contest.state.in_(_DRAFTS))
    changed = draft.values(state="draft", checked_sha256=None, version=Contest.version + 1).returning(Contest.id)
    if db.session.scalar(changed) is None:
        raise Refused(fixed())
    db.session.refresh(contest)


def fixed() -> Refusal:
    """Say that the terms were read by people already."""
    return Refusal("published", _("People have read these terms. They change with a new version of the rules alone."))


def _contest_of(kind: str, object_id: int) -> Contest:
    contest_id = object_id if kind == "contest" else db.session.get_one(Prize, object_id).contest_id
    return db.session.get_one(Contest, contest_id)
