"""Plugs the part in: what points are for, and the way to surveys from the page of contests."""

from flask import Flask

from clozette.community import points
from clozette.contests.surveys import services, wording
from clozette.kernel.web import slots


def init_app(app: Flask) -> None:
    """Do that."""
    points.register(app, points.Rule(services.POINTS_RULE, wording.points_for))
    slots.fill(app, "contests.ways", "contests/_more_ways.html")
