"""How often one member may do what others are shown or told of at once."""

from clozette.kernel.web import limits

limits.declare("comment", "30 per 5 minutes; 300 per day")
limits.declare("publish", "30 per hour; 100 per day")


def comment(member_id: int) -> None:
    """Count a comment; 429 if it is one too many."""
    limits.check("comment", str(member_id))


def publish(member_id: int) -> None:
    """Count a publication: each puts a look on top of feeds."""
    limits.check("publish", str(member_id))
