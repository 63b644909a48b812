"""Pages: who got my data, and when staff looked at my record."""

from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import lazy_gettext as _l

from clozette.kernel import clock
from clozette.kernel.paging import read_cursor
from clozette.kernel.web.gate import everyone
from clozette.privacy.disclosures import queries
from clozette.privacy.purposes import title
from clozette.rights import person
from clozette.rights.desk.kept import CATEGORY_NAMES
from clozette.rights.desk.words import detail

blueprint = Blueprint("disclosures", __name__)

BASES = {
    "consent": _l("You agreed to it"),
    "contract": _l("A contract with you needs it"),
    "law": _l("A law demands it"),
    "claim": _l("To settle a claim"),
    "vital": _l("To protect somebody’s life"),
}
MEANS = {"file": _l("as a file"), "api": _l("from system to system"), "webhook": _l("from system to system")}
TRIGGERS = {
    "contest": _l("because of a contest"),
    "prize": _l("to send a prize"),
    "survey": _l("because of a survey"),
    "promotion": _l("because of a promotion"),
    "law": _l("by order of an authority"),
    "order": _l("because of an order"),
    "selling": _l("because you sell"),
}
NAMES = {
    "delivery": _l("so that the seller can send it"),
    "fetching": _l("so that the seller knows who bought it"),
    "parcel": _l("so that the parcel arrives"),
    "return": _l("so that it can be sent back"),
    "sale": _l("so that the buyer knows whom they bought from"),
    "payment": _l("so that it can be paid"),
    "payout": _l("so that money can reach you"),
}
"""What a hand-over was for, where nobody is asked to agree to that on a form."""
KINDS = {
    "erasure": _l("asked to erase it"),
    "correction": _l("told that it was corrected"),
    "withdrawal": _l("told that you withdrew your consent"),
    "term": _l("told that the time to keep it is over"),
}


@blueprint.get("/privacy/disclosures")
@everyone()
def disclosures() -> Any:
    """Show who got the person's data, by name."""
    who = person.require()
    page = queries.of_subject(who.subject_id, now=clock.now(), after=read_cursor(request.args.get("after")))
    names = {
        "purpose_name": purpose_name,
        "bases": BASES,
        "means": MEANS,
        "kinds": KINDS,
        "triggers": TRIGGERS,
        "categories": CATEGORY_NAMES,
        "detail": detail,
    }
    return render_template("rights/disclosures.html", page=page, **names)


def purpose_name(purpose: str) -> str:
    """Return what a purpose is called in plain words; one that was not asked for on a form is called by its name."""
    try:
        return title(purpose)
    except KeyError:
        return str(NAMES.get(purpose, purpose))


@blueprint.get("/privacy/access")
@everyone()
def access() -> Any:
    """Show when staff looked at the person's record, and why."""
    who = person.require()
    page = queries.looks_at(who.subject_id, now=clock.now(), after=read_cursor(request.args.get("after")))
    return render_template("rights/access.html", page=page)
