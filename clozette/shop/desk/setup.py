"""Plugs in what the staff see of the bazaar."""

from flask import Flask

from clozette.shop.desk import views


def init_app(app: Flask) -> None:
    """Do that."""
    app.register_blueprint(views.blueprint)
