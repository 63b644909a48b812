"""How often somebody may ask for codes by text: per client address, and per number whoever asks."""

from clozette.kernel.web import limits

limits.declare("text-address", "6 per hour; 15 per day")
limits.declare("text-number", "3 per hour; 5 per day")
limits.declare("text-try", "20 per hour")


def ask(number: str) -> None:
    """Count that a code was asked for."""
    limits.check("text-address", limits.address_key())
    limits.check("text-number", number)


def try_code() -> None:
    """Count a try to type one."""
    limits.check("text-try", limits.address_key())
