"""A perceptual hash: photos that look alike have hashes that differ in few bits, whatever their size or compression."""

from collections.abc import Sequence

from PIL import Image

from clozette.kernel.images.colours import difference

ALIKE = 6
"""So many of the 64 bits may differ. Measured (docs/decisions/0002): the same photo made smaller, brighter and recompressed
differs in 4 at most; of 9,591 pairs of different garments one pair is within 6 (two plain tops on one sheet)."""
SAME_CLOTH = 16.0
"""So far may the colours differ (CIELAB, lightness counting half)."""
_WIDTH, _HEIGHT = 9, 8


def dhash(image: Image.Image) -> int:
    """Return the difference hash of ``image`` as a signed 64-bit integer, as databases keep it."""
    grey = image.convert("L").resize((_WIDTH, _HEIGHT), Image.Resampling.BOX)
    values = grey.tobytes()
    bits = 0
    for row in range(_HEIGHT):
        for column in range(_WIDTH - 1):
            at = row * _WIDTH + column
            bits = bits << 1 | (values[at] > values[at + 1])
    return bits - (1 << 64) if bits >> 63 else bits


def distance(one: int, other: int) -> int:
    """Return in how many of the 64 bits two hashes differ."""
    return ((one ^ other) & (1 << 64) - 1).bit_count()


def are_alike(one: int, other: int, colours: Sequence[str] = (), other_colours: Sequence[str] = ()) -> bool:
    """Whether two photos are probably of the same thing, by their hashes and, where given, their most common colours.

    The hash alone sees no colour: the same cut on the same bed looks alike to it in white and in black.
    """
    if distance(one, other) > ALIKE:
        return False
    pairs = [(mine, theirs) for mine in colours[:2] for theirs in other_colours[:2]]
    return not pairs or any(difference(*pair) <= SAME_CLOTH for pair in pairs)
