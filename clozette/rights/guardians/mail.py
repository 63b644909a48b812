"""The two mails to a parent or guardian."""

from typing import Any

from flask import current_app
from flask_babel import force_locale, format_date
from flask_babel import gettext as _

from clozette.accounts.models import Member
from clozette.kernel.ports.mail import Message, outbox
from clozette.privacy import consents
from clozette.rights.desk.mail import address
from clozette.rights.guardians import services
from clozette.rights.guardians.models import GuardianAsk


def asked(ask: GuardianAsk, member: Member) -> None:
    """Ask for a decision."""
    with force_locale(ask.locale):
        subject = _("@%(handle)s asks for your consent", handle=member.handle)
        link = address(f"/guardian/{services.token(ask, services.DECIDE)}")
        day = format_date(ask.expires_at, "long")
        _send(ask, subject, "guardian_asked", member, link=link, day=day)


def agreed(ask: GuardianAsk, member: Member) -> None:
    """Confirm the yes, with the link that takes it back."""
    with force_locale(ask.locale):
        subject = _("You agreed for @%(handle)s", handle=member.handle)
        link = address(f"/guardian/{services.token(ask, services.END)}/end")
        _send(ask, subject, "guardian_agreed", member, link=link)


def _send(ask: GuardianAsk, subject: str, template: str, member: Member, **values: Any) -> None:
    env = current_app.jinja_env
    context = {
        "home": address("/"),
        "subject": subject,
        "locale": ask.locale,
        "member": member,
        "asked": consents.purpose_of(ask.purpose),
        "channel": consents.CHANNEL_NAMES[ask.channel],
        "contact": address("/contact"),
        **values,
    }
    text = env.get_template(f"rights/mail/{template}.txt").render(context)
    html = env.get_template(f"rights/mail/{template}.html").render(context)
    outbox().send(Message(to=ask.address, subject=subject, text=text, html=html))
