"""What surveys do by the clock."""

from clozette.contests.surveys import services
from clozette.kernel import clock
from clozette.kernel.tasks import task


@task("contests.forget_takers")
def forget_takers() -> None:
    """Cut what leads from old answers to people."""
    services.let_go(clock.now())
