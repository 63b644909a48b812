"""How often one may ask for codes and write to us: per client address, and per mail address whoever asks."""

from clozette.kernel.web import limits

limits.declare("code-address", "10 per hour; 30 per day")
limits.declare("code-mail", "4 per hour; 8 per day")
limits.declare("code-try", "20 per hour")
limits.declare("contact-address", "10 per hour; 30 per day")
limits.declare("contact-mail", "5 per hour; 10 per day")


def ask_code(canonical: str) -> None:
    """Count that a code was asked for."""
    limits.check("code-address", limits.address_key())
    limits.check("code-mail", canonical)


def try_code() -> None:
    """Count a try to type one."""
    limits.check("code-try", limits.address_key())


def write(canonical: str) -> None:
    """Count a message to us."""
    limits.check("contact-address", limits.address_key())
    limits.check("contact-mail", canonical)
