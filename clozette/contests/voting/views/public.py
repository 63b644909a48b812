"""Voting, taking back, and the open list in which everybody finds their own vote."""

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, current_app, redirect, render_template, request

from clozette.accounts.access import oneself
from clozette.contests.entering import access as entries
from clozette.contests.entering.views import came_from
from clozette.contests.planning.access import contest_for
from clozette.contests.planning.models import Contest
from clozette.contests.voting import access, ballots, kept, queries, quick, services, wording
from clozette.contests.voting.schemas import ReceiptIn
from clozette.contests.voting.services import POINT, Came
from clozette.kernel import clock, ids
from clozette.kernel.paging import read_cursor
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form
from clozette.privacy import notices

blueprint = Blueprint("contest_votes", __name__)
HERE = "/contests/<slug>/votes"
_VOTE = "/contests/<slug>/entries/<id:entry_id>/vote"


@blueprint.post(_VOTE)
@gate.members(collects=POINT)
def vote(slug: str, entry_id: int) -> Any:
    """Vote for an entry; with ``_method`` DELETE, take the vote back."""
    if request.form.get("_method") == "DELETE":
        return take_back(slug, entry_id)
    viewer, now = gate.viewer(), clock.now()
    number = quick.vote(viewer, slug, entry_id, came, now=now)
    if number is None:
        contest = contest_for(viewer, slug)
        entry = entries.entry_for(viewer, contest, entry_id)
        services.cast(contest, entry, oneself(viewer), came(), now=now)
        number = entry.number
    return redirect(_back(slug, entry_id, number), 303)


@blueprint.delete(_VOTE)
@gate.members(collects=POINT)
def take_back(slug: str, entry_id: int) -> Any:
    """Take the vote for an entry back."""
    viewer = gate.viewer()
    contest = contest_for(viewer, slug)
    entry = access.voted_for(viewer, contest, entry_id)
    services.take_back(contest, entry, oneself(viewer), now=clock.now())
    return redirect(_back(slug, entry_id, entry.number), 303)


@blueprint.get(HERE)
@gate.everyone()
def votes(slug: str) -> Any:
    """Show the list, one's own votes in it, and after the freeze how they were counted."""
    return _list_page(_with_vote(slug))


@blueprint.get(f"{HERE}/check")
@gate.everyone()
def check(slug: str) -> Any:
    """Say whether a receipt is in the list, and how its vote was counted."""
    contest = _with_vote(slug)
    form = Form(ReceiptIn, {"receipt": request.args.get("receipt", "").strip().lower()})
    form.errors = ReceiptIn().validate(form.values)
    if form.errors:
        return _list_page(contest, form, 422)
    return _list_page(contest, form, found=kept.find(contest, form.values["receipt"], clock.now()), is_checked=True)


@blueprint.get("/contests/<slug>/votes.json")
@gate.everyone()
def file(slug: str) -> Response:
    """Give the list as a file: receipts before the freeze; after it everything that the totals are made of."""
    text, digest = kept.file(_with_vote(slug), clock.now())
    response = Response(text, mimetype="application/json")
    response.headers["Cache-Control"] = "public, max-age=60"
    response.set_etag(digest)
    response.make_conditional(request)
    return response


def came() -> Came:
    """Return where a vote comes from, and what its form showed."""
    where = came_from()
    return Came(where["address"], notices.answered(POINT), "form:vote", where)


def _with_vote(slug: str) -> Contest:
    contest = contest_for(gate.viewer(), slug)
    return contest if contest.votes_from is not None else abort(404)


def _list_page(contest: Contest, form: Form | None = None, status: int = 200, **values: Any) -> Any:
    frozen = kept.frozen(contest)
    page = render_template(
        "contests/votes.html",
        contest=contest,
        form=form or Form(ReceiptIn),
        mine=ballots.own_votes(gate.viewer(), contest),
        count=queries.count(contest),
        page=queries.receipts(contest, read_cursor(request.args.get("after"))),
        totals=frozen.totals if frozen is not None and frozen.lines else {},
        states=wording.STATES,
        reasons=wording.REASONS,
        **values,
    )
    return page, status


def _back(slug: str, entry_id: int, number: int) -> str:
    """Return the page of the contest that the vote was given on, at the entry's place."""
    home, place = f"/contests/{slug}", f"#entry-{number}"
    came = urlsplit(request.referrer or "")
    site = urlsplit(current_app.extensions["clozette.settings"].base_url)
    known = (home, f"{home}/entries", f"{home}/votes", f"{home}/entries/{ids.encode(entry_id)}")
    if (came.scheme, came.netloc) != (site.scheme, site.netloc) or came.path not in known:
        return f"{home}/entries{place}"
    query = f"?{came.query}" if came.query and came.query.isascii() else ""
    return f"{came.path}{query}{place}"
