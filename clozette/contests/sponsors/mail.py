"""The mail to a sponsor's people. It names nobody who shared anything."""

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from clozette.accounts.models import Member
from clozette.contests.sponsors.models import Handout, Sponsor
from clozette.kernel.ports.mail import Message, outbox


def ready(member: Member, sponsor: Sponsor, handout: Handout, title: str) -> None:
    """Tell somebody who signs in for a sponsor that there is something to fetch."""
    site = str(current_app.extensions["clozette.settings"].base_url).rstrip("/")
    with force_locale(member.locale):
        lines = [
            _("For %(name)s: what people agreed to share can be fetched.", name=sponsor.legal_name),
            title,
            _(
                "Until %(day)s, with your own sign-in and your second factor:",
                day=f"{handout.expires_at:%Y-%m-%d %H:%M} UTC",
            ),
            f"{site}/sponsor",
        ]
        outbox().send(Message(to=member.email, subject=_("Something can be fetched"), text="\n\n".join(lines)))
