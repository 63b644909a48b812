"""The controller: who answers in law for what happens with people's data here (``CLOZETTE_CONTROLLER_…``)."""

from dataclasses import dataclass
from email.utils import parseaddr

from flask import current_app

from clozette.settings import Settings


@dataclass(frozen=True)
class Controller:
    """A name, a postal address on one line (nothing where it was not set), and a mail address."""

    name: str
    address: str
    contact: str


def controller() -> Controller:
    """Return who it is; what is not set comes from the sender of the site's mail, so that a receipt always names somebody."""
    settings: Settings = current_app.extensions["clozette.settings"]
    sender, sender_address = parseaddr(settings.mail_from)
    return Controller(
        settings.controller_name or sender or "Clozette",
        settings.controller_address,
        settings.controller_contact or sender_address,
    )
