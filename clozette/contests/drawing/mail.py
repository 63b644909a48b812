"""The mail to whoever is named as the witness of a draw."""

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from clozette.contests.drawing import witnesses
from clozette.contests.drawing.models import Witness
from clozette.contests.planning.models import Contest
from clozette.kernel.ports.mail import Message, outbox
from clozette.privacy.controller import controller
from clozette.rights.desk.mail import address


def named(witness: Witness, contest: Contest) -> None:
    """Tell the witness what is asked of them, and where their number goes after the close."""
    with force_locale(contest.language):
        subject = _("You are the witness of the draw of “%(contest)s”", contest=contest.title)
        env = current_app.jinja_env  # not ``render_template``: in a task nobody looks
        context = {
            "home": address("/"),
            "subject": subject,
            "locale": contest.language,
            "link": address(f"/witness/{witnesses.token_of(witness)}"),
            "witness": witness,
            "contest": contest,
            "site": controller().name,
        }
        text = env.get_template("contests/mail/witness.txt").render(context)
        html = env.get_template("contests/mail/witness.html").render(context)
        outbox().send(Message(to=witness.email, subject=subject, text=text, html=html))
