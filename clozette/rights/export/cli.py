"""``clozette export member``: one person's archive in a file. ``clozette export load``: take one into an empty site."""

import os
import sys
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa

from clozette.accounts import handles
from clozette.accounts.models import Member
from clozette.kernel.database import committed, db
from clozette.rights.export import exporter, restore
from clozette.rights.export.received import Unfit

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("handle")
@click.option("--to", "target", type=FILE, help="The ZIP to write; HANDLE.zip without it.")
@click.option("--locale", default=None, help="The language of its pages; the member's without it.")
def member(handle: str, target: Path | None, locale: str | None) -> None:
    """Write everything that is kept about a member into a ZIP, as the member would get it.

    The file is not encrypted: hand it over safely and delete it. This also serves people whose account is closed.
    """
    app = click.get_current_context().find_root().obj()
    with app.app_context():
        known = sa.select(Member.subject_id, Member.locale).where(Member.handle == handles.normalise(handle))
        found = db.session.execute(known).first()
        db.session.rollback()
        if found is None:
            raise click.ClickException(f"Nobody is @{handle}.")
        target = target or Path(f"{handles.normalise(handle)}.zip")
        outcome = _write(target, found.subject_id, locale or found.locale)
    for missing in outcome.missing:
        click.echo(f"missing: {missing['path']} ({missing['reason']})", err=True)
    click.echo(f"{target}: {outcome.files} files")
    sys.exit(1 if outcome.missing else 0)


@click.command()
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--incomplete", is_flag=True, help="Take an archive that says itself that files are missing.")
def load(archive: Path, incomplete: bool) -> None:
    """Take an archive into a site where nothing of it is yet: all of it, or nothing.

    The member chooses a new password by the link of "forgotten password"; ways to sign in, roles and consents stay behind.
    """
    app = click.get_current_context().find_root().obj()
    try:
        with committed(app), _bar("Rows") as bar:
            restored = restore.load(archive, incomplete=incomplete, progress=bar.update)
    except Unfit as unfit:
        raise click.ClickException(str(unfit)) from unfit
    for table, count in restored.rows.items():
        click.echo(f"{table}: {count}")
    for table, reasons in restored.left_out.items():
        for reason, count in reasons.items():
            click.echo(f"left out of {table}: {count} ({reason})")


def _write(target: Path, subject_id: int, locale: str) -> exporter.Outcome:
    """Give the file its name only when it is whole; nobody else may read it."""
    part = target.with_name(f"{target.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file, _bar("Writing") as bar:

            def tell(done: int, total: int) -> None:
                bar.length = total
                bar.update(done - bar.pos)

            outcome = exporter.write(file, subject_id, locale=locale, progress=tell)
            file.flush()
            os.fsync(descriptor)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return outcome


def _bar(label: str) -> Any:
    return click.progressbar(length=1, label=label, file=sys.stderr)
