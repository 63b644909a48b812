"""What happened to draws. Ids alone."""

from dataclasses import dataclass


@dataclass(frozen=True)
class WitnessNamed:
    """Somebody outside is to be the witness of a contest's draw."""

    contest_id: int
