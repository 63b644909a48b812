"""The mails about an erasure, one function per message."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from clozette.accounts.models import Member
from clozette.kernel.database import db
from clozette.kernel.ports.mail import Message, outbox
from clozette.rights.erasure.models import Erasure
from clozette.rights.export.mail import address_of
from clozette.settings import Settings


def asked(erasure: Erasure) -> None:
    """Tell that it was asked for, until when it can be undone, and where the receipt will be."""
    with force_locale(_locale_of(erasure)):
        _send(erasure, _("Your data will be erased"), "erasure_asked")


def undone(erasure: Erasure) -> None:
    """Tell that it was undone."""
    with force_locale(_locale_of(erasure)):
        _send(erasure, _("Your data stays"), "erasure_undone")


def farewell(erasure: Erasure) -> Callable[[], None] | None:
    """Write the last mail while the address is known, and return what sends it; nothing where there is no address.

    It is kept in memory alone: if the process dies in between, no mail goes out, and the receipt's page still tells.
    """
    with force_locale(_locale_of(erasure)):
        message = _message(erasure, _("Your data is erased"), "erasure_done")
    if message is None:
        return None
    return lambda: outbox().send(message)


def _send(erasure: Erasure, subject: str, template: str) -> None:
    message = _message(erasure, subject, template)
    if message is not None:
        outbox().send(message)


def _message(erasure: Erasure, subject: str, template: str) -> Message | None:
    to = address_of(erasure.subject_id)
    if to is None:
        return None
    # Not ``render_template``: its context processors ask who looks, and in a task nobody does.
    env = current_app.jinja_env
    context: dict[str, Any] = {
        "home": _address("/"),
        "subject": subject,
        "locale": _locale_of(erasure),
        "erasure": erasure,
        "link": _address("/privacy/erasure"),
        "receipt": _address(f"/privacy/erasure/receipts/{erasure.code}"),
    }
    text = env.get_template(f"rights/mail/{template}.txt").render(context)
    html = env.get_template(f"rights/mail/{template}.html").render(context)
    return Message(to=to, subject=subject, text=text, html=html)


def _locale_of(erasure: Erasure) -> str:
    return db.session.scalar(sa.select(Member.locale).where(Member.subject_id == erasure.subject_id)) or "en"


def _address(path: str) -> str:
    settings: Settings = current_app.extensions["clozette.settings"]
    return settings.base_url.rstrip("/") + path
