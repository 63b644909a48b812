"""Background work of bulk exports."""

from clozette.kernel.database import db
from clozette.kernel.tasks import checkpoint, task
from clozette.rights.bulk import reads
from clozette.rights.bulk.models import BulkDownload


@task("rights.note_bulk_reads")
def note_bulk_reads(*, download_id: int) -> None:
    """Write down everybody who was in a large download, a block at a time; taken up again where it was broken off."""
    download = db.session.get(BulkDownload, download_id)
    while download is not None and reads.note_block(download):
        checkpoint()
