"""Looking at a file, and taking it, in the background."""

from clozette.kernel import clock
from clozette.kernel.tasks import checkpoint, task
from clozette.newsletters.subscriptions.imports import services


@task("newsletters.check_import")
def check_import(*, import_id: int) -> None:
    """Make the dry run."""
    services.check(import_id, checkpoint)


@task("newsletters.run_import")
def run_import(*, import_id: int) -> None:
    """Take the rows; killed in the middle, the next run goes on after the last whole batch."""
    services.run(import_id, checkpoint, clock.now())


@task("newsletters.forget_imports")
def forget_imports() -> None:
    """Forget files that were left lying; once a day by the wiring page."""
    services.forget_old(clock.now())
