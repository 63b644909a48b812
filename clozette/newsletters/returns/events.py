"""What happens to mails that come back. Ids only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ReturnKept:
    """A mail came back and is kept; nobody read it yet."""

    return_id: int
