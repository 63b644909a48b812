"""Plugs orders in: their pages, what is done after a move, what both sides are told, and what the clock does."""

from flask import Flask

from clozette.community import notifications
from clozette.kernel import checkup, events, tasks
from clozette.kernel.web import slots
from clozette.privacy.events import RecipientWaits
from clozette.rights.erasure import executor as erasure
from clozette.shop.ledger import checks
from clozette.shop.orders import backing_out, buyer_views, leaving, listeners, seller_views, words
from clozette.shop.orders import tasks as ours
from clozette.shop.orders.days import days
from clozette.shop.orders.events import CancelAsked, OrderDue, OrderMoved
from clozette.shop.payments.events import OrderPaid


def init_app(app: Flask) -> None:
    """Do that."""
    app.register_blueprint(buyer_views.blueprint)
    app.register_blueprint(seller_views.blueprint)
    events.listen(app, OrderPaid, inside=(listeners.paid,), after=(ours.introduce,))
    events.listen(app, OrderMoved, after=(ours.tell_order_moved,))
    events.listen(app, OrderDue, after=(ours.tell_order_due,))
    events.listen(app, CancelAsked, after=(ours.tell_cancel_asked,))
    tasks.schedule(app, "7 * * * *", ours.tend_orders)
    tasks.schedule(app, "37 * * * *", ours.settle_departed)
    tasks.schedule(app, "41 4 * * *", ours.forget_addresses)
    erasure.register(app, erasure.Step("shop_orders_unsent", leaving.leave))
    checkup.add(app, "books", checks.balances)
    events.listen(app, RecipientWaits, after=(ours.tell_who_got_it,))
    for kind in words.FORGET:
        notifications.register(app, kind, words.asker(kind))
    for kind in words.TOLD:
        notifications.register(app, kind, words.teller(kind))
    slots.fill(app, "selling.waiting", "selling/_orders_waiting.html")
    slots.fill(app, "order.deeds", "shop/_back_out.html")
    app.jinja_env.globals.update(
        orders_to_send=seller_views.count_to_send, way_out=backing_out.way_out_now, shop_days=days
    )
