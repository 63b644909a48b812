"""``clozette payments``: hold our books against the payment service's."""

import sys
from datetime import UTC, datetime, timedelta

import click
from flask import Flask

from clozette.kernel import clock
from clozette.kernel.database import committed, db
from clozette.kernel.ports import payments as ports
from clozette.kernel.ports.payments import Declined, Later
from clozette.shop.payments import reconciling


@click.group()
def payments() -> None:
    """Look after payments."""


@payments.command()
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="From that day on (UTC); the last 7 days without it.")
@click.pass_obj
def reconcile(create_app: object, since: datetime | None) -> None:
    """Compare orders, refunds and payouts with Stripe's lists. A webhook that never came is made up for; the rest is told."""
    app: Flask = create_app()  # type: ignore[operator]
    with committed(app):
        if not ports.is_on():
            sys.exit("Payments are off: CLOZETTE_STRIPE_SECRET_KEY is not set.")
        now = clock.now()
        try:
            start = since.replace(tzinfo=UTC) if since else now - timedelta(days=7)
            found = reconciling.reconcile(start, now, save=db.session.commit)
        except (Later, Declined) as no:
            sys.exit(f"Stripe did not answer: {no}")
    for one in found:
        click.echo(f"{'mended' if one.is_mended else 'DIFFERS'}  {one.name}: {one.what}")
    click.echo(f"{len(found)} differences, {sum(one.is_mended for one in found)} mended")
    sys.exit(int(not all(one.is_mended for one in found)))
