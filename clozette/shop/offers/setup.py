"""Plugs offers in: their pages, what both sides are told, and what the clock does."""

from flask import Flask

from clozette.accounts.events import MemberBlocked, MemberDeactivated
from clozette.community import notifications
from clozette.kernel import events, tasks
from clozette.kernel.web import slots
from clozette.shop.offers import bundle_views, bundles, listeners, queries, views, words
from clozette.shop.offers import tasks as ours
from clozette.shop.offers.events import OfferMoved


def init_app(app: Flask) -> None:
    """Do that."""
    app.register_blueprint(views.blueprint)
    app.register_blueprint(bundle_views.blueprint)
    events.listen(app, MemberBlocked, inside=(listeners.part,))
    events.listen(app, MemberDeactivated, inside=(listeners.leave,))
    events.listen(app, OfferMoved, after=(ours.tell_offer_moved,))
    tasks.schedule(app, "* * * * *", ours.end_offers)
    tasks.schedule(app, "23 4 * * *", ours.forget_offers)
    for kind in words.TOLD:
        notifications.register(app, kind, words.teller(kind))
    slots.fill(app, "selling.waiting", "selling/_offers_waiting.html")
    app.jinja_env.globals.update(
        offers_waiting=queries.waiting_for, bundles_of=bundles.of_seller, percent_off=bundles.worded
    )
