"""Products of traders, made by the room's own services."""

import secrets
from typing import Any

from clozette.accounts.models import Member
from clozette.kernel import clock
from clozette.shop.products import services
from clozette.shop.products.access import Product
from tests.factories.closets import make_photo
from tests.factories.shop import make_seller

TRADER = {"kind": "trader", "legal_name": "Loom Ltd", "address": "1 Weaver Lane", "contact": "hello@loom.test"}


def make_product(
    member: Member, sizes: tuple[tuple[str | None, int], ...] = (("S", 2), ("M", 1), ("L", 0)), **facts: Any
) -> Product:
    """Add a product (flushed) of a trader who is made if there is none, for 40.00, shown."""
    from_member = facts.pop("seller", None)
    seller = from_member or make_seller(member, **TRADER)
    draft = facts.pop("draft", False)
    told = {
        "title": "Linen shirt",
        "words": "Woven in Kyoto.",
        "category": "tops",
        "subcategory": "shirt",
        "brand": "Loom",
        "colours": ["white"],
        "price_minor": 4000,
        "size_system": "int",
        "sizes": [(size, stock, 0) for size, stock in sizes],
    }
    now = clock.now()
    product = services.add(
        seller, member, told | facts, [make_photo(member)], form_key=secrets.token_urlsafe(8), now=now
    )
    if not draft:
        services.publish(product, now=now)
    return product
