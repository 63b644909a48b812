"""How a sponsor's people find their pages."""

from flask import Flask

from clozette.contests.sponsors import queries
from clozette.kernel.viewer import Viewer
from clozette.kernel.web import gate, pages, slots


def init_app(app: Flask) -> None:
    """Put the way to the sponsor's pages into the menu and the settings of whoever signs in for one."""
    app.jinja_env.globals.update(sponsor_of_viewer=lambda: queries.signed_in_for(gate.viewer()))
    pages.show_in_frame(app, "sponsor_name", _in_menu)
    slots.fill(app, "settings.notes", "contests/sponsor/_way.html")


def _in_menu(viewer: Viewer) -> str:
    """Ask nothing for those to whom the pages are closed: without a second factor they lead nowhere."""
    return queries.signed_in_for(viewer) if viewer.has_second_factor else ""
