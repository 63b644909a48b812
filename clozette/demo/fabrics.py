"""Fabrics: square-free swatches of cloth as RGB images, drawn with Pillow. All sizes are in pixels."""

import random
from collections.abc import Callable

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Fabric = Callable[[tuple[int, int], Colour, Colour, random.Random], Image.Image]


def shade(colour: Colour, factor: float) -> Colour:
    """Darken (``factor`` below 1) or lighten (above 1) a colour."""
    if factor <= 1:
        return tuple(round(part * factor) for part in colour)  # type: ignore[return-value]
    return tuple(round(part + (255 - part) * (factor - 1)) for part in colour)  # type: ignore[return-value]


def plain(size: tuple[int, int], colour: Colour, accent: Colour, rng: random.Random) -> Image.Image:
    """One colour, with a breath of weave."""
    return _woven(Image.new("RGB", size, colour), rng, 10)


def breton(size: tuple[int, int], colour: Colour, accent: Colour, rng: random.Random) -> Image.Image:
    """Wide-set horizontal stripes."""
    cloth = Image.new("RGB", size, colour)
    draw = ImageDraw.Draw(cloth)
    step = rng.choice((34, 42, 50))
    for y in range(step, size[1], step):
        draw.rectangle((0, y, size[0], y + step * 2 // 5), fill=accent)
    return _woven(cloth, rng, 8)


def pinstripe(size: tuple[int, int], colour: Colour, accent: Colour, rng: random.Random) -> Image.Image:
    """Fine vertical lines."""
    cloth = Image.new("RGB", size, colour)
    draw = ImageDraw.Draw(cloth)
    step = rng.choice((16, 22, 28))
    for x in range(0, size[0], step):
        draw.line((x, 0, x, size[1]), fill=accent, width=3)
    return _woven(cloth, rng, 8)


def gingham(size: tuple[int, int], colour: Colour, accent: Colour, rng: random.Random) -> Image.Image:
    """A two-colour check whose crossings are darker."""
    cloth = Image.new("RGB", size, shade(accent, 1.85))
    step = rng.choice((18, 24, 32))
    half = Image.new("L", size, 0)
    draw = ImageDraw.Draw(half)
    for x in range(0, size[0], step * 2):
        draw.rectangle((x, 0, x + step, size[1]), fill=115)
    across = Image.new("L", size, 0)
    draw = ImageDraw.Draw(across)
    for y in range(0, size[1], step * 2):
        draw.rectangle((0, y, size[0], y + step), fill=115)
    cloth.paste(Image.new("RGB", size, accent), mask=ImageChops.add(half, across))
    return _woven(cloth, rng, 8)


def tartan(size: tuple[int, int], colour: Colour, accent: Colour, rng: random.Random) -> Image.Image:
    """Crossing bands of several widths."""
    cloth = Image.new("RGB", size, colour)
    bands = Image.new("L", size, 0)
    draw = ImageDraw.Draw(bands)
    step = rng.choice((90, 110))
    for offset, width, strength in ((0, 30, 70), (46, 6, 150), (60, 3, 190)):
        for x in range(offset, size[0], step):
            draw.rectangle((x, 0, x + width, size[1]), fill=strength)
    across = bands.rotate(90, expand=True).resize(size)
    cloth.paste(Image.new("RGB", size, accent), mask=ImageChops.lighter(bands, ImageChops.add(across, bands, 2)))
    return _woven(cloth, rng, 14)


def dots(size: tuple[int, int], colour: Colour, accent: Colour, rng: random.Random) -> Image.Image:
    """Polka dots in offset rows."""
    cloth = Image.new("RGB", size, colour)
    draw = ImageDraw.Draw(cloth)
    step = rng.choice((26, 36, 52))
    radius = step // 5
    for row, y in enumerate(range(0, size[1] + step, step)):
        for x in range(0 if row % 2 else step // 2, size[0] + step, step):
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=accent)
    return _woven(cloth, rng, 6)


def floral(size: tuple[int, int], colour: Colour, accent: Colour, rng: random.Random) -> Image.Image:
    """Small five-petalled flowers with leaves, strewn."""
    cloth = Image.new("RGB", size, colour)
    draw = ImageDraw.Draw(cloth)
    heart, leaf = shade(accent, 1.6), (96, 122, 92)
    for _ in range(size[0] * size[1] // 5200):
        x, y, petal = rng.randrange(size[0]), rng.randrange(size[1]), rng.choice((7, 9, 12))
        draw.ellipse((x + petal, y + petal, x + petal * 3, y + petal * 2), fill=leaf)
        for dx, dy in ((0, -1), (0.95, -0.3), (0.6, 0.8), (-0.6, 0.8), (-0.95, -0.3)):
            cx, cy = x + dx * petal, y + dy * petal
            draw.ellipse((cx - petal * 0.7, cy - petal * 0.7, cx + petal * 0.7, cy + petal * 0.7), fill=accent)
        draw.ellipse((x - petal * 0.45, y - petal * 0.45, x + petal * 0.45, y + petal * 0.45), fill=heart)
    return _woven(cloth, rng, 6)


def denim(size: tuple[int, int], colour: Colour, accent: Colour, rng: random.Random) -> Image.Image:
    """A twill with a washed middle."""
    cloth = _woven(Image.new("RGB", size, colour), rng, 34)
    wash = Image.radial_gradient("L").resize(size).point(lambda value: max(0, 90 - value // 2))
    cloth.paste(Image.new("RGB", size, shade(colour, 1.45)), mask=wash)
    return cloth


def knit(size: tuple[int, int], colour: Colour, accent: Colour, rng: random.Random) -> Image.Image:
    """Rows of stitches like small letters V."""
    cloth = Image.new("RGB", size, colour)
    draw = ImageDraw.Draw(cloth)
    dark, step = shade(colour, 0.86), rng.choice((12, 16, 20))
    for x in range(0, size[0], step):
        for y in range(0, size[1], step * 2 // 3):
            draw.line((x, y, x + step // 2, y + step // 2, x + step, y), fill=dark, width=2)
    return cloth.filter(ImageFilter.SMOOTH)


def corduroy(size: tuple[int, int], colour: Colour, accent: Colour, rng: random.Random) -> Image.Image:
    """Fine ribs of the same colour."""
    cloth = Image.new("RGB", size, colour)
    draw = ImageDraw.Draw(cloth)
    for x in range(0, size[0], 9):
        draw.line((x, 0, x, size[1]), fill=shade(colour, 0.82), width=3)
    return _woven(cloth.filter(ImageFilter.SMOOTH), rng, 14)


FABRICS: dict[str, Fabric] = {
    made.__name__: made for made in (plain, breton, pinstripe, gingham, tartan, dots, floral, denim, knit, corduroy)
}


def _woven(cloth: Image.Image, rng: random.Random, strength: int) -> Image.Image:
    """Lay fine noise over a cloth, so that it doesn't look like plastic."""
    size = cloth.width // 2 + 1, cloth.height // 2 + 1
    noise = Image.frombytes("L", size, rng.randbytes(size[0] * size[1]))
    noise = noise.point(lambda value: 128 + (value - 128) * strength // 64).resize(cloth.size, Image.Resampling.NEAREST)
    return ImageChops.overlay(cloth, Image.merge("RGB", (noise,) * 3))
