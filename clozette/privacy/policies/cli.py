"""``clozette policy publish|list|diff``: versions on the command line, under the rules of the staff's page."""

from datetime import datetime
from pathlib import Path

import click
from flask import Flask

from clozette.kernel import clock
from clozette.kernel.database import committed
from clozette.kernel.refusal import Refused
from clozette.privacy.policies import difference, publishing, versions
from clozette.privacy.policies.editions import EDITIONS, KINDS, LANGUAGE_NAMES
from clozette.privacy.policies.models import MAX_SUMMARY
from clozette.privacy.policies.rules import Draft
from clozette.privacy.policies.versions import PolicyVersion

_KIND = click.option("--kind", type=click.Choice(KINDS), default="policy", show_default=True)
_LEAD = {"title": "# ", "heading": "## ", "item": "- ", "paragraph": ""}
_MARKED = {"same": "{}", "gone": "[-{}-]", "new": "{{+{}+}}"}


@click.group()
def policy() -> None:
    """Publish versions of the policy and the terms, list them, and compare any two."""


@policy.command(name="list")
@_KIND
def list_command(kind: str) -> None:
    """List the versions: day, edition, language, state, fingerprint."""
    with _app().app_context():
        now = clock.now()
        known = versions.every(kind)
        holding = {versions.in_force(one.edition, one.language, now, kind) for one in known}
        for one in known:
            click.echo(f"{one.slug:<22} {_state(one, one in holding, now):<9} {one.sha256[:16]}  {one.summary}")
        for edition in EDITIONS:
            for one in versions.lagging(kind, edition):
                click.echo(f"{LANGUAGE_NAMES[one.language]} of {edition} stayed behind at {one.id}.", err=True)


@policy.command()
@click.argument("before")
@click.argument("after")
@_KIND
def diff(before: str, after: str, kind: str) -> None:
    """Show what changed: [-what went-] and {+what came+}. A version is a day, 2026-11-22.co.en, or a fingerprint."""
    with _app().app_context():
        texts = [versions.text_of(_found(kind, name)) for name in (before, after)]
    for passage in difference.between(*texts):
        if passage.mark != "same":
            words = "".join(_MARKED[mark].format(text) for mark, text in passage.words)
            click.echo(f"{_LEAD[passage.kind]}{words}\n")


@policy.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_KIND
@click.option("--edition", type=click.Choice(list(EDITIONS)), default="clozette.co", show_default=True)
@click.option("--language", type=click.Choice(list(LANGUAGE_NAMES)), default="en", show_default=True)
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="From when it holds.")
@click.option("--summary", required=True, help="What is new, in a sentence for everybody.")
@click.option("--material", multiple=True, help="A purpose for which it means something else; may be repeated.")
@click.option("--editorial", multiple=True, help="A purpose for which it is only worded otherwise; may be repeated.")
def publish(file: Path, kind: str, edition: str, language: str, day: datetime, summary: str, material: tuple[str, ...], editorial: tuple[str, ...]) -> None:  # fmt: skip
    """Publish FILE as a version. What is material needs two weeks' notice, and is asked again of those who agreed."""
    text = _read(file)
    if len(summary) > MAX_SUMMARY:
        raise click.ClickException(f"Keep the summary to {MAX_SUMMARY} characters.")
    draft = Draft(kind, edition, language, text, summary, day.date(), frozenset(material), frozenset(editorial))
    with committed(_app()):
        try:
            made = publishing.publish(draft, now=clock.now())
        except Refused as refused:
            raise click.ClickException(refused.refusal.message) from refused
        click.echo(f"{made.slug} sha256:{made.sha256}")


def _app() -> Flask:
    app: Flask = click.get_current_context().find_root().obj()
    return app


def _read(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise click.ClickException(f"{file} is not UTF-8.") from None


def _found(kind: str, name: str) -> PolicyVersion:
    found = versions.find(kind, name)
    if found is None:
        raise click.ClickException(f"There is no version {name}.")
    return found


def _state(one: PolicyVersion, holds: bool, now: datetime) -> str:
    if holds:
        return "in force"
    return "past" if one.holds(now) else "coming"
