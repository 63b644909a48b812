"""What a contest states for everybody, once: each fact is a row that nobody can change and a leaf of the public tree.

Kinds: ``rules``, ``rounds`` (how a jury is to judge), ``seed``, ``witness``, ``entries``, ``beacon``, ``beacon_moved``, ``draw``, ``votes``, ``ballots``,
``results``, ``cancelled``. A fact holds digests, numbers and words of ours: nothing about a person.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from clozette.contests.planning.models import Fact
from clozette.kernel import ids
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.privacy import ledger

KIND = "contest_fact"
Content = Mapping[str, str | int | list[str] | None]


class Stated(Exception):
    """The contest has stated something else under this name."""


def state(contest_id: int, kind: str, content: Content, *, now: datetime, number: int = 0) -> Fact:
    """Write a fact down; the same once more changes nothing.

    :raises Stated: if another content stands there.
    """
    about = {"contest_id": contest_id, "kind": kind, "number": number}
    is_new = insert_once(Fact, id=new_id(), at=now, content=dict(content), **about)
    fact = of(contest_id, kind, number)
    if fact is None or fact.content != dict(content):
        raise Stated(f"contest {contest_id} has stated {kind} {number} otherwise")
    if is_new:
        ledger.commit_to(KIND, fact.id, leaf(fact), None)
    return fact


def of(contest_id: int, kind: str, number: int = 0) -> Fact | None:
    """Return one fact."""
    wanted = sa.select(Fact).where(Fact.contest_id == contest_id, Fact.kind == kind, Fact.number == number)
    found: Fact | None = db.session.scalar(wanted)
    return found


def all_of(contest_id: int) -> Sequence[Fact]:
    """Return everything that a contest stated, in order."""
    return db.session.scalars(sa.select(Fact).where(Fact.contest_id == contest_id).order_by(Fact.at, Fact.id)).all()


def leaf(fact: Fact) -> bytes:
    """Return what the tree says of a fact."""
    about: dict[str, str | int | list[str] | None] = {
        "contest": ids.encode(fact.contest_id),
        "kind": fact.kind,
        "number": fact.number,
        "at": ledger.moment(fact.at),
    }
    return ledger.payload(about | {f"said.{name}": value for name, value in fact.content.items()})


ledger.register_kind(ledger.Kind(KIND, Fact, leaf, subject_of=None))
