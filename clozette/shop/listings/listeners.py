"""What happens in closets, for listings: inside the transaction of the deed."""

from clozette.closets.events import ItemChanged, ItemHidden, ItemRemoved
from clozette.shop.listings import services


def follow_item(event: ItemChanged) -> None:
    """What is offered of an item says of it what its owner says now."""
    services.follow_item(event.item_id)


def pause_with_item(event: ItemHidden) -> None:
    """An item that became private is offered no more."""
    services.pause_item(event.item_id)


def remove_with_item(event: ItemRemoved) -> None:
    """An item that is deleted takes what was offered of it down."""
    services.remove_item(event.item_id)
