"""``clozette export member|members|load``: data about people, in a file."""

import click

from clozette.rights.bulk.cli import members
from clozette.rights.export.cli import load, member


@click.group()
def export() -> None:
    """Write data about people into a file, or take it in from one."""


export.add_command(load)
export.add_command(member)
export.add_command(members)
