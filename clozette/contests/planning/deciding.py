"""Who decides: the jury's and the draw's parts register how the order of the entries is found."""

from collections.abc import Callable, Sequence

from flask import Flask, current_app

from clozette.contests.planning.models import Contest

_DECIDERS = "clozette.contests.deciders"
Decider = Callable[[Contest], Sequence[int]]
"""Returns ids of entries, best first, with the alternates behind."""


def register(app: Flask, decided_by: str, fn: Decider) -> None:
    """Say who knows the order of the entries of contests that are decided by ``decided_by``; for the wiring page."""
    app.extensions.setdefault(_DECIDERS, {})[decided_by] = fn


def order(contest: Contest) -> Sequence[int]:
    """Return the ids of the entries that won, best first, with the alternates behind them."""
    deciders: dict[str, Decider] = current_app.extensions.get(_DECIDERS, {})
    return deciders[contest.decided_by](contest)
