"""What happened in privacy."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ConsentEnded:
    """A consent that stood was taken back or lapsed; ``entry_id`` is the ledger's entry that says so."""

    subject_id: int
    entry_id: int


@dataclass(frozen=True)
class RecipientWaits:
    """A recipient has to be told something and can't be by mail; ``telling_id`` says what."""

    telling_id: int
