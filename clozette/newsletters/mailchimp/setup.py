"""Plugs the second channel in: who listens, what runs by the clock, how the service is reached."""

from functools import partial

from flask import Flask
from flask_wtf import CSRFProtect

from clozette.kernel import checkup, events, tasks
from clozette.kernel.ports import mailing_list
from clozette.kernel.ports.mailchimp import Mailchimp
from clozette.kernel.web import slots
from clozette.newsletters.mailchimp import checks, forgetting, hooks, outbox, posting, queries, views
from clozette.newsletters.mailchimp import tasks as ours
from clozette.newsletters.mailchimp.events import PostAsked, PostLate, ReconciliationAsked, TalkAsked
from clozette.newsletters.sending.events import DatabaseRestored
from clozette.newsletters.subscriptions.events import (
    ContactChanged,
    ContactSuppressed,
    NewsletterTurned,
    SubscriptionChanged,
)
from clozette.privacy.events import ConsentEnded
from clozette.rights.erasure import executor as erasure
from clozette.rights.erasure.events import ErasureAsked, ErasureUndone
from clozette.settings import Settings


def init_app(app: Flask) -> None:
    """Plug it in, before other steps of an erasure; where there is no key nothing of it ever does anything."""
    settings: Settings = app.extensions["clozette.settings"]
    made: list[Mailchimp] = []

    def make() -> Mailchimp:
        if not made:
            made.append(_make(settings))
        return made[0]

    mailing_list.init_app(app, make if settings.mailchimp_api_key else None)
    _listen(app)
    app.jinja_env.globals["mailchimp_form"] = queries.hosted_form
    slots.fill(app, "preferences.notes", "newsletters/_mailchimp_forgot.html")
    erasure.register(app, erasure.Step("mailchimp", forgetting.remember))
    tasks.schedule(app, "* * * * *", ours.watch_mailchimp)
    tasks.schedule(app, "*/10 * * * *", ours.count_by_mailchimp)
    tasks.schedule(app, "40 2 * * *", ours.reconcile_with_mailchimp)
    protection: CSRFProtect = app.extensions["csrf"]
    protection.exempt(hooks.blueprint)
    app.register_blueprint(hooks.blueprint)
    app.register_blueprint(views.blueprint)
    checkup.add(app, "mailchimp", checks.mailchimp)


def _make(settings: Settings) -> Mailchimp:
    authority = settings.var / "certs" / "ca.pem"
    is_ours = not settings.is_production and authority.exists()
    reach = partial(Mailchimp, settings.mailchimp_host, settings.mailchimp_api_key, settings.mailchimp_list)
    return reach(authority=authority if is_ours else None)


def _listen(app: Flask) -> None:
    events.listen(app, SubscriptionChanged, inside=(outbox.subscription_changed,))
    events.listen(app, NewsletterTurned, inside=(outbox.newsletter_turned,))
    events.listen(app, ContactChanged, inside=(outbox.contact_changed,))
    events.listen(app, ContactSuppressed, inside=(outbox.contact_suppressed,))
    events.listen(app, ConsentEnded, inside=(outbox.consent_ended,))
    events.listen(app, ErasureAsked, inside=(outbox.erasure_asked,))
    events.listen(app, ErasureUndone, inside=(outbox.erasure_undone,))
    events.listen(app, TalkAsked, after=(ours.tell_mailchimp,))
    events.listen(app, PostAsked, after=(ours.post_by_mailchimp,))
    events.listen(app, PostLate, after=(ours.tell_late_post,))
    events.listen(app, DatabaseRestored, inside=(posting.doubt,))
    events.listen(app, ReconciliationAsked, after=(ours.reconcile_with_mailchimp,))
