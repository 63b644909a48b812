"""Who is old enough to trade: a pure decision, for buying, offers and swaps alike; selling says it in words of its own."""

from flask_babel import gettext as _

from clozette.kernel.refusal import Refusal


def why_not_trade(*, is_minor: bool) -> Refusal | None:
    """Say why somebody can't make contracts here: minors could take them back, and cards aren't theirs to use."""
    if not is_minor:
        return None
    return Refusal("adults-only", _("Buying and swapping are for adults: it takes people of 18 years and more."))
