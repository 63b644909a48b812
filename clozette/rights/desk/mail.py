"""The mails of the desk, one function per message. Links begin with the site's own address, never with a request's."""

from typing import Any

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from clozette.accounts.models import Member
from clozette.kernel import ids
from clozette.kernel.ports.mail import Message, outbox
from clozette.rights.desk import codes, rules
from clozette.rights.desk.models import Code, Event, Request
from clozette.settings import Settings


def one_time_code(code: Code) -> None:
    """Send the digits, or, to a member, the advice to sign in."""
    with force_locale(code.locale):
        if code.opens == codes.SUBJECT:
            digits = codes.digits_of(code)
            _send(code.address, _("Your code is %(digits)s", digits=digits), "code", code.locale, digits=digits)
        else:
            _send(code.address, _("Sign in to see your data"), "code_member", code.locale, link=address("/login"))


def request_received(request: Request) -> None:
    """Tell the person that their request arrived, by when we must answer, and whether a proof is needed first."""
    with force_locale(request.locale):
        subject = _("We received your request %(number)s", number=ids.encode(request.id))
        _send(request.address, subject, "request_received", request.locale, **_of(request))


def request_answered(event: Event) -> None:
    """Send what staff wrote, and where to read the whole course."""
    request = event.request
    with force_locale(request.locale):
        subject = _("Your request %(number)s", number=ids.encode(request.id))
        outcome = rules.OUTCOMES.get(request.outcome or "") if event.what == "closed" else None
        _send(
            request.address, subject, "request_answered", request.locale, event=event, outcome=outcome, **_of(request)
        )


def time_runs_out(staff: Member, overdue: list[str], soon: list[str]) -> None:
    """Tell a member of staff which requests and breaches are late or nearly due; numbers alone, no names."""
    with force_locale(staff.locale):
        subject = _("Overdue at the desk") if overdue else _("Nearly due at the desk")
        _send(staff.email, subject, "time_runs_out", staff.locale, overdue=overdue, soon=soon, link=address("/admin"))


def breach_told(address_: str, locale: str, text: str) -> None:
    """Tell somebody of a breach that touches them."""
    with force_locale(locale):
        _send(address_, _("About the safety of your data"), "breach_told", locale, text=text)


def _of(request: Request) -> dict[str, Any]:
    return {
        "asked": request,
        "kind": rules.KINDS[request.kind],
        "number": ids.encode(request.id),
        "link": address(f"/privacy/requests/{ids.encode(request.id)}"),
    }


def address(path: str) -> str:
    """Return the whole address of a page of ours."""
    settings: Settings = current_app.extensions["clozette.settings"]
    return settings.base_url.rstrip("/") + path


def _send(to: str, subject: str, template: str, locale: str, **values: Any) -> None:
    # Not ``render_template``: its context processors ask who looks, and in a task nobody does.
    env = current_app.jinja_env
    context = {"home": address("/"), "subject": subject, "locale": locale, **values}
    text = env.get_template(f"rights/mail/{template}.txt").render(context)
    html = env.get_template(f"rights/mail/{template}.html").render(context)
    outbox().send(Message(to=to, subject=subject, text=text, html=html))
