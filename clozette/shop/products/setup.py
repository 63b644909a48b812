"""Plugs products in: their pages, and the clock."""

from flask import Flask

from clozette.kernel import tasks
from clozette.shop.products import views
from clozette.shop.products.tasks import sweep_products


def init_app(app: Flask) -> None:
    """Do that."""
    app.register_blueprint(views.blueprint)
    tasks.schedule(app, "35 3 * * *", sweep_products)
