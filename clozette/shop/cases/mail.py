"""The mails about cases."""

from flask import current_app
from flask_babel import force_locale

from clozette.accounts.models import Member
from clozette.kernel.ports.mail import Message, outbox
from clozette.settings import Settings
from clozette.shop.cases import words
from clozette.shop.cases.models import Case


def tell(case: Case, member: Member, kind: str) -> None:
    """Tell one side of a case what happened; what was said stands on the page alone."""
    with force_locale(member.locale):
        sentence = words.told(case.order, kind)
        # Not ``render_template``: its context processors ask who looks, and in a task nobody does.
        settings: Settings = current_app.extensions["clozette.settings"]
        home = settings.base_url.rstrip("/")
        context = {
            "member": member,
            "home": f"{home}/",
            "subject": sentence,
            "sentence": sentence,
            "due_at": case.due_at if case.state == "open" else None,
            "link": home + words.page_of(case),
        }
        env = current_app.jinja_env
        text = env.get_template("shop/mail/case.txt").render(context)
        html = env.get_template("shop/mail/case.html").render(context)
    outbox().send(Message(to=member.email, subject=sentence, text=text, html=html))
