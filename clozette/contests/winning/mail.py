"""The mails to winners."""

from typing import Any

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from clozette.accounts.models import Member
from clozette.contests.planning import words
from clozette.contests.winning.models import Winner
from clozette.kernel.ports.mail import Message, outbox
from clozette.settings import Settings


def won(winner: Winner, member: Member) -> None:
    """Tell somebody that they won, and until when they can say yes."""
    with force_locale(member.locale):
        subject = _("You have won in “%(contest)s”", contest=winner.contest.title)
        _send(winner, member, subject, "prize_won", due=_moment(winner))


def due(winner: Winner, member: Member) -> None:
    """Remind somebody of what they have to do, and until when."""
    with force_locale(member.locale):
        subject = _("Your prize waits for you")
        _send(winner, member, subject, "prize_due", due=_moment(winner))


def shipped(winner: Winner, member: Member) -> None:
    """Tell somebody that their prize is on its way."""
    with force_locale(member.locale):
        _send(winner, member, _("Your prize is on its way"), "prize_shipped")


def gone(winner: Winner, member: Member) -> None:
    """Tell somebody that their prize went to the next in line."""
    with force_locale(member.locale):
        _send(winner, member, _("Your prize has gone to somebody else"), "prize_gone")


def _send(winner: Winner, member: Member, subject: str, template: str, **values: Any) -> None:
    # Not ``render_template``: its context processors ask who looks, and in a task nobody does.
    env = current_app.jinja_env
    link = _address(f"/contests/{winner.contest.slug}/prize")
    known = {"contest": winner.contest, "prize": winner.prize, "winner": winner, "link": link}
    context = {"member": member, "home": _address("/"), "subject": subject, **known, **values}
    text = env.get_template(f"contests/mail/{template}.txt").render(context)
    html = env.get_template(f"contests/mail/{template}.html").render(context)
    outbox().send(Message(to=member.email, subject=subject, text=text, html=html))


def _moment(winner: Winner) -> str:
    """Return until when, as the clock of the contest's zone shows it."""
    assert winner.due_at is not None
    return words.zone_moment(winner.due_at, winner.contest.time_zone)


def _address(path: str) -> str:
    settings: Settings = current_app.extensions["clozette.settings"]
    return settings.base_url.rstrip("/") + path
