"""The one page that knows every room: blueprints, event handlers, personal data, schedules."""

from flask import Flask

from clozette.kernel.personal import Declaration
from clozette.privacy import personal_data as privacy_data
from clozette.privacy import views as privacy_views

# What each room keeps about people; export, erasure and the notice run on this alone.
PERSONAL_DATA: dict[str, Declaration] = {
    "privacy": privacy_data.TABLES,
}


def connect(app: Flask) -> None:
    """Plug every room into ``app``."""
    _pages(app)
    _listeners(app)


def _pages(app: Flask) -> None:
    for blueprint in (privacy_views.blueprint,):
        app.register_blueprint(blueprint)


def _listeners(app: Flask) -> None:
    """Who hears which event: inside the transaction, or as a task after the commit."""
