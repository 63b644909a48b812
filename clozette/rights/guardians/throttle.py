"""How often a minor may ask, and how much mail one address gets by it, whoever asks."""

from clozette.kernel.web import limits

limits.declare("guardian-member", "5 per day; 15 per month")
limits.declare("guardian-mail", "4 per day; 8 per month")
limits.declare("guardian-link", "30 per hour")


def ask(member_id: int, canonical: str) -> None:
    """Count a question."""
    limits.check("guardian-member", str(member_id))
    limits.check("guardian-mail", canonical)


def decide() -> None:
    """Count a press on a page that a link opened."""
    limits.check("guardian-link", limits.address_key())
