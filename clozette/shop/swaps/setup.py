"""Plugs swaps in: their pages, what they hear, what the clock does, and what they show on other pages."""

from flask import Flask

from clozette.accounts.events import MemberBlocked, MemberDeactivated
from clozette.kernel import events, tasks
from clozette.kernel.web import gate, slots
from clozette.shop.orders.events import OrderMoved
from clozette.shop.swaps import circle_views, listeners, queries, telling, views, wants
from clozette.shop.swaps import tasks as ours
from clozette.shop.swaps.events import SwapMoved


def init_app(app: Flask) -> None:
    """Do that."""
    app.register_blueprint(views.blueprint)
    app.register_blueprint(circle_views.blueprint)
    events.listen(app, OrderMoved, inside=(listeners.follow,))
    events.listen(app, MemberBlocked, inside=(listeners.part,))
    events.listen(app, MemberDeactivated, inside=(listeners.leave,))
    events.listen(app, SwapMoved, after=(ours.tell_swap_moved,))
    tasks.schedule(app, "*/10 * * * *", ours.tend_swaps)
    tasks.schedule(app, "41 3 * * *", ours.forget_wants)
    telling.init_app(app)
    slots.fill(app, "listing.deeds", "shop/swaps/_offer.html")
    slots.fill(app, "selling.waiting", "shop/swaps/_waiting.html")
    slots.fill(app, "order.buyer", "shop/swaps/_leg.html", when=lambda order: order.swap_id is not None)
    slots.fill(app, "order.seller", "shop/swaps/_leg.html")
    app.jinja_env.globals.update(swap_of=queries.of_order, swaps_waiting=_waiting, i_want=_wanted)


def _wanted(listing_id: int) -> bool:
    member_id = gate.viewer().member_id
    return member_id is not None and wants.is_wanted(member_id, listing_id)


def _waiting() -> int:
    member_id = gate.viewer().member_id
    return queries.count_waiting(member_id) if member_id is not None else 0
