"""What reports do by the clock."""

from clozette.kernel import clock, tasks
from clozette.newsletters.reports import history, tallies


@tasks.task("newsletters.count_heads")
def count_heads() -> None:
    """Write down how many subscribers each newsletter had yesterday."""
    history.count(clock.now())


@tasks.task("newsletters.sweep_touches")
def sweep_touches() -> None:
    """Forget what was opened and followed ninety days ago; the numbers stay."""
    tallies.forget_old_touches(clock.now())
