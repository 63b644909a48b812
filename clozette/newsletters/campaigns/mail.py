"""Mail of writing to the staff."""

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from clozette.accounts.models import Member
from clozette.kernel import ids
from clozette.kernel.ports.mail import Message
from clozette.newsletters.campaigns import rendering
from clozette.newsletters.campaigns.models import Campaign


def late(campaign: Campaign, member: Member) -> Message:
    """Ask what becomes of a campaign that was due and did not go."""
    with force_locale(member.locale):
        subject = _("“%(title)s” was due and did not go", title=campaign.title)
        context = {
            "subject": subject,
            "member": member,
            "home": rendering.base(),
            "campaign": campaign,
            "could_not": campaign.paused_because == "preflight",
            "address": f"{rendering.base()}/marketing/campaigns/{ids.encode(campaign.id)}",
        }
        env = current_app.jinja_env
        text = env.get_template("newsletters/mail/late.txt").render(context)
        html = env.get_template("newsletters/mail/late.html").render(context)
    return Message(to=member.email, subject=subject, text=text, html=html)
