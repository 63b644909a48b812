"""The few colours that a photo is made of, the most common first, without its background where that can be told.

A garment is mostly photographed in the middle of a bed, a floor or a wall: a colour that fills the edge of the picture and
is rarer in its middle is background. Where that would leave next to nothing (a garment that fills the picture, or white
on white), all colours count.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

MOST = 5
_SIDE = 96
_PALETTE = 24
_SAME = 16.0
"""Colours closer than this (CIELAB) count as one: folds and shadows of one cloth."""
_LEAST = 0.03
"""A colour below this share of what counts is left out."""
_ENOUGH = 0.12
"""What must be left of the middle of the picture after the background is taken away."""

Rgb = tuple[int, int, int]
Lab = tuple[float, float, float]


@dataclass
class _Colour:
    rgb: Rgb
    lab: Lab
    middle: float
    edge: float


def dominant_colours(image: Image.Image) -> list[str]:
    """Return up to five colours of ``image`` (RGB or RGBA) as ``#rrggbb``."""
    small = image.copy()
    small.thumbnail((_SIDE, _SIDE), Image.Resampling.BOX)
    seen = small.getchannel("A").point(lambda alpha: 255 * (alpha > 127)) if small.mode == "RGBA" else None
    if seen is not None and seen.getbbox() is None:
        seen = None
    colours = _merged(_palette(small.convert("RGB"), seen))
    if seen is None:
        colours = _without_background(colours)
    colours.sort(key=lambda colour: colour.middle, reverse=True)
    whole = sum(colour.middle for colour in colours) or 1
    kept = [colour for colour in colours if colour.middle >= _LEAST * whole] or colours[:1]
    return ["#{:02x}{:02x}{:02x}".format(*colour.rgb) for colour in kept[:MOST]]


def difference(one: str, other: str) -> float:
    """Return how far apart two colours (``#rrggbb``) are to the eye, as a distance in CIELAB."""
    return _difference(_lab(*bytes.fromhex(one[1:])), _lab(*bytes.fromhex(other[1:])))


def _palette(image: Image.Image, seen: Image.Image | None) -> list[_Colour]:
    """Cut the picture down to a palette; say how much of its middle and of its edge each colour fills."""
    indexed = image.quantize(_PALETTE, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    palette = indexed.getpalette() or []
    middle = _shares(indexed, seen or _middle(image.size))
    edge = _shares(indexed, _edge(image.size))
    colours = []
    for index in range(len(palette) // 3):
        if middle[index] or edge[index]:
            red, green, blue = palette[3 * index : 3 * index + 3]
            colours.append(_Colour((red, green, blue), _lab(red, green, blue), middle[index], edge[index]))
    return colours


def _middle(size: tuple[int, int]) -> Image.Image:
    mask = Image.new("L", size)
    width, height = size
    box = (width * 0.12, height * 0.08, width * 0.88 - 1, height * 0.92 - 1)
    ImageDraw.Draw(mask).ellipse(box if min(size) > 8 else (0, 0, *size), fill=255)
    return mask if mask.getbbox() else Image.new("L", size, 255)


def _edge(size: tuple[int, int]) -> Image.Image:
    mask = Image.new("L", size, 255)
    rim = max(1, round(min(size) * 0.06))
    if min(size) > 2 * rim:
        mask.paste(0, (rim, rim, size[0] - rim, size[1] - rim))
    return mask


def _shares(indexed: Image.Image, mask: Image.Image) -> list[float]:
    counts = indexed.histogram(mask)
    whole = sum(counts) or 1
    return [count / whole for count in counts]


def _merged(colours: Sequence[_Colour]) -> list[_Colour]:
    """Count colours that look alike as the most common of them."""
    merged: list[_Colour] = []
    for colour in sorted(colours, key=lambda one: one.middle, reverse=True):
        same = next((one for one in merged if _difference(one.lab, colour.lab) < _SAME), None)
        if same is None:
            merged.append(colour)
        else:
            same.middle += colour.middle
            same.edge += colour.edge
    return merged


def _without_background(colours: list[_Colour]) -> list[_Colour]:
    kept = [colour for colour in colours if not (colour.edge > 0.1 and colour.edge > 1.2 * colour.middle)]
    return kept if sum(colour.middle for colour in kept) >= _ENOUGH else colours


def _difference(one: Lab, other: Lab) -> float:
    # Lightness counts half: light and shadow change it on one and the same cloth.
    return float(((one[0] - other[0]) ** 2 / 4 + (one[1] - other[1]) ** 2 + (one[2] - other[2]) ** 2) ** 0.5)


def _lab(red: int, green: int, blue: int) -> Lab:
    """Turn sRGB into CIELAB (D65)."""
    r, g, b = (_linear(part / 255) for part in (red, green, blue))
    x = _root((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505)
    y = _root(0.2126 * r + 0.7152 * g + 0.0722 * b)
    z = _root((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _root(part: float) -> float:
    return float(part ** (1 / 3)) if part > 0.008856 else 7.787 * part + 16 / 116
