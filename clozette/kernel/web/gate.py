"""The gate: closed by default. A view says who may enter and which collection point it feeds, or it can't be reached.

Signed out where a sign-in is needed: 303 to ``/login?next=`` (401 in the API); signed in without the right: 404 (an API
token without the scope: 403), so that the forbidden and the unknown look alike.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Flask, abort, redirect, request

from clozette.kernel import context
from clozette.kernel.context import kept
from clozette.kernel.viewer import GUEST, Viewer
from clozette.kernel.web import errors

View = TypeVar("View", bound=Callable[..., Any])
MARK = "clozette_entry"


@dataclass(frozen=True)
class Entry:
    """Who may enter a view (``guest`` | ``member`` | ``staff``), and what it takes.

    :param collects: the collection point (``CP1`` …) that the view's personal data enters by, if it takes any.
    :param scope: what an API token must be allowed, such as ``closet:write``.
    :param unconfirmed: whether a member may enter before confirming the mail address.
    :param leaving: whether a member may enter who asked to be erased; all others are led to where that can be undone.
    """

    who: str
    roles: tuple[str, ...] = ()
    collects: str | None = None
    scope: str | None = None
    unconfirmed: bool = False
    leaving: bool = False


def everyone(*, collects: str | None = None) -> Callable[[View], View]:
    """Open a view to everybody."""
    return _mark(Entry("guest", collects=collects))


def members(
    *, collects: str | None = None, scope: str | None = None, unconfirmed: bool = False, leaving: bool = False
) -> Callable[[View], View]:
    """Open a view to members."""
    return _mark(Entry("member", collects=collects, scope=scope, unconfirmed=unconfirmed, leaving=leaving))


def staff(*roles: str, collects: str | None = None) -> Callable[[View], View]:
    """Open a view to staff in one of ``roles`` who signed in with a second factor."""
    return _mark(Entry("staff", roles=roles, collects=collects))


def entry_of(app: Flask, endpoint: str) -> Entry | None:
    """Return how ``endpoint`` is opened, or nothing if nobody said."""
    found: Entry | None = getattr(app.view_functions[endpoint], MARK, None)
    return found


def viewer() -> Viewer:
    """Return who looks; found once per request by the loader that the wiring page sets."""
    values = kept()
    found: Viewer | None = values.get("viewer")
    if found is None:
        load = context.app().extensions.get("clozette.viewer_loader")
        found = values["viewer"] = load() if load else GUEST
    return found


def init_app(app: Flask) -> None:
    """Stand before every request."""
    app.before_request(_stand_guard)
    app.context_processor(lambda: {"viewer": viewer()})


def _mark(entry: Entry) -> Callable[[View], View]:
    def mark(view: View) -> View:
        setattr(view, MARK, entry)
        return view

    return mark


def _stand_guard() -> Any:
    endpoint = context.asked().endpoint
    if endpoint is None:
        return None  # routing's own 404 or 405
    entry = entry_of(context.app(), endpoint)
    if entry is None:
        abort(404)
    if entry.who == "guest":
        return None
    who = viewer()
    if not who.is_member:
        return _ask_to_sign_in()
    if who.is_leaving and not entry.leaving:
        return redirect("/privacy/erasure", 303)
    if who.scopes is not None and (entry.scope is None or entry.scope not in who.scopes):
        abort(403, description="The token lacks the scope for this.")
    if entry.who == "staff" and not who.may_as(*entry.roles):
        abort(404)
    if not who.is_confirmed and not entry.unconfirmed:
        return _ask_to_confirm()
    return None


def _ask_to_sign_in() -> Any:
    if errors.wants_json():
        response = errors.problem(401, "Sign in with a bearer token.")
        response.headers["WWW-Authenticate"] = "Bearer"
        return response
    wanted = request.full_path.rstrip("?") if request.method == "GET" else ""
    return redirect("/login?" + urlencode({"next": wanted}) if wanted else "/login", 303)


def _ask_to_confirm() -> Any:
    if errors.wants_json():
        return errors.problem(403, "Confirm your mail address first.", code="unconfirmed")
    return redirect("/confirm", 303)
