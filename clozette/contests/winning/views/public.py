"""``/contests/…/results``: who won, by number or, where they agreed, by name; ``/contests/…/prize``: the winner's own page."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template
from flask_babel import gettext as _

from clozette.accounts import countries
from clozette.accounts.access import oneself
from clozette.contests.planning import access as contest_access
from clozette.contests.planning import words
from clozette.contests.planning.models import Contest
from clozette.contests.sponsors import sharing
from clozette.contests.winning import access, asking, queries, services, wording
from clozette.contests.winning.models import Winner
from clozette.contests.winning.schemas import AddressIn, AnswerIn
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form
from clozette.privacy import notices

blueprint = Blueprint("winners", __name__)
HERE = "/contests/<slug>"


@blueprint.get(f"{HERE}/results")
@gate.everyone()
def results(slug: str) -> str:
    """List the winners of a contest that is over, and whose prize went on."""
    contest = contest_access.contest_for(gate.viewer(), slug)
    is_over = contest.state in ("announced", "done")
    return render_template(
        "contests/results.html",
        contest=contest,
        is_over=is_over,
        shown=queries.shown(contest) if is_over else [],
        passed_over=queries.passed_over(contest.id) if is_over else [],
        are_gone=queries.are_gone(contest),
        because_names=wording.BECAUSE_NAMES,
        announced=words.zone_moment(contest.announce_at, contest.time_zone),
    )


@blueprint.get(f"{HERE}/prize")
@gate.members()
def prize(slug: str) -> Any:
    """Show the viewer what they won, how far it is, and the next thing to do."""
    contest, winner = _own(slug)
    return _page(contest, winner, Form(AddressIn, _address(winner)))


@blueprint.post(f"{HERE}/prize/answer")
@gate.members(collects=asking.POINT)
def answer(slug: str) -> Any:
    """Say yes or no to the prize; with a yes, whether the list may name one."""
    contest, winner = _own(slug)
    form, now, member = Form(AnswerIn), clock.now(), oneself(gate.viewer())
    if not form.load():
        return _page(contest, winner, Form(AddressIn), answer=form), form.status
    try:
        if form.data["do"] == "decline":
            services.decline(winner, now=now)
        else:
            services.accept(winner, now=now)
            named, shown = form.data["winner_name"], notices.answered(asking.POINT)
            asking.answer_naming(winner, member.subject_id, agreed=named, shown=shown, now=now)
    except Refused as refused:
        return _refused(slug, form, refused, "answer")
    flash(_("Thank you, we have noted it."), "success")
    return redirect(f"/contests/{contest.slug}/prize", 303)


@blueprint.post(f"{HERE}/prize")
@gate.members(collects=asking.POINT)
def address(slug: str) -> Any:
    """Say where the prize shall go, and which sponsor may know that to send it."""
    contest, winner = _own(slug)
    form, now, member = Form(AddressIn), clock.now(), oneself(gate.viewer())
    if not form.load():
        return _page(contest, winner, form), form.status
    share = form.data.pop("share")
    try:
        services.give_address(winner, form.data, now=now)
        shown = notices.answered(asking.POINT)
        asking.answer_sharing(winner, member.subject_id, share=share, shown=shown, now=now)
    except Refused as refused:
        return _refused(slug, form, refused, "form")
    flash(_("The address is kept until thirty days after the prize arrived."), "success")
    return redirect(f"/contests/{contest.slug}/prize", 303)


@blueprint.post(f"{HERE}/prize/arrival")
@gate.members(collects=asking.POINT)
def arrival(slug: str) -> Any:
    """Say that the prize arrived."""
    contest, winner = _own(slug)
    services.receive(winner, now=clock.now())
    return redirect(f"/contests/{contest.slug}/prize", 303)


def _own(slug: str) -> tuple[Contest, Winner]:
    contest = contest_access.contest_for(gate.viewer(), slug)
    return contest, access.own_prize(gate.viewer(), contest)


def _refused(slug: str, form: Form, refused: Refused, which: str) -> Any:
    """Show the reason beside what was typed, with the page as it stands: nothing of what was begun counts."""
    db.session.rollback()
    contest, winner = _own(slug)
    form.refuse(refused.refusal)
    if which == "answer":
        return _page(contest, winner, Form(AddressIn, _address(winner)), answer=form), form.status
    return _page(contest, winner, form), form.status


def _page(contest: Contest, winner: Winner, form: Form, answer: Form | None = None) -> str:
    member, now = oneself(gate.viewer()), clock.now()
    asked = asking.sharings(winner, member.subject_id, now)
    return render_template(
        "contests/prize.html",
        contest=contest,
        winner=winner,
        form=form,
        answer=answer or Form(AnswerIn),
        asked=asked,
        offers=asking.offers(asked),
        name_offers=asking.name_offers(winner, member.subject_id, now),
        by_sponsor=queries.is_sent_by_sponsor(winner, member.subject_id),
        due=words.zone_moment(winner.due_at, contest.time_zone) if winner.due_at else "",
        state_names=wording.OWN_NAMES,
        because_names=wording.BECAUSE_NAMES,
        countries=countries.choices(),
        explained=lambda asked_one: sharing.explain(asked_one.id),
    )


def _address(winner: Winner) -> dict[str, Any]:
    """Return what was typed before, for putting it right; the country of the account where nothing was."""
    held = queries.address_of(winner)
    if held is None:
        return {"country": oneself(gate.viewer()).country}
    return {name: getattr(held, name) for name in AddressIn().fields if name != "share"}
