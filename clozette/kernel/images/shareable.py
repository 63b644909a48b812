"""A picture as other sites show it beside a link: 1200 × 630, with a band of words under the photo where there are any.

The band is a part of the picture, so that nobody who passes it on can leave the words out.
"""

from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont, ImageOps

SIZE = (1200, 630)
BAND = 84
QUALITY = 84
_PAPER, _INK = "#171315", "#ffffff"
_LARGEST, _SMALLEST = 40, 18
_MARGIN = 32


def shareable(own: bytes | None, words: str) -> bytes:
    """Return a photo of ours (or none) cut to the shape, its words in a band under it, as JPEG.

    :param words: of the Latin script: the one font that comes with the library knows no other (``is_drawable``).
    """
    canvas = Image.new("RGB", SIZE, _PAPER)
    height = SIZE[1] - (BAND if words else 0)
    if own is not None:
        with Image.open(BytesIO(own)) as picture:
            canvas.paste(_fitted(picture.convert("RGB"), (SIZE[0], height)), (0, 0))
    if words:
        _write(canvas, words, height)
    made = BytesIO()
    canvas.save(made, "JPEG", quality=QUALITY, optimize=True)
    return made.getvalue()


def is_drawable(words: str) -> bool:
    """Whether the font has a letter for everything in ``words``."""
    return all(ord(letter) < 0x180 or letter in "–—‘’“”…" for letter in words)


def _fitted(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Fill the place with a photo that lies; of one that stands, show the whole in the middle."""
    if picture.width >= picture.height:
        return ImageOps.fit(picture, size, Image.Resampling.LANCZOS, centering=(0.5, 0.3))
    whole = ImageOps.contain(picture, size, Image.Resampling.LANCZOS)
    ground = Image.new("RGB", size, _PAPER)
    ground.paste(whole, ((size[0] - whole.width) // 2, 0))
    return ground


def _write(canvas: Image.Image, words: str, top: int) -> None:
    draw = ImageDraw.Draw(canvas)
    room = SIZE[0] - 2 * _MARGIN
    size = next((size for size in range(_LARGEST, _SMALLEST, -2) if _width(words, size) <= room), _SMALLEST)
    while _width(words, size) > room:
        words = words.rstrip("…")[:-1].rstrip() + "…"
    draw.text((_MARGIN, top + BAND // 2), words, fill=_INK, font=_font(size), anchor="lm")


def _width(words: str, size: int) -> float:
    return _font(size).getlength(words)


@lru_cache(maxsize=16)
def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font
