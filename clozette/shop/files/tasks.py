"""What is done by the clock: files that nobody can ask for any more go."""

from datetime import timedelta

import sqlalchemy as sa

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.tasks import checkpoint, task
from clozette.shop.files import services, store
from clozette.shop.files.models import GoodsFile

STAYS = timedelta(days=1)
"""So long a file stays that a request may be about to lead to."""


@task("shop.sweep_files")
def sweep_files() -> None:
    """Remove files that were replaced before anybody bought them, and bytes that no row leads to."""
    before = clock.now() - STAYS
    services.drop_unsold(before)
    checkpoint()
    for folder, one in list(store.stored()):
        known = db.session.scalar(sa.select(GoodsFile.id).where(GoodsFile.folder == folder))
        if known is None and one.changed_at < before:
            store.remove(folder)
