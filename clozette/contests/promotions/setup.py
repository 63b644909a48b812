"""Plugs the part in: what points are spent for."""

from flask import Flask

from clozette.community import points
from clozette.contests.promotions import services, wording


def init_app(app: Flask) -> None:
    """Do that."""
    points.register(app, points.Rule(services.POINTS_RULE, wording.points_for))
