"""Who may deal in products, and which: pure decisions."""

from collections.abc import Collection, Sequence

from flask_babel import gettext as _

from clozette.closets.rules import fold
from clozette.kernel.refusal import Refusal

MOST, MOST_SIZES = 2000, 20
"""Products of one seller, and sizes of one product."""


def why_not_deal(kind: str, *, products: int) -> Refusal | None:
    """Say why somebody has no products, or no more."""
    if kind != "trader":
        return only_traders()
    if products >= MOST:
        return Refusal("many", _("That is as many products as we keep: %(most)s. Take some down first.", most=MOST))
    return None


def only_traders() -> Refusal:
    """Say who has products."""
    return Refusal(
        "trader", _("Products with a stock are for traders. What you own yourself you sell from your closet.")
    )


def why_not_size(sizes: Sequence[tuple[str | None, int]]) -> str | None:
    """Say what is the matter with the sizes of a product."""
    if not sizes:
        return str(_("Say how many there are: of at least one size."))
    if len(sizes) > MOST_SIZES:
        return str(_("A product has at most %(most)s sizes.", most=MOST_SIZES))
    if len({fold(size or "") for size, _stock in sizes}) < len(sizes):
        return str(_("Each size once, please."))
    if len(sizes) > 1 and not all(size for size, _stock in sizes):
        return str(_("Write the size as its label does."))
    return None


def why_not_publish(left: Collection[int]) -> Refusal | None:
    """Say why a product can't be offered of whose sizes so many are left."""
    if any(left):
        return None
    return Refusal("stock", _("There is none of any size. Say how many there are, and offer it then."))
