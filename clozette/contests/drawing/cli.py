"""``clozette contest draw|verify``: make a draw whose round is there, and check one, or a file of one."""

import json
import sys
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from flask import Flask
from flask_babel import force_locale

from clozette.contests.drawing import files, queries, services
from clozette.contests.drawing.verifying import files as verifying
from clozette.contests.drawing.verifying.findings import TooLong, Unreadable
from clozette.contests.planning.models import Contest
from clozette.kernel import clock
from clozette.kernel.database import committed, db
from clozette.kernel.refusal import Refused

_WORDS = {"ok": "ok", "wrong": "WRONG", "unchecked": "NOT CHECKED"}


@click.command()
@click.argument("slug")
def draw(slug: str) -> None:
    """Ask for the round of SLUG's draw, and draw; nothing happens twice."""
    app = _app()
    with committed(app):
        wanted = services.wanted(_contest(slug), now=clock.now())
    if wanted is not None:
        _take(app, slug, wanted)
    with app.app_context():
        click.echo(_standing(_contest(slug)))


@click.command()
@click.argument("what")
def verify(what: str) -> None:
    """Check the draw of a contest, or a file of a draw, of votes or of ballots; exit 1 if anything is wrong."""
    app, path = _app(), Path(what)
    with app.app_context(), force_locale("en"):
        try:
            found = verifying.check(path.read_bytes() if path.is_file() else _document(what))
        except (Unreadable, TooLong) as error:
            click.echo(f"Nothing to check: {error}", err=True)
            sys.exit(2)
    for state, words in found.lines:
        click.echo(f"{_WORDS[state]}: {words}")
    sys.exit(0 if found.is_right else 1)


def _take(app: Flask, slug: str, wanted: services.Wanted) -> None:
    with app.app_context():
        found = services.ask(wanted)
    if found is None:
        sys.exit(f"No server answers with round {wanted.number} of {wanted.chain.name}, signed by the chain.")
    try:
        with committed(app):
            services.take_beacon(_contest(slug), found, now=clock.now())
    except Refused as refused:
        sys.exit(refused.refusal.message)


def _standing(contest: Contest) -> str:
    made = queries.draw_of(contest)
    if made is None:
        return "This contest has no draw."
    if made.drawn_at is not None:
        return f"Drawn: {' '.join(map(str, made.picked)) or 'nobody'}"
    if made.source == "witness":
        return "Waits for the witness's number."
    return (
        f"Waits for round {made.round} of {made.chain['name']}, there on {queries.time_of(made):%Y-%m-%d %H:%M:%S} UTC."
    )


def _document(slug: str) -> str:
    contest = _contest(slug)
    made = queries.draw_of(contest)
    if made is None:
        sys.exit("This contest has no draw.")
    return json.dumps(files.document(contest, made))


def _contest(slug: str) -> Contest:
    found = db.session.scalar(sa.select(Contest).where(Contest.slug == slug))
    if found is None:
        sys.exit(f"There is no contest called {slug}, and no such file.")
    return found


def _app() -> Any:
    return click.get_current_context().find_root().obj()
