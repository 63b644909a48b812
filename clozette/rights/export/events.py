"""What happens to exports; ids only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ExportAsked:
    """Somebody asked for an export."""

    export_id: int


@dataclass(frozen=True)
class ExportFetched:
    """An export was downloaded, for the ``number``-th time."""

    export_id: int
    number: int
