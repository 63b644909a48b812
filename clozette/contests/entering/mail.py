"""The mails about an entry, one function per message. They go to the person who entered, and carry no marketing."""

from typing import Any

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from clozette.accounts.models import Member
from clozette.contests.entering import wording
from clozette.contests.entering.models import Entry
from clozette.contests.planning.models import Contest
from clozette.kernel import ids
from clozette.kernel.database import db
from clozette.kernel.ports.mail import Message, outbox
from clozette.rights.desk.mail import address


def receipt(entry: Entry) -> None:
    """Send number and code."""
    member, contest = _about(entry)
    with force_locale(member.locale):
        subject = _("Your entry number %(number)d: %(contest)s", number=entry.number, contest=contest.title)
        _send(member, contest, entry, subject, "entered")


def asked(entry: Entry) -> None:
    """Ask for a yes to newer rules."""
    member, contest = _about(entry)
    with force_locale(member.locale):
        subject = _("New rules: %(contest)s", contest=contest.title)
        _send(member, contest, entry, subject, "rules_changed")


def left(entry: Entry, because: str) -> None:
    """Tell why an entry takes part no more."""
    member, contest = _about(entry)
    with force_locale(member.locale):
        subject = _("Your entry no longer takes part: %(contest)s", contest=contest.title)
        _send(member, contest, entry, subject, "left", reason=str(wording.REASONS[because]))


def _about(entry: Entry) -> tuple[Member, Contest]:
    return db.session.get_one(Member, entry.member_id), db.session.get_one(Contest, entry.contest_id)


def _send(member: Member, contest: Contest, entry: Entry, subject: str, template: str, **values: Any) -> None:
    # Not ``render_template``: its context processors ask who looks, and in a task nobody does.
    env = current_app.jinja_env
    link = address(f"/contests/{contest.slug}/entries/{ids.encode(entry.id)}")
    about = {"contest": contest, "entry": entry, "code": entry.code.hex(), "link": link, **values}
    context = {"home": address("/"), "subject": subject, "locale": member.locale, **about}
    text = env.get_template(f"contests/mail/{template}.txt").render(context)
    html = env.get_template(f"contests/mail/{template}.html").render(context)
    outbox().send(Message(to=member.email, subject=subject, text=text, html=html))
