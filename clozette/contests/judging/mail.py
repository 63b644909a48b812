"""The mails to judges: that a round waits for them, and that its end is near. They carry neither entries nor names."""

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from clozette.accounts.models import Member
from clozette.contests.judging.models import Round
from clozette.contests.planning import words
from clozette.contests.planning.models import Contest
from clozette.kernel.ports.mail import Message, outbox
from clozette.settings import Settings


def entries(member: Member, contest: Contest, round_: Round, left: int) -> None:
    """Tell a judge that entries wait."""
    with force_locale(member.locale):
        _send(member, contest, round_, left, _("Entries wait for you: %(contest)s", contest=contest.title))


def due(member: Member, contest: Contest, round_: Round, left: int) -> None:
    """Remind a judge of what is left."""
    with force_locale(member.locale):
        _send(member, contest, round_, left, _("Ballots of yours are due: %(contest)s", contest=contest.title))


def _send(member: Member, contest: Contest, round_: Round, left: int, subject: str) -> None:
    # Not ``render_template``: its context processors ask who looks, and in a task nobody does.
    env, settings = current_app.jinja_env, current_app.extensions["clozette.settings"]
    assert isinstance(settings, Settings)
    home = settings.base_url.rstrip("/")
    until = words.zone_moment(round_.due_at, member.time_zone)
    link = f"{home}/contests/{contest.slug}/judging"
    about = {"contest": contest, "round": round_, "left": left, "until": until, "link": link}
    context = {"member": member, "home": f"{home}/", "subject": subject, **about}
    text = env.get_template("contests/mail/jury.txt").render(context)
    html = env.get_template("contests/mail/jury.html").render(context)
    outbox().send(Message(to=member.email, subject=subject, text=text, html=html))
