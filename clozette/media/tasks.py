"""Work on photos that nobody waits for. Each may run twice, and at the same time as a deletion."""

from datetime import timedelta
from itertools import groupby, islice

import sqlalchemy as sa

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.images import BadPhoto, make_variants, widths_for
from clozette.kernel.images.sizes import AVIF_WIDTHS
from clozette.kernel.ports.storage import Missing, Stored
from clozette.kernel.tasks import GiveUp, checkpoint, is_task, task
from clozette.media import files
from clozette.media.models import Photo

ORPHANED_AFTER = timedelta(days=1)
"""A file younger than this may belong to a request that has not committed yet."""
_BATCH = 200


@task("media.make_ladder")
def make_ladder(*, photo_id: int) -> None:
    """Make the widths of a photo that are missing."""
    photo = db.session.get(Photo, photo_id)
    if photo is None:
        return
    steps = widths_for(photo.width)
    missing = [width for width in steps if width not in photo.variants]
    missing_avif = [width for width in steps if width in AVIF_WIDTHS and width not in photo.avif]
    folder, suffix = photo.folder, photo.suffix
    _let_go()
    try:
        made = make_variants(files.original(folder, suffix), missing, missing_avif)
    except (Missing, BadPhoto) as error:
        raise GiveUp(f"photo {photo_id}: its original can't be read") from error
    files.put_variants(folder, "webp", made.webp)
    files.put_variants(folder, "avif", made.avif)
    _note_ready(photo_id, folder, made.webp, made.avif)


@task("media.remove_files")
def remove_files(*, folder: str) -> None:
    """Remove the files of a photo that was deleted."""
    files.remove(folder)


@task("media.sweep_orphans")
def sweep_orphans() -> None:
    """Remove files older than a day that no photo has: of requests that failed, of processes that were killed."""
    before = clock.now() - ORPHANED_AFTER
    old = (stored for stored in files.all_stored() if stored.changed_at < before)
    folders = groupby(old, key=lambda stored: files.folder_of(stored.key))
    while batch := [(folder, list(group)) for folder, group in islice(folders, _BATCH)]:
        _sweep(batch)


def _sweep(batch: list[tuple[str, list[Stored]]]) -> None:
    wanted = [folder for folder, _files in batch]
    known = set(db.session.scalars(sa.select(Photo.folder).where(Photo.folder.in_(wanted))))
    _let_go()
    for folder, stored in batch:
        if folder not in known:
            files.remove_keys(one.key for one in stored)


def _note_ready(photo_id: int, folder: str, webp: dict[int, bytes], avif: dict[int, bytes]) -> None:
    """Write down what is ready; a second run counts nothing twice. Of a photo deleted meanwhile, nothing may stay."""
    photo = db.session.get(Photo, photo_id, with_for_update=True, populate_existing=True)
    if photo is None:
        files.remove(folder)
        return
    new = [data for width, data in webp.items() if width not in photo.variants]
    new += [data for width, data in avif.items() if width not in photo.avif]
    photo.bytes += sum(map(len, new))
    photo.variants = sorted({*photo.variants, *webp})
    photo.avif = sorted({*photo.avif, *avif})


def _let_go() -> None:
    """Hold no lock during slow work."""
    if is_task():
        checkpoint()
