"""An order that arrived, and its two sides."""

from tests.shop.cases.conftest import arrived, bea, judy, order, sam, seller

__all__ = ["arrived", "bea", "judy", "order", "sam", "seller"]
