"""Plugs the jury in: who decides, what keeps a contest from being decided, who words what."""

from flask import Flask

from clozette.community import notifications
from clozette.contests.judging import events as jury_events
from clozette.contests.judging import planned, queries, services, standings, tasks, wording
from clozette.contests.judging.models import Judge
from clozette.contests.planning import deciding, life
from clozette.contests.planning import events as contest_events
from clozette.contests.planning.models import Contest
from clozette.kernel import events
from clozette.kernel.web import gate, slots


def init_app(app: Flask) -> None:
    """Do that."""
    deciding.register(app, "jury", standings.order)
    life.block(app, "judged", "jury", services.why_not_judged)
    slots.fill(app, "contest.ways", "contests/_own_jury.html")
    slots.fill(app, "contest.results", "contests/_score_sheet.html")
    slots.fill(app, "contest.facts", "contests/_rounds.html")
    app.jinja_env.globals.update(
        seat_of_viewer=_own_seat, has_score_sheet=standings.is_public, has_nobody=standings.has_nobody
    )
    app.jinja_env.globals.update(jury_plan=wording.plan)
    for kind in wording.TOLD:
        notifications.register(app, kind, wording.teller(kind))


def listen(app: Flask) -> None:
    """State the rounds of what was published; tell judges what happened, after the commit."""
    events.listen(app, contest_events.ContestPublished, inside=(planned.promise,))
    events.listen(app, jury_events.JudgeNamed, after=(tasks.tell_judge,))
    events.listen(app, jury_events.EntriesAllotted, after=(tasks.tell_judges_of_entries,))


def _own_seat(contest: Contest) -> Judge | None:
    return queries.seat_of(gate.viewer(), contest)
