"""Background work on what comes back. Arguments are ids."""

from datetime import timedelta

from clozette.kernel import clock, tasks
from clozette.newsletters.returns import services, site_mail

KEPT = timedelta(days=30)


@tasks.task("newsletters.read_return")
def read_return(*, return_id: int) -> None:
    """Read one mail and act on it."""
    services.understand(return_id, clock.now())


@tasks.task("newsletters.sweep_returns")
def sweep_returns() -> None:
    """Forget mails that were understood a month ago, and where the site sent mail more than a month ago."""
    now = clock.now()
    services.sweep(now, understood_for=KEPT)
    site_mail.sweep(now, KEPT)
