"""Background work of closets."""

from clozette.closets import services
from clozette.kernel import clock
from clozette.kernel.tasks import task


@task("closets.sweep_uploads")
def sweep_uploads() -> None:
    """Delete photos that were sent with a form and never became part of an item."""
    services.sweep_uploads(now=clock.now())
