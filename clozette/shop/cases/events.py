"""What happens in cases; ids only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ProofAsked:
    """The staff decided what a buyer's bank is told; the payment service is told of it next."""

    proof_id: int


@dataclass(frozen=True)
class CaseMoved:
    """Somebody said or did something in a case: the others are told."""

    entry_id: int
