"""Pages of marketing: what people are asked to share, for a contest or for the sending of a prize."""

from functools import partial
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask_babel import gettext as _

from clozette.contests.sponsors import access, fields, queries, sharing, things
from clozette.contests.sponsors.models import Sharing
from clozette.contests.sponsors.schemas import SharingIn, UnshareIn
from clozette.contests.sponsors.sharing import Terms
from clozette.contests.sponsors.things import Thing
from clozette.contests.sponsors.views.staff import ROLE
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form

blueprint = Blueprint("sharings", __name__, url_prefix="/marketing")
Asked = list[tuple[Sharing, str | None]]
"""What is asked, each with the words that people read."""
_CONTEST, _PRIZE, _SURVEY, _PROMOTION = ({"kind": kind} for kind in ("contest", "prize", "survey", "promotion"))


@blueprint.get("/contests/<id:object_id>/sharing", defaults=_CONTEST)
@blueprint.get("/prizes/<id:object_id>/sharing", defaults=_PRIZE)
@blueprint.get("/surveys/<id:object_id>/sharing", defaults=_SURVEY)
@blueprint.get("/promotions/<id:object_id>/sharing", defaults=_PROMOTION)
@gate.staff(ROLE)
def shared(kind: str, object_id: int) -> Any:
    """Show what is asked, in the words that people read, and the form for more."""
    found = things.thing(kind, object_id)
    return _page(found, Form(SharingIn, {"reaches": "agreed"} | _promised()), _asked(found))


@blueprint.post("/contests/<id:object_id>/sharing", defaults=_CONTEST)
@blueprint.post("/prizes/<id:object_id>/sharing", defaults=_PRIZE)
@blueprint.post("/surveys/<id:object_id>/sharing", defaults=_SURVEY)
@blueprint.post("/promotions/<id:object_id>/sharing", defaults=_PROMOTION)
@gate.staff(ROLE, collects="CP2")
def share(kind: str, object_id: int) -> Any:
    """Ask for something, instead of what was asked for this sponsor before."""
    found, form = things.thing(kind, object_id), Form(SharingIn)
    asked = _asked(found)  # before it changes: what is refused is undone at the edge
    if not form.load():
        return _page(found, form, asked)
    try:
        sponsor, now = access.open_sponsor(form.data["sponsor"]), clock.now()
        put = partial(sharing.put, found.kind, found.id, sponsor, _terms(form.data), now=now)
        things.change(found, put, because=form.data["because"], now=now)
    except Refused as refused:
        form.refuse(refused.refusal)
        return _page(found, form, asked)
    flash(_("Saved. People will read it before they enter."), "success")
    return redirect(found.here, 303)


@blueprint.route("/contests/<id:object_id>/sharing/<id:sharing_id>", methods=["POST", "DELETE"], defaults=_CONTEST)
@blueprint.route("/prizes/<id:object_id>/sharing/<id:sharing_id>", methods=["POST", "DELETE"], defaults=_PRIZE)
@blueprint.route("/surveys/<id:object_id>/sharing/<id:sharing_id>", methods=["POST", "DELETE"], defaults=_SURVEY)
@blueprint.route("/promotions/<id:object_id>/sharing/<id:sharing_id>", methods=["POST", "DELETE"], defaults=_PROMOTION)
@gate.staff(ROLE, collects="CP2")
def unshare(kind: str, object_id: int, sharing_id: int) -> Any:
    """Ask for nothing with this sponsor."""
    found, one = things.thing(kind, object_id), db.session.get(Sharing, sharing_id)
    is_asked = request.method == "DELETE" or request.form.get("_method") == "DELETE"
    if one is None or (one.object_kind, one.object_id) != (found.kind, found.id) or not is_asked:
        abort(404)
    asked = _asked(found)
    form, now = Form(UnshareIn), clock.now()
    if not form.load():
        return _page(found, form, asked)
    try:
        end = partial(sharing.end, found.kind, found.id, sponsor_id=one.sponsor_id, now=now)
        things.change(found, end, because=form.data["because"], now=now)
    except Refused as refused:
        form.refuse(refused.refusal)
        return _page(found, form, asked)
    flash(_("Nothing is shared with this sponsor."), "success")
    return redirect(found.here, 303)


def _promised() -> dict[str, Any]:
    """Return how long the sponsor keeps what it gets, where there is but one to choose."""
    found = queries.open_sponsors()
    if len(found) != 1:
        return {}
    return {"sponsor": found[0].id, "keeps_for": found[0].keeps_for, "keeps_days": found[0].keeps_days}


def _terms(data: dict[str, Any]) -> Terms:
    named = ("purpose", "keeps_for", "keeps_days", "reaches", "is_required")
    return Terms(fields=data["fields_shared"], **{name: data[name] for name in named})


def _asked(found: Thing) -> Asked:
    return [(one, sharing.explain(one.id)) for one in sharing.of(found.kind, found.id)]


def _page(found: Thing, form: Form, asked: Asked) -> Any:
    values: dict[str, Any] = {
        "asked": asked,
        "prizes": things.prizes_of(found),
        "sponsors": queries.open_sponsors(),
        "offered": fields.offered(found.kind),
    }
    return render_template("marketing/sponsors/sharing.html", thing=found, form=form, **values), form.status
