"""How often one member may try to enter: an entry copies photos and writes to ledgers."""

from clozette.kernel.web import limits

limits.declare("contest-entry", "20 per hour; 60 per day")


def enter(member_id: int) -> None:
    """Count an attempt; 429 if it is one too many."""
    limits.check("contest-entry", str(member_id))
