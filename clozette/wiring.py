"""The one page that knows every room: blueprints, event handlers, personal data, schedules."""

from flask import Flask

from clozette.accounts import events as account_events
from clozette.accounts import personal_data as accounts_data
from clozette.accounts import setup as accounts
from clozette.accounts import tasks as account_tasks
from clozette.accounts import views as account_views
from clozette.api import openapi
from clozette.api import views as api_views
from clozette.community import personal_data as community_data
from clozette.kernel import events
from clozette.kernel import personal_data as kernel_data
from clozette.kernel.personal import Declaration
from clozette.kernel.web import api
from clozette.privacy import personal_data as privacy_data
from clozette.privacy import views as privacy_views

# What each room keeps about people; export, erasure and the notice run on this alone.
PERSONAL_DATA: dict[str, Declaration] = {
    "kernel": kernel_data.TABLES,
    "accounts": accounts_data.TABLES,
    "community": community_data.TABLES,
    "privacy": privacy_data.TABLES,
}


# The rooms' JSON blueprints (<room>/api.py), in the order the API's page shows them.
JSON_BLUEPRINTS: tuple[api.Blueprint, ...] = ()


def connect(app: Flask) -> None:
    """Plug every room into ``app``."""
    accounts.init_app(app)
    _pages(app)
    openapi.connect(app, JSON_BLUEPRINTS)
    _listeners(app)


def _pages(app: Flask) -> None:
    for blueprint in (privacy_views.blueprint, account_views.blueprint, api_views.blueprint):
        app.register_blueprint(blueprint)


def _listeners(app: Flask) -> None:
    """Who hears which event: inside the transaction, or as a task after the commit."""
    events.listen(app, account_events.TicketMade, after=(account_tasks.send_ticket,))
    events.listen(app, account_events.AddressTyped, after=(account_tasks.tell_owner,))
    events.listen(app, account_events.AddressChangeAsked, after=(account_tasks.tell_address_will_change,))
    events.listen(app, account_events.AddressChanged, after=(account_tasks.tell_former_address,))
    events.listen(app, account_events.CredentialsChanged, after=(account_tasks.tell_credentials_changed,))
