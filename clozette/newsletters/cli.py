"""``clozette newsletter``: subscribers from files, and campaigns under way."""

import click

from clozette.newsletters.sending.cli import dns, send
from clozette.newsletters.subscriptions.imports.cli import import_


@click.group()
def newsletter() -> None:
    """Newsletters: import subscribers, look after campaigns."""


newsletter.add_command(import_)
newsletter.add_command(send)
newsletter.add_command(dns)
