"""``/witness/…``: the form of whoever stands as the witness of a draw, behind the link that they were mailed."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template

from clozette.contests.drawing import queries, services, witnesses
from clozette.contests.drawing.models import Witness
from clozette.contests.drawing.schemas import NonceIn
from clozette.contests.planning import words
from clozette.contests.planning.models import Contest
from clozette.kernel import clock
from clozette.kernel.refusal import Refused, refuse
from clozette.kernel.web.forms import Form
from clozette.kernel.web.gate import everyone

blueprint = Blueprint("witnesses", __name__)


@blueprint.get("/witness/<token>")
@everyone()
def ask(token: str) -> Any:
    """Say what is asked of the witness, and take the number once it is time."""
    return _page(token, *_known(token), Form(NonceIn))


@blueprint.post("/witness/<token>")
@everyone(collects="CP3")
def give(token: str) -> Any:
    """Take the number, and draw."""
    witness, contest = _known(token)
    form = Form(NonceIn)
    if not form.load():
        return _page(token, witness, contest, form)
    try:
        refuse(witnesses.why_not_yet(contest))
        services.take_nonce(contest, form.data["nonce"], now=clock.now())
    except Refused as refused:
        form.refuse(refused.refusal)
        return _page(token, witness, contest, form)
    return redirect(f"/contests/{contest.slug}/draw", 303)


def _known(token: str) -> tuple[Witness, Contest]:
    return witnesses.by_token(token) or abort(404)


def _page(token: str, witness: Witness, contest: Contest, form: Form) -> Any:
    return render_template(
        "contests/draw/witness.html",
        token=token,
        witness=witness,
        contest=contest,
        draw=queries.draw_of(contest),
        refusal=witnesses.why_not_yet(contest),
        form=form,
        zone=words.zone_moment,
    ), form.status
