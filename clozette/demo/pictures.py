"""Make the story's pictures on every processor at once: drawn or read, cleaned and scaled, ready to be stored."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from clozette.demo import drawings
from clozette.demo.story import PlannedItem, PlannedLook, Story
from clozette.kernel import images
from clozette.kernel.images import CleanPhoto

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".avif", ".heic"})
Planned = TypeVar("Planned")
Made = TypeVar("Made")


@dataclass(frozen=True)
class Drawn:
    """One look's photos and, for each of its items, on which photo it lies and where (thousandths)."""

    photos: tuple[CleanPhoto, ...]
    tags: tuple[tuple[int, int, int], ...]


def folders_of(folder: Path) -> dict[str, list[Path]]:
    """Return the photographs in a folder of folders, one for each kind of garment; folders without any are left out."""
    found = {
        inner.name: sorted(path for path in inner.iterdir() if path.suffix.lower() in SUFFIXES)
        for inner in sorted(folder.iterdir())
        if inner.is_dir()
    }
    return {kind: paths for kind, paths in found.items() if paths}


def item_photos(story: Story) -> Iterator[CleanPhoto]:
    """Make the photo of every item, in the story's order."""
    return _on_every_processor(_item_photo, story.items)


def look_photos(story: Story) -> Iterator[Drawn]:
    """Make the photos of every look, in the story's order."""
    return _on_every_processor(_look_photos, [(look, [story.items[one] for one in look.items]) for look in story.looks])


def face(seed: int) -> CleanPhoto:
    """Make a profile picture: a garment close by."""
    kinds = ("hat", "bag", "scarf", "dress", "t-shirt", "coat")
    return of(replace(_any_design(seed), kind=kinds[seed % len(kinds)]))


def of(design: drawings.Design) -> CleanPhoto:
    """Make the picture of one garment."""
    return _clean(drawings.item_picture(design))


def _any_design(seed: int) -> drawings.Design:
    names = tuple(drawings.PALETTE)
    return drawings.Design("hat", "plain", names[seed * 7 % len(names)], names[(seed * 7 + 11) % len(names)], seed)


def _on_every_processor(make: Callable[[Planned], Made], planned: Sequence[Planned]) -> Iterator[Made]:
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        yield from pool.map(make, planned, chunksize=4)


def _item_photo(item: PlannedItem) -> CleanPhoto:
    return _clean(_picture(item))


def _look_photos(planned: tuple[PlannedLook, list[PlannedItem]]) -> Drawn:
    look, items = planned
    designs = [item.design for item in items if item.design is not None]
    if len(designs) == len(items):
        drawn = drawings.outfit(designs, look.seed)
        return Drawn((_clean(drawn.picture),), tuple((0, x, y) for x, y in drawn.spots))
    photos = tuple(_clean(_picture(item)) for item in items)
    return Drawn(photos, tuple((position, 500, 500) for position in range(len(items))))


def _picture(item: PlannedItem) -> bytes:
    if item.photo is not None:
        return item.photo.read_bytes()
    assert item.design is not None
    return drawings.item_picture(item.design)


def _clean(picture: bytes) -> CleanPhoto:
    """Clean a picture and scale it to every width at once, so that no task is left to do."""
    photo = images.read_photo(picture)
    missing = [width for width in images.widths_for(photo.width) if width not in photo.variants]
    return replace(photo, variants={**photo.variants, **images.make_variants(photo.original, missing).webp})
