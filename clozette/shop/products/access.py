"""The only ways to products for their seller."""

from dataclasses import dataclass

from flask import abort

from clozette.closets import access as closets
from clozette.closets.models import Item
from clozette.kernel.viewer import Viewer
from clozette.shop.listings.models import Listing
from clozette.shop.listings.queries import sizes_of
from clozette.shop.sellers.access import own_seller
from clozette.shop.sellers.models import Seller


@dataclass
class Product:
    """What a trader deals in, and its sizes in their order, of which there is one at least."""

    seller: Seller
    item: Item
    sizes: list[Listing]

    @property
    def lead(self) -> Listing:
        """The size that stands for all in the shop."""
        return self.sizes[0]


def own_trader(viewer: Viewer) -> Seller:
    """Return the viewer as a seller if they are a trader, or 404."""
    seller = own_seller(viewer)
    return seller if seller.kind == "trader" else abort(404)


def own_product(viewer: Viewer, item_id: int) -> Product:
    """Return one of the viewer's products that isn't taken down, or 404; locked where the transaction may write."""
    seller, item = own_trader(viewer), closets.own_product(viewer, item_id)
    sizes = sizes_of([item.id]).get(item.id) or abort(404)
    return Product(seller, item, list(sizes))
