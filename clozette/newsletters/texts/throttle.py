"""How often somebody may ask for codes by text: per client address, per number and asker, and per number whoever asks.

The holder's own asking is counted apart: nobody else can use it up.
"""

from clozette.kernel.web import limits

limits.declare("text-address", "6 per hour; 15 per day")
limits.declare("text-pair", "3 per hour; 5 per day")
limits.declare("text-number", "6 per hour; 12 per day")
limits.declare("text-try", "20 per hour")


def ask(number: str, *, is_own: bool) -> None:
    """Count that a code was asked for.

    :param is_own: whether it was by whom we know as the number's holder.
    """
    limits.check("text-address", limits.address_key())
    limits.check("text-pair", f"{number} {'own' if is_own else limits.address_key()}")
    if not is_own:
        limits.check("text-number", number)


def try_code() -> None:
    """Count a try to type one."""
    limits.check("text-try", limits.address_key())
