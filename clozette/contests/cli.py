"""``clozette contest``: draws by hand, and what anybody can check."""

import click

from clozette.contests.drawing.cli import draw, verify


@click.group()
def contest() -> None:
    """Contests: make a draw that is due, verify one."""


contest.add_command(draw)
contest.add_command(verify)
