"""How many days each step of an order has, as the settings say."""

from dataclasses import dataclass
from datetime import timedelta

from flask import current_app

from clozette.settings import Settings


@dataclass(frozen=True)
class Days:
    """To send it; without a word from the buyer, until it counts as received; and to complain after it arrived."""

    ship: timedelta
    arrives: timedelta
    protection: timedelta


def days() -> Days:
    """Return them; what an order was told stays as it is."""
    settings: Settings = current_app.extensions["clozette.settings"]
    wanted = (settings.shop_ship_days, settings.shop_arrives_days, settings.shop_protection_days)
    return Days(*(timedelta(days=number) for number in wanted))
