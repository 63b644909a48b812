"""``clozette mailchimp``: get an audience ready, and look at how it stands."""

import sys

import click
from flask import Flask, current_app

from clozette.kernel import clock
from clozette.kernel.database import committed, db
from clozette.kernel.ports import mailing_list
from clozette.kernel.ports.mailchimp import Mailchimp
from clozette.kernel.ports.mailing_list import Declined, Later
from clozette.newsletters.mailchimp import outbox, queries
from clozette.settings import Settings


@click.group()
def mailchimp() -> None:
    """Look after Mailchimp as a second channel."""


@mailchimp.command()
@click.pass_obj
def prepare(create_app: object) -> None:
    """Give the audience its name fields, its list of newsletters and our webhook. Safe to run twice."""
    app = _on(create_app)
    with app.app_context():
        settings: Settings = current_app.extensions["clozette.settings"]
        if not settings.mailchimp_webhook_secret:
            sys.exit("CLOZETTE_MAILCHIMP_WEBHOOK_SECRET is missing; make one with: openssl rand -hex 24")
        there = mailing_list.mailing_list()
        assert isinstance(there, Mailchimp)
        try:
            there.prepare(f"{settings.base_url}/webhooks/mailchimp/{settings.mailchimp_webhook_secret}")
        except (Later, Declined) as no:
            sys.exit(f"Mailchimp did not take it: {no}")
    click.echo(
        "The audience is ready. Mailchimp shows the webhook's signing secret once: set it as "
        "CLOZETTE_MAILCHIMP_SIGNING_SECRET. Who subscribes already is told of tonight, or at once from /marketing/mailchimp."
    )


@mailchimp.command()
@click.pass_obj
def status(create_app: object) -> None:
    """Say what waits; ask for it to be told if something does."""
    app = _on(create_app)
    with committed(app):
        seen = queries.overview(clock.now())
        if seen.waiting:
            outbox.wake()
        click.echo(f"{seen.known} subscribers there, {seen.waiting} changes wait, {seen.forgotten} erased for good")
        for word, number in seen.problems.items():
            click.echo(f"{number}: {word}")
        db.session.flush()


def _on(create_app: object) -> Flask:
    app: Flask = create_app()  # type: ignore[operator]
    with app.app_context():
        if not mailing_list.is_on():
            sys.exit("Mailchimp is off: CLOZETTE_MAILCHIMP_API_KEY is not set.")
    return app
