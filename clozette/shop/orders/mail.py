"""The mails about orders; the one for a paid order is the receipt."""

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from clozette.accounts.models import Member
from clozette.kernel.ports.mail import Message, outbox
from clozette.settings import Settings
from clozette.shop.orders import words
from clozette.shop.orders.couriers import COURIERS
from clozette.shop.orders.models import Order


def tell(order: Order, member: Member, kind: str) -> None:
    """Tell one side of an order what happened."""
    with force_locale(member.locale):
        sentence = words.told(order, kind)
        subject = _("Receipt for your order %(ref)s", ref=order.ref) if kind in words.RECEIPTS else sentence
        _send(order, member, kind, subject, sentence)


def _send(order: Order, member: Member, kind: str, subject: str, sentence: str) -> None:
    # Not ``render_template``: its context processors ask who looks, and in a task nobody does.
    settings: Settings = current_app.extensions["clozette.settings"]
    home = settings.base_url.rstrip("/")
    context = {
        "member": member,
        "home": f"{home}/",
        "subject": subject,
        "sentence": sentence,
        "order": order,
        "is_receipt": kind in words.RECEIPTS,
        "kind": kind,
        "courier": COURIERS.get(order.carrier or ""),
        "receipt": f"{home}/orders/{order.ref}/receipt.pdf",
        "link": home + words.page_of(order, kind),
    }
    env = current_app.jinja_env
    text = env.get_template("shop/mail/order.txt").render(context)
    html = env.get_template("shop/mail/order.html").render(context)
    outbox().send(Message(to=member.email, subject=subject, text=text, html=html))
