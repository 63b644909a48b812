"""Pages of the policies and the terms: the text that holds, every version, and the difference between any two."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request

from clozette.kernel import clock
from clozette.kernel.kept import Kept
from clozette.kernel.web.gate import everyone
from clozette.privacy.points import open_points
from clozette.privacy.policies import difference, versions
from clozette.privacy.policies.editions import EDITIONS, LANGUAGE_NAMES, edition_here
from clozette.privacy.policies.reading import blocks, title
from clozette.privacy.policies.versions import PolicyVersion

blueprint = Blueprint("policies", __name__)

_BETWEEN: Kept[list[difference.Passage]] = Kept(200)


@blueprint.get("/policy", defaults={"kind": "policy"})
@blueprint.get("/terms", defaults={"kind": "terms"})
@everyone()
def current(kind: str) -> Any:
    """Show the text that holds here, and every version there is; ``?from=…&to=…`` leads to a difference."""
    if "from" in request.args and "to" in request.args:
        return redirect(_difference_path(kind, request.args["from"], request.args["to"]), 303)
    return _page(versions.here(kind=kind))


@blueprint.get("/policy/<name>", defaults={"kind": "policy"})
@blueprint.get("/terms/<name>", defaults={"kind": "terms"})
@everyone()
def version(kind: str, name: str) -> Any:
    """Show one version by its day or digest, or what changed between two (``a...b``)."""
    if "..." in name:
        before, _, after = name.partition("...")
        return _difference(_found(kind, before), _found(kind, after))
    return _page(_found(kind, name))


def compare(before: PolicyVersion, after: PolicyVersion) -> list[difference.Passage]:
    """Return the difference of two versions; they never change, so it is kept."""
    key = (before.sha256, after.sha256)
    known = _BETWEEN.get(key)
    if known is None:
        known = difference.between(versions.text_of(before), versions.text_of(after))
        _BETWEEN.put(key, known)
    return known


def _page(shown: PolicyVersion) -> str:
    text = versions.text_of(shown)
    return render_template(
        "privacy/policies/version.html",
        shown=shown,
        blocks=blocks(text),
        title=title(text),
        points=open_points() if shown == versions.here(kind="policy") else [],
        **_around(shown.kind),
    )


def _difference(before: PolicyVersion, after: PolicyVersion) -> str:
    return render_template(
        "privacy/policies/difference.html",
        before=before,
        after=after,
        passages=compare(before, after),
        **_around(after.kind),
    )


def _around(kind: str) -> dict[str, Any]:
    known = versions.every(kind)
    now = clock.now()
    return {
        "kind": kind,
        "known": known[::-1],
        "holding": {versions.in_force(one.edition, one.language, now, kind) for one in known},
        "now": now,
        "editions": EDITIONS,
        "language_names": LANGUAGE_NAMES,
        "edition": edition_here(),
    }


def _found(kind: str, name: str) -> PolicyVersion:
    return versions.find(kind, name) or abort(404)


def _difference_path(kind: str, before: str, after: str) -> str:
    return f"/{kind}/{_found(kind, before).slug}...{_found(kind, after).slug}"
