"""Plugs the part in: what points are spent for, what can be opened early, and for whom it is."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from clozette.community import points
from clozette.contests.promotions import early as opened
from clozette.contests.promotions import queries, services, wording
from clozette.kernel import early


def init_app(app: Flask) -> None:
    """Do that."""
    points.register(app, points.Rule(services.POINTS_RULE, wording.points_for))
    early.offer(app, services.KIND, early.Kind(_l("Promotion"), queries.coming, queries.thing))
    early.answer_with(app, opened.has_early_access)
