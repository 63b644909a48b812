"""``clozette export member|members``: data about people, in a file."""

import click

from clozette.rights.bulk.cli import members


@click.group()
def export() -> None:
    """Write data about people into a file."""


export.add_command(members)
