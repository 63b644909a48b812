"""``clozette ledger verify|head|prove|log``: show that the ledgers are as they were written."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from clozette.kernel import clock, ids
from clozette.privacy.ledger import audit
from clozette.privacy.tree import heads, sequencer


@click.group()
def ledger() -> None:
    """Verify the ledgers and prove what stands in them."""


@ledger.command(name="verify")
@click.option(
    "--head",
    "kept",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="A head that somebody kept elsewhere, besides those that were published.",
)
def verify_command(kept: tuple[Path, ...]) -> None:
    """Read the ledgers and their tree; exit 1 if anything was edited, deleted, inserted, re-ordered or cut off."""
    with _app().app_context():
        extra = [heads.read(path.read_bytes()) for path in kept]
        report = audit.verify_all(extra, _progress)
    _close_progress()
    for fault in report.faults:
        click.echo(f"BAD  {fault.what}: {fault.where}", err=True)
    if not report.heads:
        click.echo("No head was published yet: a cut end could not be seen.", err=True)
    click.echo(f"{report.size} leaves, {report.waiting} waiting, {report.heads} heads, root {report.root}")
    sys.exit(0 if report.is_whole else 1)


@ledger.command()
@click.option("--publish", is_flag=True, help="Sequence what waits and publish a head now.")
def head(publish: bool) -> None:
    """Print the latest published head."""
    with _app().app_context():
        if publish:
            now = clock.now()
            while sequencer.sequence(now):
                pass
            heads.publish(now)
        latest = heads.latest()
    if latest is None:
        sys.exit("No head was published yet; a worker does it within a minute, or: clozette ledger head --publish")
    click.echo(latest.text(), nl=False)


@ledger.command()
@click.argument("entry", required=False)
@click.option("--kind", default="consent", show_default=True)
@click.option("--grown", nargs=2, type=int, help="Prove that the tree of the second size grew from the first.")
def prove(entry: str | None, kind: str, grown: tuple[int, int] | None) -> None:
    """Print the proof for ENTRY (as in its address), or that the tree only grew; tools/verify_ledger.py reads both."""
    if (entry is None) == (grown is None):
        raise click.UsageError("Give an entry, or --grown with two sizes.")
    with _app().app_context():
        proof = _grown(*grown) if grown else audit.prove(kind, _row_id(str(entry)))
    if proof is None:
        sys.exit("There is no such entry under a published head; a new one gets there within two minutes.")
    click.echo(json.dumps(proof, indent=1))


@ledger.command()
def log() -> None:
    """Print every leaf, one JSON object a line, for the stand-alone verifier."""
    with _app().app_context():
        for line in audit.log():
            click.echo(json.dumps(line))


def _grown(older: int, size: int) -> dict[str, Any]:
    try:
        return audit.prove_growth(older, size)
    except ValueError as error:
        sys.exit(f"{error}.")


def _row_id(entry: str) -> int:
    try:
        return ids.decode(entry)
    except ValueError:
        sys.exit("That is no entry.")


def _app() -> Any:
    return click.get_current_context().find_root().obj()


def _progress(done: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{done:,} leaves", nl=False, err=True)


def _close_progress() -> None:
    if sys.stderr.isatty():
        click.echo("\r", nl=False, err=True)
