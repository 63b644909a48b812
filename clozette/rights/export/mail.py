"""The mails about exports, one function per message. Links begin with the site's own address, never with a request's."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from clozette.accounts.models import Member
from clozette.kernel import ids
from clozette.kernel.database import db
from clozette.kernel.ports.mail import Message, outbox
from clozette.rights.desk.models import Address
from clozette.rights.export.models import Export
from clozette.settings import Settings

Send = Callable[[Export], None]


def asked(export: Export) -> None:
    """Tell that an export was asked for: who didn't ask learns that somebody else is signed in as them."""
    with force_locale(export.locale):
        _send(export, _("A copy of your data was asked for"), "export_asked")


def ready(export: Export) -> None:
    """Tell that it can be fetched."""
    with force_locale(export.locale):
        _send(export, _("The copy of your data is ready"), "export_ready")


def fetched(export: Export) -> None:
    """Tell that it was downloaded."""
    with force_locale(export.locale):
        _send(export, _("The copy of your data was downloaded"), "export_fetched")


def address_of(subject_id: int) -> str | None:
    """Return the mail address of a person: the account's, or the one that they proved; nothing once they are erased."""
    member = db.session.scalar(sa.select(Member.email).where(Member.subject_id == subject_id))
    return member or db.session.scalar(sa.select(Address.address).where(Address.subject_id == subject_id))


def _send(export: Export, subject: str, template: str) -> None:
    to = address_of(export.subject_id)
    if to is None:
        return
    # Not ``render_template``: its context processors ask who looks, and in a task nobody does.
    env = current_app.jinja_env
    context: dict[str, Any] = {
        "home": _address("/"),
        "subject": subject,
        "locale": export.locale,
        "export": export,
        "link": _address(f"/privacy/exports/{ids.encode(export.id)}"),
        "help": _address("/settings/security"),
    }
    text = env.get_template(f"rights/mail/{template}.txt").render(context)
    html = env.get_template(f"rights/mail/{template}.html").render(context)
    outbox().send(Message(to=to, subject=subject, text=text, html=html))


def _address(path: str) -> str:
    settings: Settings = current_app.extensions["clozette.settings"]
    return settings.base_url.rstrip("/") + path
