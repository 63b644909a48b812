"""How often one member may try to claim something."""

from clozette.kernel.web import limits

limits.declare("promotion-claim", "30 per hour; 100 per day")


def claim(member_id: int) -> None:
    """Count a try; 429 if it is one too many."""
    limits.check("promotion-claim", str(member_id))
