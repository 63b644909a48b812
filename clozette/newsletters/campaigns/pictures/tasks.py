"""What pictures need by the clock."""

from clozette.kernel import clock
from clozette.kernel.tasks import enqueue, task
from clozette.newsletters.campaigns.pictures import services


@task("newsletters.sweep_pictures")
def sweep_pictures() -> None:
    """Delete pictures that were uploaded and never saved with a campaign."""
    if services.sweep(clock.now()):
        enqueue(sweep_pictures)
