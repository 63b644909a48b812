"""Mails to a sponsor's people. They name nobody who shared anything."""

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from clozette.accounts.models import Member
from clozette.contests.sponsors.models import Handout, Sponsor
from clozette.kernel.ports.mail import Message, outbox


def let_in(member: Member, sponsor: Sponsor) -> None:
    """Tell a member that they sign in for a sponsor from now on, and where."""
    with force_locale(member.locale):
        lines = [
            _("From now on you see for %(name)s what people agreed to share with it.", name=sponsor.legal_name),
            _("With your own sign-in and your second factor:"),
            _page(),
            _("You can’t take part or vote in contests of this sponsor any more. If this is a mistake, write to us."),
        ]
        subject = _("You sign in for %(name)s", name=sponsor.legal_name)
        outbox().send(Message(to=member.email, subject=subject, text="\n\n".join(lines)))


def ready(member: Member, sponsor: Sponsor, handout: Handout, title: str) -> None:
    """Tell somebody who signs in for a sponsor that there is something to fetch."""
    with force_locale(member.locale):
        lines = [
            _("For %(name)s: what people agreed to share can be fetched.", name=sponsor.legal_name),
            title,
            _(
                "Until %(day)s, with your own sign-in and your second factor:",
                day=f"{handout.expires_at:%Y-%m-%d %H:%M} UTC",
            ),
            _page(),
        ]
        outbox().send(Message(to=member.email, subject=_("Something can be fetched"), text="\n\n".join(lines)))


def _page() -> str:
    return str(current_app.extensions["clozette.settings"].base_url).rstrip("/") + "/sponsor"
