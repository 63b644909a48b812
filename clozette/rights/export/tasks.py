"""Background work of exports: make, tell, sweep."""

from clozette.kernel.database import db
from clozette.kernel.tasks import enqueue, task
from clozette.rights.export import mail, making
from clozette.rights.export.models import Export


@task("rights.make_export")
def make_export(*, export_id: int) -> None:
    """Make an archive, and tell the person that it is ready."""
    if making.make(export_id):
        enqueue(tell_ready, export_id=export_id)


@task("rights.tell_export_asked")
def tell_asked(*, export_id: int) -> None:
    """Tell the account's address that an export was asked for."""
    _tell(export_id, mail.asked)


@task("rights.tell_export_ready")
def tell_ready(*, export_id: int) -> None:
    """Tell that it can be fetched."""
    _tell(export_id, mail.ready)


@task("rights.tell_export_fetched")
def tell_fetched(*, export_id: int, number: int) -> None:
    """Tell that it was downloaded."""
    _tell(export_id, mail.fetched)


@task("rights.sweep_exports")
def sweep() -> None:
    """Remove what ran out and what was left behind; the wiring page runs it every hour."""
    making.sweep()


def _tell(export_id: int, send: mail.Send) -> None:
    export = db.session.get(Export, export_id)
    if export is not None:
        send(export)
