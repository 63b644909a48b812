"""The slip that lets personal data leave the house. Ports that face third parties take one; only ``privacy`` makes it."""

from dataclasses import dataclass

UNCERTAIN = "uncertain"
"""The word for bytes that were on their way when no answer came: perhaps they were taken, perhaps not."""


class NotReleased(Exception):
    """Something was to leave without a slip, or with one that the log doesn't know."""


class NotTaken(Exception):
    """The recipient's own address did not take what was released, or it is not known whether it did."""


@dataclass(frozen=True)
class Release:
    """Permission to hand exactly ``payload`` to ``recipient``.

    The disclosure rows that it stands for are in the transaction that made it: send it only after the commit.
    """

    recipient: str
    purpose: str
    payload: bytes
    disclosure_ids: tuple[int, ...]
    handover_id: int
