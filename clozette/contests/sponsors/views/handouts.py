"""Pages of marketing: what is handed to sponsors, prepared here and fetched by them; and who agreed to it."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template
from flask_babel import gettext as _

from clozette.contests.sponsors import access, handing, people, queries, sharing, things
from clozette.contests.sponsors.models import Handout, Sharing
from clozette.contests.sponsors.schemas import HandoutIn
from clozette.contests.sponsors.views.staff import ROLE
from clozette.kernel import clock, ids
from clozette.kernel.refusal import Refused
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form

blueprint = Blueprint("handouts", __name__, url_prefix="/marketing")


@blueprint.get("/contests/<id:object_id>/handouts", defaults={"kind": "contest"})
@blueprint.get("/prizes/<id:object_id>/handouts", defaults={"kind": "prize"})
@blueprint.get("/surveys/<id:object_id>/handouts", defaults={"kind": "survey"})
@blueprint.get("/promotions/<id:object_id>/handouts", defaults={"kind": "promotion"})
@gate.staff(ROLE)
def of_thing(kind: str, object_id: int) -> Any:
    """List everything that was or is asked for a thing, with how people answered and what was handed over."""
    found = things.thing(kind, object_id)
    every = [found, *things.prizes_of(found)]
    rows = [(one, queries.recipient_of(one), people.figures(one)) for each in every for one in queries.ever(each)]
    return render_template("marketing/sponsors/handouts.html", thing=found, rows=rows)


@blueprint.get("/sharings/<id:sharing_id>")
@gate.staff(ROLE)
def one(sharing_id: int) -> Any:
    """Show one of them: its words, its figures, what was prepared and fetched."""
    return _page(
        access.any_sharing(sharing_id), Form(HandoutIn, {"means": "file", "form": "csv", "most": 3, "days": 14})
    )


@blueprint.post("/sharings/<id:sharing_id>/handouts")
@gate.staff(ROLE, collects="CP2")
def prepare(sharing_id: int) -> Any:
    """Let the sponsor fetch it."""
    asked, form = access.any_sharing(sharing_id), Form(HandoutIn)
    if not form.load():
        return _page(asked, form)
    said = {name: form.data[name] for name in ("reason", "means", "form", "most")}
    try:
        handing.prepare(asked, **said, open_for=timedelta(days=form.data["days"]), by_id=_me(), now=clock.now())
    except Refused as refused:
        form.refuse(refused.refusal)
        return _page(asked, form)
    flash(_("Prepared. The sponsor’s people are told by mail, and fetch it with their own sign-in."), "success")
    return _to(asked)


@blueprint.post("/handouts/<id:handout_id>/approval")
@gate.staff("admin", collects="CP2")
def approve(handout_id: int) -> Any:
    """Agree, as the second person, to what is about many people."""
    return _decide(access.any_handout(handout_id), _approved)


@blueprint.post("/handouts/<id:handout_id>/ending")
@gate.staff(ROLE, collects="CP2")
def end(handout_id: int) -> Any:
    """Let nothing be fetched any more."""
    return _decide(access.any_handout(handout_id), _stopped)


@blueprint.post("/handouts/<id:handout_id>/sending")
@gate.staff(ROLE, collects="CP2")
def send(handout_id: int) -> Any:
    """Send it to the sponsor's own address."""
    return _decide(access.any_handout(handout_id), _sent)


def _sent(handout: Handout) -> str:
    handing.ask_to_send(handout, by_id=_me(), now=clock.now())
    return str(_("It is being sent. Look again in a minute."))


def _approved(handout: Handout) -> str:
    handing.approve(handout, by_id=_me(), now=clock.now())
    return str(_("Approved. The sponsor can fetch it."))


def _stopped(handout: Handout) -> str:
    handing.stop(handout, now=clock.now())
    return str(_("Ended. Nothing can be fetched any more."))


def _decide(handout: Handout, deed: Any) -> Any:
    asked, form = access.any_sharing(handout.sharing_id), Form(HandoutIn)
    try:
        flash(deed(handout), "success")
    except Refused as refused:
        form.refuse(refused.refusal)
        return _page(asked, form)
    return _to(asked)


def _me() -> int:
    subject_id = gate.viewer().subject_id
    assert subject_id is not None
    return subject_id


def _to(asked: Sharing) -> Any:
    return redirect(f"/marketing/sharings/{ids.encode(asked.id)}", 303)


def _page(asked: Sharing, form: Form) -> Any:
    prepared = [(handout, handing.fetches(handout)) for handout in handing.of_sharing(asked)]
    values: dict[str, Any] = {
        "thing": things.thing(asked.object_kind, asked.object_id),
        "recipient": queries.recipient_of(asked),
        "words": sharing.explain(asked.id),
        "figures": people.figures(asked),
        "too_early": people.why_not_due(asked, clock.now()),
        "hook": queries.hook_of(asked.sponsor_id),
        "now": clock.now(),
        "me": _me(),
    }
    return render_template(
        "marketing/sponsors/handout.html", asked=asked, form=form, prepared=prepared, **values
    ), form.status
