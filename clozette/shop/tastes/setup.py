"""Plugs in what members tell of their own accord: its pages, and its end with the consent."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from clozette.accounts import setup as accounts
from clozette.kernel import events
from clozette.privacy.events import ConsentEnded
from clozette.shop.tastes import listeners, views


def init_app(app: Flask) -> None:
    """Do that."""
    app.register_blueprint(views.blueprint)
    accounts.add_settings_page(app, views.HERE, _l("How you shop"))
    events.listen(app, ConsentEnded, inside=(listeners.forget,))
