"""The contact form: anybody writes to us, and the desk gets it."""

from typing import Any

from flask import redirect
from flask_babel import gettext as _

from clozette.accounts import addresses, countries
from clozette.kernel import clock
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form
from clozette.privacy import notices
from clozette.rights import person
from clozette.rights.desk import codes, rules, services, throttle
from clozette.rights.desk.schemas import ContactIn
from clozette.rights.desk.views.blueprint import blueprint, page


@blueprint.get("/contact")
@gate.everyone()
def contact_form() -> Any:
    """Show the form, with the address of whoever is known."""
    who = person.current()
    known = {"email": who.email, "name": who.name, "country": who.country} if who else {}
    return _page(Form(ContactIn, known))


@blueprint.post("/contact")
@gate.everyone(collects=services.POINT)
def contact() -> Any:
    """Take a message. Who is signed in and gives their own address is known; of others the address is to be proved."""
    form = Form(ContactIn)
    if not form.load():
        return _page(form)
    typed = form.data
    throttle.write(addresses.canonical(typed["email"]) or "")
    now, who = clock.now(), _known(typed["email"])
    services.receive(
        subject_id=who.subject_id if who else codes.address_of(typed["email"], now).subject_id,
        kind=typed["kind"],
        text=typed["text"],
        address=typed["email"],
        name=typed["name"],
        country=typed["country"] or (who.country if who else None),
        source="contact",
        identified_how=who.how if who else None,
        shown=notices.answered(services.POINT),
        now=now,
    )
    return redirect("/contact/sent", 303)


@blueprint.get("/contact/sent")
@gate.everyone()
def contact_sent() -> Any:
    """Say that it arrived."""
    return page("rights/contact_sent.html")


def _known(typed: str) -> person.Person | None:
    """Return who writes, if they write from the address that we know as theirs."""
    who = person.current()
    return who if who and addresses.canonical(who.email) == addresses.canonical(typed) else None


def _page(form: Form) -> Any:
    kinds = [(rules.UNDER_NO_LAW, _("A question, or something else"))]
    kinds += [(name, str(title)) for name, title in rules.KINDS.items() if name != rules.UNDER_NO_LAW]
    return page("rights/contact.html", form.status, form=form, kinds=kinds, countries=countries.choices())
