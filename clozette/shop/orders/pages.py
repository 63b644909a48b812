"""The page of an order that is held, or paid and waits to be sent, nothing else being about it: as everybody sees it who has
just bought. It is kept by its shape, with holes for its words; pages of other orders are made anew.
"""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, NamedTuple

from flask import current_app
from markupsafe import Markup, escape

from clozette.kernel.web import shell, slots
from clozette.kernel.web.pages import moment, money
from clozette.shop.books.words import tax_in
from clozette.shop.orders import words
from clozette.shop.orders.backing_out import Way, way_out_now
from clozette.shop.sellers import places

TEMPLATE = "shop/order.html"
_STATES = ("reserved", "paying", "paid")
_BACK_OUT = "shop/_back_out.html"
_ELSE = ("digital", "contested_at", "ended_because", "cancel_asked_at", "shipped_at", "refunded_minor", "has_refunds")
_AS_IT_IS = ("ref", "handle", "display_name", "seller_name", "seller_address", "seller_contact", "seller_tax_id")
_TO = ("name", "line1", "line2", "postcode", "city")


class _Shape(NamedTuple):
    """What decides how the page looks, but for its words.

    :ivar lines: of each line the quantity, and whether the listing had asked more.
    """

    state: str
    way: Way | None
    lines: tuple[tuple[int, bool], ...]
    has: frozenset[str]
    """Of ``_IF`` what there is."""


_IF = ("paid_at", "ship_by", "tax_minor", "handle", "seller_name", "seller_tax_id", "to_name", "to_line2")


def is_plain(order: Any) -> bool:
    """Whether there is no more to show of an order than that. ``order``: what ``access.seen`` gave."""
    if order.state not in _STATES or any(getattr(order, name) for name in _ELSE):
        return False
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    parts = [*slots.needed(app, "order.deeds", order), *slots.needed(app, "order.buyer", order)]
    return all(part == _BACK_OUT for part in parts)


def plain(order: Any) -> str:
    """Return its page."""
    lines = tuple([(line.quantity, bool(line.list_minor)) for line in order.lines])
    shape = _Shape(order.state, way_out_now(order), lines, frozenset(name for name in _IF if getattr(order, name)))
    return shell.common(TEMPLATE, _holes(order), lambda filled: _context(shape, filled), shape=shape)


def _holes(order: Any) -> dict[str, str | Markup]:
    """Return the words of an order, as they are written."""
    holes: dict[str, str | Markup] = {name: getattr(order, name) or "" for name in _AS_IT_IS}
    holes |= {name: getattr(order, f"to_{name}") or "" for name in _TO}
    holes |= {name: _moment(getattr(order, name)) for name in ("made_at", "paid_at", "ship_by")}
    sums = {"shipping": order.shipping_minor, "fee": order.fee_minor}
    sums["total"] = order.items_minor + order.shipping_minor + order.fee_minor
    for place, line in enumerate(order.lines):
        holes[f"title_{place}"] = line.title
        sums |= {
            f"sum_{place}": line.price_minor * line.quantity,
            f"list_{place}": (line.list_minor or 0) * line.quantity,
        }
    holes |= {name: escape(money(minor, order.currency)) for name, minor in sums.items()}
    return {**holes, "tax": tax_in(order), "country": places.name(order.to_country) if order.to_country else ""}


def _moment(at: Any) -> Markup:
    return escape(moment(at)) if at else Markup()


def _context(shape: _Shape, filled: Mapping[str, str | Markup]) -> dict[str, Any]:
    """Return what the template is given: an order of that shape, whose words are what is ``filled`` in."""
    order = SimpleNamespace(
        state=shape.state,
        lines=[_line(place, *line, filled) for place, line in enumerate(shape.lines)],
        seller=SimpleNamespace(member=SimpleNamespace(**filled) if "handle" in shape.has else None),
        total=SimpleNamespace(amount_minor=filled["total"]),
        shipping_minor=filled["shipping"],
        fee_minor=filled["fee"],
        made_at=filled["made_at"],
        ref=filled["ref"],
        seller_address=filled["seller_address"],
        seller_contact=filled["seller_contact"],
        tax_minor="tax_minor" in shape.has,
        **{name: filled[name] if name in shape.has else "" for name in ("paid_at", "ship_by", *_OF_SELLER)},
        **dict.fromkeys(("currency", "shipped_at", "received_at", "completed_at", "digital", *_ELSE), ""),
    )
    line2 = filled["line2"] if "to_line2" in shape.has else ""
    address = SimpleNamespace(**{**filled, "line2": line2}) if "to_name" in shape.has else None
    return {
        "order": order,
        "address": address,
        "places": SimpleNamespace(name=lambda written: written),
        "words": words,
        "way_out": lambda _order: shape.way,
        "tax_in": lambda _order: filled["tax"],
        "slot": lambda name: (_BACK_OUT,) if name == "order.deeds" else (),
    }


_OF_SELLER = ("seller_name", "seller_tax_id")


def _line(place: int, quantity: int, was_more: bool, filled: Mapping[str, str | Markup]) -> SimpleNamespace:
    return SimpleNamespace(
        title=filled[f"title_{place}"],
        quantity=quantity,
        refunded_minor=0,
        sum_minor=filled[f"sum_{place}"],
        list_minor=was_more,
        list_sum_minor=filled[f"list_{place}"],
    )
