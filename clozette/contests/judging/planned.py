"""The rounds that a jury is to judge in, as everybody knows them: stated once a contest is published, and with each change."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _

from clozette.contests import facts
from clozette.contests.judging import queries
from clozette.contests.planning.events import ContestPublished
from clozette.contests.planning.models import Contest, Fact
from clozette.kernel.database import db
from clozette.kernel.refusal import Refusal, Refused

FACT = "rounds"
SECRET = ("draft", "checked")
"""States in which nobody outside knows of a contest."""


def promise(event: ContestPublished) -> None:
    """State the rounds of a contest that was published; once more if other ones were planned meanwhile."""
    contest = db.session.get_one(Contest, event.contest_id)
    if contest.decided_by == "jury":
        restate(contest, "", now=contest.state_at)


def stated(contest: Contest) -> Sequence[Fact]:
    """Return every plan that was stated, in order."""
    return sorted((fact for fact in facts.all_of(contest.id) if fact.kind == FACT), key=lambda fact: fact.number)


def restate(contest: Contest, because: str, *, now: datetime) -> None:
    """State the rounds as they are now, with the reason for a change; the contest's row is held."""
    if contest.state in SECRET:
        return
    db.session.flush()
    counted = queries.methods(contest)
    lines = [line(one.number, counted[one.number], one.quorum, one.takes) for one in queries.rounds_of(contest)]
    before = stated(contest)
    if lines != (before[-1].content["method"] if before else []):
        number = before[-1].number + 1 if before else 1
        facts.state(contest.id, FACT, {"method": lines, "because": because}, now=now, number=number)


def refuse_unsaid(contest: Contest, because: str) -> None:
    """Refuse a change of what was stated without a reason.

    :raises Refused: then.
    """
    if not because and contest.state not in SECRET and stated(contest):
        raise Refused(Refusal("because", _("These rounds are public: say why they change."), "because"))


def line(number: int, counted: str, quorum: int, takes: int) -> str:
    """Return a round as facts say it."""
    return f"{number} {counted} quorum {quorum} takes {takes}"
