"""An order that arrived."""

from tests.shop.cases.conftest import arrived, judy, order

__all__ = ["arrived", "judy", "order"]
