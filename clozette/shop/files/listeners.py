"""What becomes of files when their seller is erased."""

from collections.abc import Iterator

from clozette.kernel.database import db
from clozette.shop.files import queries, store


def forget(subject_id: int) -> Iterator[int]:
    """Before a person's rows go: the files that nobody bought go whole, bytes first; the others are their buyers'."""
    for file in queries.unsold_of(subject_id):
        store.remove(file.folder)
        db.session.delete(file)
        db.session.flush()
        yield 1
