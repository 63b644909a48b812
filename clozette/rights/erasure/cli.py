"""``clozette erase member|undo|run|list|facts|scan|replay``: erasures for whoever runs the site."""

import sys
from datetime import timedelta
from pathlib import Path

import click
import sqlalchemy as sa
from flask import Flask

from clozette.accounts import handles
from clozette.accounts.models import Member
from clozette.kernel import clock, ids
from clozette.kernel.database import committed, db
from clozette.kernel.refusal import Refused
from clozette.kernel.tasks.perform import perform
from clozette.media import files
from clozette.privacy.models import Subject
from clozette.rights.erasure import executor, rules, scan, services, tasks
from clozette.rights.erasure.models import Erasure


@click.group()
def erase() -> None:
    """Erase people, look for what is left of them, and do it again after a backup was restored."""


@erase.command()
@click.argument("handle")
@click.option("--now", "at_once", is_flag=True, help="Without the fortnight in which it can be undone.")
def member(handle: str, at_once: bool) -> None:
    """Ask for a member's erasure, as the member would; print where the receipt will be."""
    app = _app()
    grace = timedelta(0) if at_once else rules.GRACE
    with committed(app):
        try:
            erasure = services.ask(_subject_of(handle), via="command", now=clock.now(), grace=grace)
        except Refused as refused:
            raise click.ClickException(refused.refusal.message) from refused
        erasure_id, code, due_at = erasure.id, erasure.code, erasure.due_at
    if at_once:
        perform(app, tasks.execute.name, {"erasure_id": erasure_id})
    click.echo(f"{'Erased' if at_once else f'Hidden; to be erased on {due_at:%Y-%m-%d %H:%M} UTC'}.")
    click.echo(f"Receipt: /privacy/erasure/receipts/{code}")


@erase.command()
@click.argument("handle")
def undo(handle: str) -> None:
    """Undo it while nothing has begun."""
    with committed(_app()):
        try:
            services.undo(_subject_of(handle), now=clock.now())
        except Refused as refused:
            raise click.ClickException(refused.refusal.message) from refused


@erase.command()
def run() -> None:
    """Carry out what is due or was interrupted, here and now."""
    app = _app()
    with app.app_context():
        due = sa.select(Erasure.id).where(
            Erasure.due_at <= clock.now(), Erasure.undone_at.is_(None), Erasure.executed_at.is_(None)
        )
        waiting = list(db.session.scalars(due))
        db.session.rollback()
    for erasure_id in waiting:
        perform(app, tasks.execute.name, {"erasure_id": erasure_id})
    click.echo(f"{len(waiting)} carried out.")


@erase.command(name="list")
def list_() -> None:
    """List erasures: when asked, when due, how far; no names."""
    with _app().app_context():
        for one in db.session.scalars(sa.select(Erasure).order_by(Erasure.id)):
            if one.undone_at:
                state = "undone"
            elif one.executed_at:
                state = f"erased {one.executed_at:%Y-%m-%d}"
            else:
                state = f"{'begun, ' if one.begun_at else ''}due {one.due_at:%Y-%m-%d %H:%M}"
            click.echo(f"{ids.encode(one.id)}  asked {one.asked_at:%Y-%m-%d}  {one.via:8} {state}")


@erase.command()
@click.argument("handle")
def facts(handle: str) -> None:
    """Print what identifies a member, as JSON for ``scan``; do it before the erasure, and delete it after the scan."""
    with _app().app_context():
        click.echo(scan.facts_of(_subject_of(handle)).to_json())


@erase.command(name="scan")
@click.argument("facts_file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--also", type=click.Path(exists=True, path_type=Path), multiple=True, help="A dump, or a folder.")
def scan_(facts_file: Path, also: tuple[Path, ...]) -> None:
    """Look for a person's facts in the database and the media store, and in dumps and folders that are named."""
    known = scan.Facts.from_json(facts_file.read_text())
    with _app().app_context():
        found = {*scan.scan_database(known), *scan.scan_store(known)}
    for place in also:
        found.update(scan.scan_folder(place, known))
    for find in sorted(found, key=lambda one: (one.why, one.place)):
        click.echo(
            f"{'listed' if find.why else 'FOUND '} {find.place}: {find.fact}{f' ({find.why})' if find.why else ''}"
        )
    faults = sum(not find.why for find in found)
    click.echo(f"{faults} found beyond the listed exceptions.")
    sys.exit(int(bool(faults)))


@erase.command()
def replay() -> None:
    """After a backup was restored: erase again whoever had been erased since, by the list in the media store.

    One who can't be erased stops nobody else: they are listed, and the command fails.
    """
    app, failed = _app(), []
    with app.app_context():
        still_there = [subject_id for subject_id in _list() if _is_there(subject_id)]
        db.session.rollback()
    for subject_id in still_there:
        try:
            _erase_again(app, subject_id)
        except Exception as error:  # noqa: BLE001 - whatever it is, the others come next
            failed.append(f"{ids.encode(subject_id)}: {type(error).__name__}")
    click.echo(f"{len(still_there) - len(failed)} erased again.")
    for line in failed:
        click.echo(f"NOT ERASED {line}", err=True)
    sys.exit(int(bool(failed)))


def _is_there(subject_id: int) -> bool:
    subject = db.session.get(Subject, subject_id)
    return subject is not None and subject.erased_at is None


def _erase_again(app: Flask, subject_id: int) -> None:
    with committed(app):
        erasure = services.ask(subject_id, via="replay", now=clock.now(), grace=timedelta(0))
        erasure.due_at = min(erasure.due_at, clock.now())  # one that was asked for before the backup is due now too
        erasure_id = erasure.id
    perform(app, tasks.execute.name, {"erasure_id": erasure_id})


def _list() -> list[int]:
    keys = (stored.key for stored in files.store().stored(executor.LIST))
    return [ids.decode(key.removeprefix(executor.LIST).removesuffix(".txt")) for key in keys]


def _app() -> Flask:
    app: Flask = click.get_current_context().find_root().obj()
    return app


def _subject_of(handle: str) -> int:
    found = db.session.scalar(sa.select(Member.subject_id).where(Member.handle == handles.normalise(handle)))
    if found is None:
        raise click.ClickException(f"Nobody is @{handle}.")
    return int(found)
