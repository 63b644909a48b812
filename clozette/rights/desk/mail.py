"""The mails of the desk, one function per message. Links begin with the site's own address, never with a request's."""

from typing import Any

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from clozette.kernel.ports.mail import Message, outbox
from clozette.rights.desk import codes
from clozette.rights.desk.models import Code
from clozette.settings import Settings


def one_time_code(code: Code) -> None:
    """Send the digits, or, to a member, the advice to sign in."""
    with force_locale(code.locale):
        if code.opens == codes.SUBJECT:
            digits = codes.digits_of(code)
            _send(code.address, _("Your code is %(digits)s", digits=digits), "code", code.locale, digits=digits)
        else:
            _send(code.address, _("Sign in to see your data"), "code_member", code.locale, link=address("/login"))


def address(path: str) -> str:
    """Return the whole address of a page of ours."""
    settings: Settings = current_app.extensions["clozette.settings"]
    return settings.base_url.rstrip("/") + path


def _send(to: str, subject: str, template: str, locale: str, **values: Any) -> None:
    # Not ``render_template``: its context processors ask who looks, and in a task nobody does.
    env = current_app.jinja_env
    context = {"home": address("/"), "subject": subject, "locale": locale, **values}
    text = env.get_template(f"rights/mail/{template}.txt").render(context)
    html = env.get_template(f"rights/mail/{template}.html").render(context)
    outbox().send(Message(to=to, subject=subject, text=text, html=html))
