"""The one page that knows every room: blueprints, event handlers, personal data, schedules."""

from flask import Flask

from clozette.api import openapi
from clozette.api import views as api_views
from clozette.community import personal_data as community_data
from clozette.kernel import personal_data as kernel_data
from clozette.kernel.personal import Declaration
from clozette.kernel.web import api
from clozette.privacy import personal_data as privacy_data
from clozette.privacy import views as privacy_views

# What each room keeps about people; export, erasure and the notice run on this alone.
PERSONAL_DATA: dict[str, Declaration] = {
    "kernel": kernel_data.TABLES,
    "community": community_data.TABLES,
    "privacy": privacy_data.TABLES,
}


# The rooms' JSON blueprints (<room>/api.py), in the order the API's page shows them.
JSON_BLUEPRINTS: tuple[api.Blueprint, ...] = ()


def connect(app: Flask) -> None:
    """Plug every room into ``app``."""
    _pages(app)
    openapi.connect(app, JSON_BLUEPRINTS)
    _listeners(app)


def _pages(app: Flask) -> None:
    for blueprint in (privacy_views.blueprint, api_views.blueprint):
        app.register_blueprint(blueprint)


def _listeners(app: Flask) -> None:
    """Who hears which event: inside the transaction, or as a task after the commit."""
