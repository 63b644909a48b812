"""What pages of contests show of the vote."""

from flask import Flask

from clozette.contests.planning import life
from clozette.contests.voting import ballots, freezing
from clozette.kernel.web import slots


def init_app(app: Flask) -> None:
    """Fill the places of contests' pages, and keep a contest from being decided before its votes are frozen."""
    app.jinja_env.globals.update(ballot_of=ballots.here)
    slots.fill(app, "contest.ways", "contests/_ballot.html")
    slots.fill(app, "entries.ways", "contests/_ballot.html")
    slots.fill(app, "entry.card", "contests/_vote.html")
    slots.fill(app, "entry.ways", "contests/_vote_here.html")
    life.block(app, "judged", "votes", freezing.not_frozen)
