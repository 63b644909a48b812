"""My privacy: the ways on, and what is kept about me and why."""

from typing import Any

from clozette.kernel.web.gate import everyone
from clozette.rights import person
from clozette.rights.desk import kept
from clozette.rights.desk.views.blueprint import blueprint, page


@blueprint.get("/privacy")
@everyone()
def index() -> Any:
    """Show a person what they can do about their data, and a summary of what is kept."""
    who = person.require()
    return page("rights/index.html", who=who, categories=kept.about(who.subject_id))


@blueprint.get("/privacy/kept")
@everyone()
def kept_about_me() -> Any:
    """Show everything that is kept about a person: how much, what for, how long, and what an erasure does with it."""
    who = person.require()
    return page("rights/kept.html", who=who, categories=kept.about(who.subject_id))
