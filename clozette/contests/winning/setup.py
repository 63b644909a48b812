"""Plugs the part in: what contests' pages show of a result, who words what, what blocks the end of a contest."""

from datetime import datetime

from flask import Flask
from flask_babel import gettext as _

from clozette.community import badges, notifications
from clozette.contests.planning import life
from clozette.contests.planning.models import Contest
from clozette.contests.winning import awards, queries, wording
from clozette.contests.winning.models import Winner
from clozette.kernel.refusal import Refusal
from clozette.kernel.web import gate, slots


def init_app(app: Flask) -> None:
    """Do that."""
    slots.fill(app, "contest.results", "contests/_own_prize.html")
    app.jinja_env.globals["own_prize"] = _own_prize
    badges.register(app, awards.KIND, wording.badge, awards.shown)
    for kind in wording.TOLD:
        notifications.register(app, kind, wording.teller(kind))
    life.block(app, "done", "prizes", why_not_done)


def why_not_done(contest: Contest, _now: datetime) -> Refusal | None:
    """Say why a contest is not over yet: a prize is still to be given."""
    if queries.is_any_open(contest.id):
        return Refusal("prizes_open", _("Not every prize has arrived yet."))
    return None


def _own_prize(contest: Contest) -> Winner | None:
    viewer = gate.viewer()
    return queries.of_member(contest.id, viewer.member_id) if viewer.member_id is not None else None
