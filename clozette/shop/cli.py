"""``clozette shop``: what the house takes of a sale."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import click

from clozette.kernel import clock, money
from clozette.kernel.database import committed
from clozette.kernel.money import Money
from clozette.shop.sellers import fees as schedule
from clozette.shop.sellers.models import Fees

_MOST = 50


@click.group()
def shop() -> None:
    """The shop: fees."""


@shop.command()
@click.argument("currency", required=False)
@click.option("--buyer", type=float, default=0, help="Percent of the price that the buyer pays on top.")
@click.option("--fixed", default="0", help="What the buyer pays on top for each order, such as 0.70.")
@click.option("--seller", type=float, default=0, help="Percent of the price that is taken from the seller's.")
@click.option("--since", type=click.DateTime(), help="From when on (UTC), now by default; never in the past.")
@click.pass_obj
def fees(
    create_app: Any, currency: str | None, buyer: float, fixed: str, seller: float, since: datetime | None
) -> None:
    """Show what the house takes, or announce what it takes in CURRENCY from a moment on."""
    with committed(create_app()):
        if currency is not None:
            _announce(currency.upper(), buyer, fixed, seller, since)
        for line in schedule.schedule():
            click.echo(_line(line))


def _announce(currency: str, buyer: float, fixed: str, seller: float, since: datetime | None) -> None:
    now = clock.now()
    begins = since.replace(tzinfo=UTC) if since else now
    if currency not in money.CURRENCIES:
        raise click.UsageError(f"{currency} is no currency.")
    if begins < now or not (0 <= buyer <= _MOST and 0 <= seller <= _MOST):
        raise click.UsageError(f"Fees begin now or later, and are 0 to {_MOST} percent.")
    shares = {"buyer_bp": _hundredths(buyer), "seller_bp": _hundredths(seller)}
    try:
        fixed_minor = money.parse(fixed, currency, "en").amount_minor
    except money.BadAmount as error:
        raise click.UsageError(f"{fixed}: no amount of {currency} ({error.reason}).") from error
    if not schedule.announce(currency, begins, buyer_fixed_minor=fixed_minor, **shares):
        raise click.UsageError("Other fees begin at that very moment.")


def _hundredths(percent: float) -> int:
    return round(Decimal(str(percent)) * 100)


def _line(line: Fees) -> str:
    fixed = Money(line.buyer_fixed_minor, line.currency).format("en")
    buyer, seller = line.buyer_bp / 100, line.seller_bp / 100
    return f"{line.currency} from {line.since:%Y-%m-%d %H:%M} UTC: buyer {buyer:g} % and {fixed} an order, seller {seller:g} %"
