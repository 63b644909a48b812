"""What a mail says to each reader: rooms give the values of slots for a batch of readers at a time."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from flask import Flask, current_app

from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.campaigns.slots import Value

_KEY = "clozette.newsletters.values"


class Recipient(NamedTuple):
    """Somebody whom a worker is about to send a campaign to."""

    contact_id: int
    subscription_id: int
    subject_id: int
    address: str
    first_name: str
    last_name: str
    locale: str
    letter: str = ""


Values = Mapping[int, Mapping[str, Value]]
Provider = Callable[[Campaign, Sequence[Recipient]], Values]


def register(app: Flask, provider: Provider) -> None:
    """Let a room give values; for the wiring page.

    A reader without a value for a ``personal:`` slot gets no mail: there is nothing new. Any other slot stays empty.
    """
    app.extensions.setdefault(_KEY, []).append(provider)


def gather(campaign: Campaign, batch: Sequence[Recipient]) -> dict[int, dict[str, Value]]:
    """Ask every room; return the values by contact."""
    found: dict[int, dict[str, Value]] = {one.contact_id: {} for one in batch}
    providers: list[Provider] = current_app.extensions.get(_KEY, [])
    for provider in providers:
        for contact_id, values in provider(campaign, batch).items():
            found[contact_id].update(values)
    return found
