"""``clozette demo``: fill an empty site with a community that looks alive, and tell how to sign in to it."""

import os
import sys
from datetime import datetime
from pathlib import Path

import click
import sqlalchemy as sa
from flask import Flask

from clozette.accounts.models import Member
from clozette.demo import fill, pictures, story
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ports.storage import Folder
from clozette.media import files
from clozette.settings import Settings


@click.group(invoke_without_command=True)
@click.option(
    "--photos",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Photographs to use instead of drawings: a folder with one folder for each kind of garment.",
)
@click.pass_context
def demo(context: click.Context, photos: Path | None) -> None:
    """Fill this site, which must be empty, with a demo community."""
    if context.invoked_subcommand is not None:
        return
    if Settings.from_environment().is_production:
        sys.exit("The demo is not for a site that real people use.")
    app = context.find_root().obj()
    with app.app_context():
        if db.session.scalar(sa.select(sa.func.count()).select_from(Member)):
            sys.exit("There are members already; the demo fills an empty site only.")
        _fill(app, clock.now(), _photos(photos))


@demo.command()
@click.argument("name", type=click.Choice(tuple(fill.SIGN_INS)), required=False)
@click.pass_context
def code(context: click.Context, name: str | None) -> None:
    """Print the sign-ins, and for staff the code that is asked for at this moment."""
    app = context.find_root().obj()
    with app.app_context():
        for wanted in [name] if name else fill.SIGN_INS:
            email = f"{wanted}@clozette.test"
            member = db.session.scalar(sa.select(Member).where(Member.email == email))
            if member is None:
                sys.exit("The demo community isn't here; make it with: clozette demo")
            wants = f"   code {fill.totp_code(member)}" if member.has_totp else ""
            click.echo(f"  {wanted:8} {email:24} {fill.PASSWORD}{wants}")
        if name is None:
            click.echo("  A code lasts half a minute; a new one: clozette demo code admin")


def _photos(folder: Path | None) -> dict[str, list[Path]] | None:
    if folder is None:
        return None
    found = {kind: paths for kind, paths in pictures.folders_of(folder).items() if kind in story.CATEGORIES}
    if not found:
        sys.exit(f"{folder} has no folder named after a kind of garment: {', '.join(story.CATEGORIES)}")
    return found


def _fill(app: Flask, now: datetime, photos: dict[str, list[Path]] | None) -> None:
    told = story.tell(now, photos)
    store = files.store()
    if isinstance(store, Folder):
        # Thousands of files: one sync at the end instead of two for each.
        files.use(app, Folder(store.root, synced=False))
    deeds = len(told.joined) + len(told.items) + len(told.looks) + len(told.comments)
    if sys.stdout.isatty():
        with click.progressbar(length=deeds, label="Filling the demo community") as bar:
            fill.Filler(app, told, lambda: bar.update(1)).fill()
    else:
        fill.Filler(app, told, _Lines(deeds).step).fill()
    os.sync()
    click.echo(f"{len(told.joined)} members, {len(told.items)} items, {len(told.looks)} looks")


class _Lines:
    """Progress where there is no terminal: a line every tenth."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.done = 0

    def step(self) -> None:
        """Count one deed."""
        self.done += 1
        if self.done * 10 // self.total > (self.done - 1) * 10 // self.total:
            click.echo(f"Filling the demo community: {self.done * 100 // self.total} %")
