"""What happened to items; ids only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ItemAdded:
    """An item came into a closet. Others can't see it yet."""

    item_id: int
    owner_id: int


@dataclass(frozen=True)
class ItemChanged:
    """What is known about an item was changed by its owner."""

    item_id: int
    owner_id: int


@dataclass(frozen=True)
class ItemPublicised:
    """An item may now be seen by everybody."""

    item_id: int
    owner_id: int


@dataclass(frozen=True)
class ItemHidden:
    """An item that others could see is private again; its photos' public addresses no longer work."""

    item_id: int
    owner_id: int


@dataclass(frozen=True)
class ItemRemoved:
    """An item is about to be deleted: told before its row goes, so that who refers to it can let go."""

    item_id: int
    owner_id: int
