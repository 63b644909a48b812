"""``clozette newsletter import``: a file of subscribers on the command line, by the services of the page."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from flask import Flask

from clozette.kernel import clock
from clozette.kernel.database import committed, db
from clozette.kernel.refusal import Refused
from clozette.newsletters.subscriptions.imports import rules, services
from clozette.newsletters.subscriptions.imports.models import MAX_SOURCE, MAX_WORDING, Import
from clozette.newsletters.subscriptions.models import Newsletter

_LOOKING = "Looking"


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--newsletter", "slug", required=True, help="The newsletter's short name.")
@click.option("--source", required=True, help="Where the people agreed.")
@click.option("--date", "day", required=True, type=click.DateTime(["%Y-%m-%d"]), help="When, at the latest.")
@click.option("--wording", required=True, help="The words they agreed to, exactly.")
@click.option("--dry-run", is_flag=True, help="Only say what would become of each row.")
def import_(file: Path, slug: str, source: str, day: datetime, wording: str, dry_run: bool) -> None:
    """Subscribe the people in a CSV file (EMAIL, FNAME, LNAME) who agreed to it; nobody who left comes back by it."""
    app: Flask = click.get_current_context().find_root().obj()
    if day.date() > clock.today():
        raise click.BadParameter("This day is still to come.", param_hint="--date")
    if not 0 < len(source.strip()) <= MAX_SOURCE or not 0 < len(wording.strip()) <= MAX_WORDING:
        raise click.UsageError(f"Say --source in {MAX_SOURCE} characters and --wording in {MAX_WORDING}.")
    evidence = {"source": source, "consented_on": day.date(), "wording": wording}
    with committed(app):
        made = _begin(slug, file.read_bytes(), evidence)
        import_id, total = made.id, made.total
    _run(app, import_id, total, _LOOKING)
    if not dry_run:
        with committed(app):
            services.go(db.session.get_one(Import, import_id))
        _run(app, import_id, total, "Importing")
    with committed(app):
        _tell(db.session.get_one(Import, import_id), is_dry=dry_run)


def _begin(slug: str, content: bytes, evidence: dict[str, Any]) -> Import:
    newsletter = db.session.scalar(sa.select(Newsletter).where(Newsletter.slug == slug))
    if newsletter is None:
        raise click.ClickException(f"There is no newsletter {slug}.")
    if len(content) > rules.MAX_BYTES:
        raise click.ClickException("A file may have up to 10 MB.")
    try:
        return services.begin(newsletter, content, **evidence, made_by_id=None, now=clock.now())
    except Refused as refused:
        raise click.ClickException(refused.refusal.message) from refused


def _run(app: Flask, import_id: int, total: int, label: str) -> None:
    """Do the task's work here and now; the task then finds nothing left to do."""
    with app.app_context(), click.progressbar(length=total, label=label, file=sys.stderr) as bar:

        def save() -> None:
            db.session.commit()
            bar.update(services.BATCH)

        if label == _LOOKING:
            services.check(import_id, save)
        else:
            services.run(import_id, save, clock.now())


def _tell(made: Import, *, is_dry: bool) -> None:
    for fault in made.faults:
        click.echo(f"row {fault['row']}, {fault['field']}: {fault['message']}", err=True)
    for name, words in rules.OUTCOMES.items():
        if made.counts.get(name):
            click.echo(f"{made.counts[name]:8} {words}")
    click.echo(f"SHA-256 {made.sha256}")
    if is_dry:
        services.drop(made, clock.now())
        click.echo("Nobody was subscribed: this was a dry run.")
