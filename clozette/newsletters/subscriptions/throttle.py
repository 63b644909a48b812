"""How often somebody may ask for newsletters: per client address, and per mail address whoever asks (list bombing)."""

from clozette.kernel.web import limits

limits.declare("newsletter-address", "10 per hour; 30 per day")
limits.declare("newsletter-mail", "3 per hour; 5 per day; 10 per 30 days")


def ask(canonical: str) -> None:
    """Count a wish. It answers the same whether we know the address or not."""
    limits.check("newsletter-address", limits.address_key())
    limits.check("newsletter-mail", canonical)
