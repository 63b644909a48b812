"""Plugs payments in: how the service is reached, where it calls in, what is done about it."""

from flask import Flask
from flask_wtf import CSRFProtect

from clozette.kernel import checkup, events, tasks
from clozette.kernel.ports import payments
from clozette.kernel.ports.stripe_gateway import Stripe
from clozette.kernel.ports.till import Till
from clozette.kernel.web import door
from clozette.settings import Settings
from clozette.shop.payments import checks, selling, views
from clozette.shop.payments import tasks as ours
from clozette.shop.payments.events import NewsHeard, PayoutAsked, ReconciliationAsked, RefundAsked, TakeBackAsked


def init_app(app: Flask) -> None:
    """Do that; where there is no key nothing of it ever does anything, but in tests there is a twin in memory."""
    settings: Settings = app.extensions["clozette.settings"]
    _reach(app, settings)
    protection: CSRFProtect = app.extensions["csrf"]
    protection.exempt(views.blueprint)
    app.register_blueprint(views.blueprint)
    app.register_blueprint(selling.blueprint)
    door.open_to_others(app, "shop_payments.hear")
    events.listen(app, NewsHeard, after=(ours.hear,))
    events.listen(app, RefundAsked, after=(ours.send_refund,))
    events.listen(app, PayoutAsked, after=(ours.send_payout,))
    events.listen(app, TakeBackAsked, after=(ours.send_take_back,))
    events.listen(app, ReconciliationAsked, after=(ours.compare,))
    checkup.add(app, "payments", checks.payments)
    tasks.schedule(app, "23 * * * *", ours.reconcile)
    tasks.schedule(app, "31 4 * * *", ours.forget_news)
    tasks.schedule(app, "*/10 * * * *", ours.send_again)
    tasks.schedule(app, "53 * * * *", ours.settle_debts)


def _reach(app: Flask, settings: Settings) -> None:
    if settings.env == "test" and not settings.stripe_secret_key:
        till = Till()
        payments.init_app(app, lambda: till)
        app.extensions.setdefault("clozette.test_resets", []).append(till.clear)
        return
    made: list[Stripe] = []

    def make() -> Stripe:
        if not made:
            made.append(_stripe(settings))
        return made[0]

    payments.init_app(app, make if settings.stripe_secret_key else None)


def _stripe(settings: Settings) -> Stripe:
    secrets = tuple(settings.stripe_webhook_secret.split())
    authority = settings.var / "certs" / "ca.pem"
    ours = bool(settings.stripe_api_base) and not settings.is_production and authority.exists()
    base = settings.stripe_api_base.rstrip("/")
    return Stripe(settings.stripe_secret_key, secrets, base=base, authority=authority if ours else None)
