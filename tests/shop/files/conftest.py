"""A pattern that somebody sells as a file, and somebody who wants it."""

from typing import Any

import pytest

from tests.factories.closets import make_item
from tests.factories.goods import make_file
from tests.factories.shop import make_listing, make_seller


@pytest.fixture
def seller(sam: Any) -> Any:
    """Give what makes the one a seller, who ships nowhere: a file needs no post."""
    return make_seller(sam, rates=())


@pytest.fixture
def pattern(app: Any, seller: Any, sam: Any) -> Any:
    """Give a pattern for 5.00, as a PDF."""
    item = make_item(sam, category="outerwear", public=True)
    columns = {"title": "A pattern", "mode": "fee", "price_minor": 500, "stock": 1000, "remaining": 1000}
    listing = make_listing(seller, item, **columns)
    make_file(listing)
    return listing
