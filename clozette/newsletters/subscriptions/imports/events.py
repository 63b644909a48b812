"""What happened to files of subscribers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ImportMade:
    """A file was sent and waits to be looked at."""

    import_id: int


@dataclass(frozen=True)
class ImportAsked:
    """Staff decided to take a file."""

    import_id: int
