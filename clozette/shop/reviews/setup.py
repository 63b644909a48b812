"""Plugs reviews in: their pages, what is reckoned of them, who is told, and when they are shown."""

from flask import Flask

from clozette.community import notifications
from clozette.kernel import events, tasks
from clozette.kernel.web import slots
from clozette.shop.orders.events import OrderMoved
from clozette.shop.reviews import facts, queries, views, words
from clozette.shop.reviews import tasks as ours
from clozette.shop.reviews.events import ReviewHidden, ReviewShown, ReviewWritten


def init_app(app: Flask) -> None:
    """Do that."""
    app.register_blueprint(views.blueprint)
    events.listen(app, OrderMoved, inside=(facts.sent,))
    events.listen(app, ReviewWritten, after=(ours.tell_review_written,))
    events.listen(app, ReviewShown, after=(ours.tell_review_shown,))
    events.listen(app, ReviewHidden, after=(ours.tell_review_hidden,))
    tasks.schedule(app, "37 * * * *", ours.show_reviews)
    for kind in words.TOLD:
        notifications.register(app, kind, words.teller(kind))
    slots.fill(app, "order.buyer", "shop/_order_review.html", when=views.may_review)
    slots.fill(app, "order.seller", "shop/_order_review.html")
    app.jinja_env.globals.update(may_review=views.may_review, seller_of_member=queries.seller_of)
