"""A site whose tasks leave tracks: what was asked for, what began, what was done, and by whom.

``python -m benchmarks.faults._core_site`` is its worker; ``benchmarks.faults._core_site:create`` its web application.
"""

import os
import sys
import time

import sqlalchemy as sa
from flask import Flask, abort, current_app
from sqlalchemy.dialects import postgresql, sqlite

from clozette import cli, create_app
from clozette.development import supervisor
from clozette.kernel import database, tasks
from clozette.kernel.database import db
from clozette.kernel.refusal import Refusal, Refused
from clozette.kernel.tasks import store
from clozette.kernel.web import gate

SLOW_SECONDS = 0.4
IN_FLIGHT_SECONDS = 0.02
tracks = sa.MetaData()
asked = sa.Table("faults_asked", tracks, sa.Column("number", sa.Integer, primary_key=True))
began = sa.Table(
    "faults_began",
    tracks,
    sa.Column("number", sa.Integer),
    sa.Column("worker", sa.String(40)),
    sa.Column("at", sa.Float),
)
done = sa.Table(
    "faults_done", tracks, sa.Column("number", sa.Integer, primary_key=True), sa.Column("worker", sa.String(40))
)


@tasks.task("faults.note")
def note(*, number: int) -> None:
    """Leave tracks at once."""
    _track_beginning(number)
    _track_end(number)


@tasks.task("faults.work")
def work(*, number: int) -> None:
    """Leave tracks at the beginning (for good) and, some work later, at the end."""
    _track_beginning(number)
    time.sleep(SLOW_SECONDS)
    _track_end(number)


TASKS = {"note": note, "work": work}


def create() -> Flask:
    """Build the application with one more view, which asks for a task and then ends as it is told."""
    app = create_app()

    @gate.everyone()
    def ask(task: str, number: int, manner: str) -> tuple[str, int]:
        db.session.execute(asked.insert().values(number=number))
        tasks.enqueue(TASKS[task], number=number)
        return _end(manner, number)

    app.add_url_rule(
        "/faults/<task>/<int:number>/<manner>", "faults_ask", app.extensions["csrf"].exempt(ask), methods=["POST"]
    )
    return app


def _end(manner: str, number: int) -> tuple[str, int]:
    """End a request well or badly."""
    if manner == "raise":
        raise RuntimeError("on purpose")
    if manner == "abort":
        abort(422)
    if manner == "refuse":
        raise Refused(Refusal("no", "No."))
    if manner == "conflict":
        db.session.execute(asked.insert().values(number=number))
    if manner == "answer":
        return "no", 400
    if manner == "linger":
        time.sleep(IN_FLIGHT_SECONDS)
    if manner == "leak":  # the planted bug: asked for outside of the request's transaction
        db.session.rollback()
        store.client_of(current_app).enqueue(store._options(), note.name, {"number": number}, 1)
        abort(422)
    return "yes", 200


def _track_beginning(number: int) -> None:
    with database.writing() as session:
        session.execute(began.insert().values(number=number, worker=_worker(), at=time.time()))


def _track_end(number: int) -> None:
    build = sqlite.insert if db.session.get_bind().dialect.name == "sqlite" else postgresql.insert
    db.session.execute(build(done).values(number=number, worker=_worker()).on_conflict_do_nothing())


def _worker() -> str:
    return os.environ["CLOZETTE_WORKER_ID"]


if __name__ == "__main__":
    supervisor.die_with_parent()
    cli.commands(["worker", *sys.argv[1:]])
