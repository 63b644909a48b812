"""Plugs the part in: what points are for, and the way to surveys from the page of contests."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from clozette.community import points
from clozette.contests.surveys import queries, services, wording
from clozette.kernel import early
from clozette.kernel.web import slots


def init_app(app: Flask) -> None:
    """Do that."""
    points.register(app, points.Rule(services.POINTS_RULE, wording.points_for))
    early.offer(app, services.KIND, early.Kind(_l("Survey"), queries.coming, queries.thing))
    slots.fill(app, "contests.ways", "contests/_more_ways.html")
