"""``clozette newsletter``: subscribers from files, and campaigns under way."""

import click

from clozette.newsletters.subscriptions.imports.cli import import_


@click.group()
def newsletter() -> None:
    """Newsletters: import subscribers, look after campaigns."""


newsletter.add_command(import_)
