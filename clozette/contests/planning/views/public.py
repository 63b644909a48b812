"""``/contests``: what can be entered and what is over; one contest with its terms.

Other parts fill the places of a contest's page from the wiring page: ``contest.ways`` (what one can do there),
``contest.entries``, ``contest.facts`` (what anybody can check) and ``contest.results``. Their templates see ``contest``.
"""

from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request

from clozette.contests import facts
from clozette.contests.planning import access, queries, words
from clozette.contests.planning.models import Contest, Rules
from clozette.kernel.paging import read_cursor
from clozette.kernel.web.gate import everyone, viewer
from clozette.privacy.policies import difference
from clozette.privacy.policies.reading import blocks

blueprint = Blueprint("contests", __name__)
HERE = "/contests"


@blueprint.get(HERE)
@everyone()
def index() -> str:
    """List contests: those that take entries, those to come, those that are over."""
    current, over = queries.current(), queries.over(read_cursor(request.args.get("after")))
    return render_template(
        "contests/index.html",
        current=current,
        over=over,
        sponsor_names=queries.sponsor_names([*current, *over.items]),
        **words.names(),
    )


@blueprint.get(f"{HERE}/<slug>")
@everyone()
def contest(slug: str) -> Any:
    """Show one."""
    found = access.contest_for(viewer(), slug)
    return render_template(
        "contests/contest.html",
        contest=found,
        sponsor=queries.sponsor_of(found),
        rules=queries.rules_of(found),
        moments=words.moments(found),
        countries=words.countries,
        is_same_clock=words.is_same_clock,
        cancelled=facts.of(found.id, "cancelled") if found.state == "cancelled" else None,
        **words.names(),
    )


@blueprint.get(f"{HERE}/<slug>/rules")
@everyone()
def rules(slug: str) -> Any:
    """Show the official rules that hold."""
    found = access.contest_for(viewer(), slug)
    return _rules_page(found, queries.rules_of(found) or abort(404))


@blueprint.get(f"{HERE}/<slug>/rules/<number>")
@everyone()
def rules_version(slug: str, number: str) -> Any:
    """Show one version of the rules for ever, word for word (``.txt``: its very bytes), or what changed (``1...2``)."""
    found = access.contest_once_public(viewer(), slug)
    before, dots, after = number.partition("...")
    if dots:
        old, new = _version(found, before), _version(found, after)
        passages = difference.between(old.text, new.text)
        return render_template("contests/difference.html", contest=found, before=old, after=new, passages=passages)
    if number.endswith(".txt"):
        return _bytes(_version(found, number.removesuffix(".txt")))
    return _rules_page(found, _version(found, number))


def _version(found: Contest, number: str) -> Rules:
    is_number = number.isascii() and number.isdecimal() and len(number) < 7
    return (queries.rules_of(found, int(number)) if is_number else None) or abort(404)


def _bytes(shown: Rules) -> Response:
    answer = make_response(shown.text)
    answer.mimetype = "text/plain"
    return answer


def _rules_page(found: Contest, shown: Rules) -> str:
    return render_template(
        "contests/rules.html",
        contest=found,
        shown=shown,
        text=blocks(shown.text),
        versions=queries.versions_of(found)[::-1],
    )
