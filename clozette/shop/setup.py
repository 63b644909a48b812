"""Plugs the bazaar in: its pages, what it hears, and what it shows on pages of other rooms."""

from flask import Flask

from clozette.closets.events import ItemChanged, ItemHidden, ItemRemoved
from clozette.kernel import events
from clozette.kernel.web import gate, slots
from clozette.shop.listings import listeners
from clozette.shop.listings import queries as listings
from clozette.shop.listings.models import Listing
from clozette.shop.listings.views import own, public
from clozette.shop.payments import setup as payments_setup
from clozette.shop.sellers import views as selling


def init_app(app: Flask) -> None:
    """Do that."""
    payments_setup.init_app(app)
    _selling(app)


def _selling(app: Flask) -> None:
    for blueprint in (selling.blueprint, own.blueprint, public.blueprint):
        app.register_blueprint(blueprint)
    events.listen(app, ItemChanged, inside=(listeners.follow_item,))
    events.listen(app, ItemHidden, inside=(listeners.pause_with_item,))
    events.listen(app, ItemRemoved, inside=(listeners.remove_with_item,))
    slots.fill(app, "item.deeds", "selling/_sell_item.html")
    slots.fill(app, "item.offers", "shop/_offered.html")
    slots.fill(app, "profile.actions", "shop/_profile_way.html")
    app.jinja_env.globals.update(
        open_listing_of=listings.open_of, shown_listing_of=_shown_of, listings_shown=_count_shown
    )


def _shown_of(item_id: int) -> Listing | None:
    return listings.shown_of(gate.viewer(), item_id)


def _count_shown(member_id: int) -> int:
    return listings.count_shown(gate.viewer(), member_id)
