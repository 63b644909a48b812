"""What becomes of files when their seller is erased."""

from collections.abc import Iterator

from clozette.shop.files import queries, services


def forget(subject_id: int) -> Iterator[int]:
    """Before a person's rows go: the files that nobody paid for go whole; the others are their buyers'.

    Money that still comes for one goes back, as its seller is gone.
    """
    for file in queries.unsold_of(subject_id):
        services.forget(file)
        yield 1
