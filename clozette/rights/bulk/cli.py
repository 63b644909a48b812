"""``clozette export members``: a bulk export on the command line, under the rules of the page and in the same log."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import click
import sqlalchemy as sa
from flask import Flask, current_app

from clozette.accounts import handles
from clozette.accounts.models import Member
from clozette.kernel import clock, ids
from clozette.kernel.database import committed, db
from clozette.kernel.refusal import Refused
from clozette.rights.bulk import services, stream
from clozette.rights.bulk.models import BulkDownload, BulkExport
from clozette.rights.bulk.schemas import FORMATS
from clozette.rights.bulk.selection import ACTIVE, STATES, Filter
from clozette.rights.bulk.stream import Order
from clozette.rights.bulk.uses import COLUMNS, USES

_DAY = click.DateTime(["%Y-%m-%d"])


@dataclass(frozen=True)
class _Begun:
    order: Order
    counted: int


@click.command()
@click.option("--as", "handle", required=True, metavar="HANDLE", help="The admin who answers for it.")
@click.option("--use", type=click.Choice(list(USES)), help="What it is for; it says which columns there are.")
@click.option("--reason", help="In a few words, for the log and for the second person.")
@click.option("--columns", help="Names with commas between: " + ", ".join(COLUMNS))
@click.option("--format", "format_", type=click.Choice(FORMATS), default="csv", show_default=True)
@click.option("--state", type=click.Choice(STATES), default=ACTIVE, show_default=True)
@click.option("--country", default="", help="Two letters.")
@click.option("--locale", default="", help="The members' language.")
@click.option("--joined-from", type=_DAY, help="The first day that counts.")
@click.option("--joined-before", type=_DAY, help="The first day that does not count any more.")
@click.option("--export", "number", help="One that was asked for before; the options above then say nothing.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Where to; standard output without it.")
def members(handle: str, number: str | None, out: Path | None, **wishes: Any) -> None:
    """Write data of many members into a file. Above a set size, a second admin must agree first, on the site's pages."""
    app: Flask = click.get_current_context().find_root().obj()
    export_id = _number(number) if number else _in(app, lambda: _ask(handle, wishes))
    begun = _in(app, lambda: _begin(handle, export_id))
    with app.app_context():
        if out is None:
            _write(begun, sys.stdout.buffer)
        else:
            _write_whole(begun, out)
        _tell_end(begun)


def _in(app: Flask, deed: Callable[[], Any]) -> Any:
    """Do one deed as one transaction; a refusal is told in its own words."""
    try:
        with committed(app):
            return deed()
    except Refused as refused:
        raise click.ClickException(refused.refusal.message) from refused


def _ask(handle: str, wishes: dict[str, Any]) -> int:
    missing = [f"--{name}" for name in ("use", "reason", "columns") if not wishes[name]]
    if missing:
        raise click.UsageError(f"Say {', '.join(missing)}; or --export for one that was asked for before.")
    columns = [name.strip() for name in wishes["columns"].split(",")]
    unknown = [name for name in columns if name not in COLUMNS]
    if unknown:
        raise click.UsageError(f"There is no column {', '.join(unknown)}.")
    days = {name: _day(wishes[name]) for name in ("joined_from", "joined_before")}
    wish = services.Wish(
        use=wishes["use"],
        reason=wishes["reason"],
        format=wishes["format_"],
        columns=columns,
        filter=Filter.of({**wishes, **days}),
    )
    export = services.ask(wish, by_id=_staff(handle), now=clock.now())
    if not export.is_open:
        address = f"{current_app.extensions['clozette.settings'].base_url}/admin/exports/{ids.encode(export.id)}"
        again = f"clozette export members --as {handle} --export {ids.encode(export.id)}"
        click.echo(
            f"It is about {export.counted} members: a second admin decides at {address}. Then: {again}", err=True
        )
    return export.id


def _begin(handle: str, export_id: int) -> _Begun:
    export = db.session.get(BulkExport, export_id)
    if export is None:
        raise click.ClickException("There is no such export.")
    return _Begun(services.download(export, by_id=_staff(handle), now=clock.now()), export.counted)


def _number(written: str) -> int:
    try:
        return ids.decode(written)
    except ValueError:
        return 0


def _staff(handle: str) -> int:
    member = db.session.scalar(sa.select(Member).where(Member.handle == handles.normalise(handle)))
    if member is None or "admin" not in {role.name for role in member.roles}:
        raise click.ClickException(f"@{handle} is no admin.")
    return member.subject_id


def _day(given: datetime | None) -> str:
    return given.date().isoformat() if given else ""


def _write(begun: _Begun, file: BinaryIO) -> None:
    try:
        with click.progressbar(length=begun.counted, label="Members", file=sys.stderr) as bar:
            for chunk in stream.chunks(begun.order):
                file.write(chunk.data)
                bar.update(chunk.people)
    except stream.Grown as grown:
        raise click.ClickException("More members fit it by now than were counted. Ask for a new export.") from grown
    file.flush()


def _write_whole(begun: _Begun, out: Path) -> None:
    """Give the file its name only when it is whole; nobody else may read it."""
    part = out.with_name(f"{out.name}.part")
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        _write(begun, file)
        os.fsync(file.fileno())
    part.replace(out)


def _tell_end(begun: _Begun) -> None:
    download = db.session.get_one(BulkDownload, begun.order.download_id)
    assert download.file is not None
    click.echo(f"{download.file.people} members, mark {download.mark}, SHA-256 {download.file.sha256}", err=True)
