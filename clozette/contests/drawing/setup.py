"""What the drawing of contests plugs into the application besides its pages and its listeners."""

from flask import Flask

from clozette.contests.drawing import queries, services
from clozette.contests.planning import deciding, life


def init_app(app: Flask) -> None:
    """Read the chain, decide contests that are drawn, and keep them from being judged before."""
    services.read_chain(app)
    deciding.register(app, "draw", services.order)
    life.block(app, "judged", "draw", services.why_not_judged)
    app.jinja_env.globals["draw_of_contest"] = queries.draw_of
