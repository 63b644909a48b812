"""An order as a program reads it: each side sees what its pages show, and no more."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from clozette.kernel.money import Money
from clozette.shop.orders import handing, queries
from clozette.shop.orders.models import Order, OrderAddress, OrderLine

Side = Literal["bought", "sold"]
SIDES: tuple[Side, ...] = ("bought", "sold")


@dataclass(frozen=True, slots=True)
class Line:
    """One line with its amounts."""

    line: OrderLine
    currency: str

    @property
    def price(self) -> Money:
        """What one piece cost."""
        return Money(self.line.price_minor, self.currency)

    @property
    def refunded(self) -> Money:
        """What was paid back of all its pieces."""
        return Money(self.line.refunded_minor, self.currency)


@dataclass(frozen=True, slots=True)
class Shown:
    """An order for one of its sides. What is the other side's alone is nothing: whose fee, who, where to."""

    order: Order
    side: Side
    buyer: str | None = None
    address: OrderAddress | None = None

    @property
    def lines(self) -> list[Line]:
        """What was bought."""
        return [Line(line, self.order.currency) for line in self.order.lines]

    @property
    def seller(self) -> str | None:
        """The seller's handle, while they are a member."""
        member = self.order.seller.member
        return member.handle if member is not None else None

    @property
    def items(self) -> Money:
        """What the items cost."""
        return self._money(self.order.items_minor)

    @property
    def shipping(self) -> Money:
        """What sending them cost."""
        return self._money(self.order.shipping_minor)

    @property
    def fee(self) -> Money:
        """What the house took from this side."""
        return self._money(self.order.fee_minor if self.side == "bought" else self.order.seller_fee_minor)

    @property
    def total(self) -> Money:
        """What the buyer paid, or what the seller gets of it."""
        goods = self.order.items_minor + self.order.shipping_minor
        return self.order.total if self.side == "bought" else self._money(goods - self.order.seller_fee_minor)

    @property
    def refunded(self) -> Money:
        """What the buyer got back."""
        return self._money(self.order.refunded_minor)

    @property
    def tax(self) -> Money:
        """The tax in items and shipping."""
        return self._money(self.order.tax_minor)

    @property
    def phone(self) -> str | None:
        """The telephone number, which is for the buyer and for whoever carries it."""
        return self.address.phone if self.address is not None and self.side == "bought" else None

    def _money(self, minor: int) -> Money:
        return Money(minor, self.order.currency)


def whole(order: Order, side: Side, now: datetime) -> Shown:
    """Return an order with who bought it and where it goes, as far as its side may know that."""
    if side == "sold" and not handing.is_seen(order, now):
        return Shown(order, side)
    buyer = queries.buyer_of(order)
    return Shown(order, side, buyer.handle if buyer is not None else None, handing.address_of(order))
