"""Decisions of the sending engine. No database, no clock."""

NOTHING_NEW = "nothing new"
FEW = 20
SHARE = 0.1


def is_too_much(sent: int, failed: int) -> bool:
    """Whether so much failed since a campaign began (or went on) that it should stop and be looked at."""
    return failed >= FEW and failed > SHARE * (sent + failed)
