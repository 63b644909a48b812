"""What is done by the clock: products that were taken down go once nothing needs them."""

from datetime import timedelta

from clozette.kernel import clock
from clozette.kernel.tasks import checkpoint, task
from clozette.shop.products import services

STAYS = timedelta(days=7)
"""So long a product stays after it was taken down, and after the last order of it ended."""


@task("shop.sweep_products")
def sweep_products() -> None:
    """Delete them."""
    while services.sweep(clock.now() - STAYS):
        checkpoint()
