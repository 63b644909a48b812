"""Mail of writing to the staff."""

import sqlalchemy as sa
from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from clozette.accounts.access import is_present
from clozette.accounts.models import Member, Role
from clozette.kernel.database import db
from clozette.kernel.ports.mail import Message, outbox
from clozette.newsletters.campaigns import rendering


def ask_marketing(title: str, because: str | None, path: str) -> None:
    """Ask everybody of marketing what becomes of a campaign, of mails or texts, that was due and did not go.

    :param because: why, in a word of ours.
    :param path: where to answer.
    """
    is_marketing = sa.exists().where(Role.member_id == Member.id, Role.name == "marketing")
    for member in db.session.scalars(sa.select(Member).where(is_present(), is_marketing)):
        outbox().send(late(title, because, member, path))


def late(title: str, because: str | None, member: Member, path: str) -> Message:
    """Ask one of them."""
    with force_locale(member.locale):
        subject = _("“%(title)s” was due and did not go", title=title)
        context = {
            "subject": subject,
            "member": member,
            "home": rendering.base(),
            "because": because,
            "address": f"{rendering.base()}{path}",
        }
        env = current_app.jinja_env
        text = env.get_template("newsletters/mail/late.txt").render(context)
        html = env.get_template("newsletters/mail/late.html").render(context)
    return Message(to=member.email, subject=subject, text=text, html=html)
