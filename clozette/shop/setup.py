"""Plugs the bazaar in: its pages, what it hears, and what it shows on pages of other rooms."""

from flask import Flask

from clozette.closets.events import ItemChanged, ItemHidden, ItemRemoved
from clozette.kernel import events, tasks
from clozette.kernel.web import gate, slots, tls
from clozette.shop.ages import why_not_trade
from clozette.shop.books import setup as books_setup
from clozette.shop.buying import listeners as buying_listeners
from clozette.shop.buying import tasks as buying_tasks
from clozette.shop.buying import views as buying
from clozette.shop.carts import queries as carts
from clozette.shop.carts import views as cart
from clozette.shop.cases import setup as cases_setup
from clozette.shop.desk import setup as desk_setup
from clozette.shop.files import setup as files_setup
from clozette.shop.listings import listeners
from clozette.shop.listings import queries as listings
from clozette.shop.listings.models import Listing
from clozette.shop.listings.views import own, public
from clozette.shop.offers import setup as offers_setup
from clozette.shop.orders import setup as orders_setup
from clozette.shop.orders.events import OrderMoved
from clozette.shop.owing import setup as owing_setup
from clozette.shop.papers import views as papers
from clozette.shop.payments import setup as payments_setup
from clozette.shop.products import setup as products_setup
from clozette.shop.reviews import setup as reviews_setup
from clozette.shop.sellers import views as selling
from clozette.shop.swaps import setup as swaps_setup
from clozette.shop.swaps import views as swaps
from clozette.shop.tastes import setup as tastes_setup

_OF_SELLERS = ("/selling/start", "/selling/rates", "/selling/payouts", "/selling/orders")
_OF_ORDERS = ("/orders", "/cases", "/api/v1/orders", swaps.HERE)
PAYMENT_ADDRESSES = (cart.HERE, buying.HERE, *_OF_ORDERS, "/webhooks/stripe", *_OF_SELLERS)
"""Reached over TLS alone."""


def init_app(app: Flask) -> None:
    """Do that."""
    payments_setup.init_app(app)
    orders_setup.init_app(app)
    cases_setup.init_app(app)
    reviews_setup.init_app(app)
    files_setup.init_app(app)
    app.register_blueprint(papers.blueprint)
    tastes_setup.init_app(app)
    books_setup.init_app(app)
    desk_setup.init_app(app)
    owing_setup.init_app(app)
    _selling(app)
    products_setup.init_app(app)
    _buying(app)
    swaps_setup.init_app(app)
    offers_setup.init_app(app)
    tls.guard(app, *PAYMENT_ADDRESSES)


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


def _buying(app: Flask) -> None:
    app.register_blueprint(cart.blueprint)
    app.register_blueprint(buying.blueprint)
    events.listen(app, OrderMoved, inside=(buying_listeners.back_into_cart,))
    tasks.schedule(app, "* * * * *", buying_tasks.end_holds)
    slots.fill(app, "listing.deeds", "shop/_buy.html")
    app.jinja_env.globals.update(others_want=_others_want, why_not_trade=why_not_trade)


def _others_want(listing_id: int) -> int:
    return carts.others(listing_id, gate.viewer())


def _shown_of(item_id: int) -> Listing | None:
    return listings.shown_of(gate.viewer(), item_id)


def _count_shown(member_id: int) -> int:
    return listings.count_shown(gate.viewer(), member_id)
