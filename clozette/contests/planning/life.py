"""The life of a contest: which state may follow which, and the one statement that every change of state is.

What must be done before a state (votes frozen, a draw drawn) other parts say by ``block``; what follows from it they
hear as an event, inside the same transaction.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app

from clozette.contests.planning import events as contest_events
from clozette.contests.planning.models import STATES, Contest
from clozette.kernel import events
from clozette.kernel.database import db
from clozette.kernel.refusal import Refusal, refuse

TRANSITIONS: dict[str, tuple[str, ...]] = {
    "draft": ("checked",),
    "checked": ("draft", "published"),
    "published": ("draft", "open", "cancelled"),
    "open": ("closed", "cancelled"),
    "closed": ("judged", "cancelled"),
    "judged": ("announced", "cancelled"),
    "announced": ("done",),
    "done": (),
    "cancelled": (),
}
"""What may follow each state."""

_HAPPENED: dict[str, Callable[[int], Any]] = {
    "published": contest_events.ContestPublished,
    "open": contest_events.ContestOpened,
    "closed": contest_events.ContestClosed,
    "judged": contest_events.ContestJudged,
    "announced": contest_events.ContestAnnounced,
    "cancelled": contest_events.ContestCancelled,
}
_BLOCKS = "clozette.contests.blocks"
Block = Callable[[Contest, datetime], Refusal | None]
"""Says why a contest can't go into a state yet; nothing where it may."""


def block(app: Flask, state: str, name: str, fn: Block) -> None:
    """Let ``fn`` be asked before a contest goes into ``state``; for the wiring page."""
    assert state in STATES, state
    app.extensions.setdefault(_BLOCKS, {}).setdefault(state, {})[name] = fn


def why_not(contest: Contest, to: str, now: datetime) -> Sequence[Refusal]:
    """Return everything that still keeps a contest from a state."""
    known: dict[str, dict[str, Block]] = current_app.extensions.get(_BLOCKS, {})
    return [refusal for fn in known.get(to, {}).values() if (refusal := fn(contest, now)) is not None]


def move(contest: Contest, to: str, *conditions: sa.ColumnElement[bool], now: datetime, **values: Any) -> bool:
    """Bring a contest from the state that its row was read with into another; say whether it went.

    Of two at once one goes. ``conditions`` stand in the statement itself, so that what they say is true at that moment.

    :raises Refused: if something keeps it from there.
    """
    came_from = contest.state
    if to not in TRANSITIONS[came_from]:
        return False
    refuse(next(iter(why_not(contest, to, now)), None))
    step = sa.update(Contest).where(Contest.id == contest.id, Contest.state == came_from, *conditions)
    step = step.values(state=to, state_at=now, **values)
    moved = bool(db.session.execute(step).rowcount)  # type: ignore[attr-defined]
    db.session.refresh(contest)
    if moved and to in _HAPPENED:
        events.publish(_HAPPENED[to](contest.id))
    return moved
