"""The mail that asks to confirm. It is no newsletter: it goes by the site's own sender, and has nothing to unsubscribe from."""

from typing import Any

from flask import current_app
from flask_babel import force_locale, format_date, ngettext

from clozette.kernel import ids
from clozette.kernel.ports.mail import Message, outbox
from clozette.newsletters.subscriptions import queries
from clozette.newsletters.subscriptions.models import Contact, SignUp
from clozette.rights.desk.mail import address


def please_confirm(signup: SignUp, contact: Contact, token: str) -> None:
    """Send the link to the page with the button."""
    newsletters = queries.newsletters_of([ids.decode(one) for one in signup.newsletter_ids])
    if not newsletters:
        return
    with force_locale(signup.locale):
        subject = ngettext("Confirm your newsletter", "Confirm your newsletters", len(newsletters))
        values = {"link": address(f"/newsletters/confirm/{token}"), "day": format_date(signup.expires_at, "long")}
        _send(contact.address, subject, "confirm", signup.locale, newsletters=newsletters, **values)


def _send(to: str, subject: str, template: str, locale: str, **values: Any) -> None:
    # Not ``render_template``: its context processors ask who looks, and in a task nobody does.
    env = current_app.jinja_env
    context = {"home": address("/"), "subject": subject, "locale": locale, **values}
    text = env.get_template(f"newsletters/mail/{template}.txt").render(context)
    html = env.get_template(f"newsletters/mail/{template}.html").render(context)
    outbox().send(Message(to=to, subject=subject, text=text, html=html))
