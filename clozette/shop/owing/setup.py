"""Plugs in what is owed to buyers."""

from flask import Flask

from clozette.community import notifications
from clozette.kernel import events, tasks
from clozette.shop.owing import tasks as ours
from clozette.shop.owing import views, words
from clozette.shop.owing.events import RefundSettled
from clozette.shop.payments.events import RefundFailed


def init_app(app: Flask) -> None:
    """Do that."""
    app.register_blueprint(views.blueprint)
    events.listen(app, RefundFailed, after=(ours.tell_refund_failed,))
    events.listen(app, RefundSettled, after=(ours.tell_refund_settled,))
    tasks.schedule(app, "37 * * * *", ours.try_owed_again)
    notifications.register(app, words.TO_STAFF, words.to_staff)
