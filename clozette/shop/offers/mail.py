"""The mail about an offer: what happened, what it comes to, and until when."""

from flask import current_app
from flask_babel import force_locale

from clozette.accounts.models import Member
from clozette.kernel.ports.mail import Message, outbox
from clozette.settings import Settings
from clozette.shop.offers import words
from clozette.shop.offers.models import Offer


def tell(offer: Offer, member: Member, kind: str) -> None:
    """Tell one side of an offer what happened."""
    settings: Settings = current_app.extensions["clozette.settings"]
    home = settings.base_url.rstrip("/")
    with force_locale(member.locale):
        subject = words.told(offer, kind)
        context = {
            "member": member,
            "home": f"{home}/",
            "subject": subject,
            "offer": offer,
            "is_buyer": offer.buyer_id == member.id,
            "link": home + words.page_of(offer),
        }
        # Not ``render_template``: its context processors ask who looks, and in a task nobody does.
        env = current_app.jinja_env
        text = env.get_template("shop/mail/offer.txt").render(context)
        html = env.get_template("shop/mail/offer.html").render(context)
    outbox().send(Message(to=member.email, subject=subject, text=text, html=html))
