"""Garments as flat-lay drawings, and outfits laid out of them: the demo's pictures, made by this code alone.

A garment is a list of pieces. A piece is the right half of an outline in a box of 0 to 100 by 0 to 130 (x = 50 is the
axis), mirrored and smoothed; ``whole`` pieces are taken as they are. Every drawing follows from its seed.
"""

import io
import random
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from clozette.demo.fabrics import FABRICS, Colour, shade

WIDTH, HEIGHT = 600, 800
Point = tuple[float, float]

PAPERS: tuple[Colour, ...] = (
    (242, 237, 229),
    (236, 231, 226),
    (228, 225, 218),
    (240, 230, 222),
    (225, 229, 226),
    (233, 228, 235),
    (246, 243, 238),
)


@dataclass(frozen=True)
class Piece:
    """One cut of cloth: its outline, its lines, and how it differs from the main cloth.

    :param tone: factor on the cloth's lightness, so that a lining or a collar stands off.
    :param accent: whether it is cut from the accent colour, plain.
    """

    outline: tuple[Point, ...]
    whole: bool = False
    tone: float = 1.0
    accent: bool = False
    smooth: bool = True


@dataclass(frozen=True)
class Garment:
    """A kind of garment: its pieces from back to front, seams (open lines), buttons, and cloths that suit it."""

    pieces: tuple[Piece, ...]
    fabrics: tuple[str, ...]
    seams: tuple[tuple[Point, ...], ...] = ()
    buttons: tuple[Point, ...] = ()


GARMENTS: dict[str, Garment] = {
    "t-shirt": Garment(
        pieces=(
            Piece(((50, 17), (58, 16), (63, 12), (57, 22), (50, 24)), tone=0.72),
            Piece(
                ((50, 25), (58, 22), (63, 11), (74, 15), (94, 33), (82, 46), (75, 40), (76, 75), (76, 108), (50, 110))
            ),
        ),
        fabrics=("plain", "plain", "breton", "dots", "floral"),
        seams=(((75, 40), (74, 26), (72, 15)), ((25, 40), (26, 26), (28, 15)), ((24, 104), (50, 106), (76, 104))),
    ),
    "shirt": Garment(
        pieces=(
            Piece(((50, 12), (59, 10), (62, 15), (50, 26)), tone=0.7),
            Piece(
                (
                    (50, 26),
                    (60, 12),
                    (75, 17),
                    (84, 34),
                    (95, 84),
                    (84, 87),
                    (76, 48),
                    (77, 80),
                    (77, 112),
                    (64, 117),
                    (50, 114),
                )
            ),
            Piece(((50, 26), (60, 9), (66, 14), (58, 31)), whole=True, tone=1.08, smooth=False),
            Piece(((50, 26), (40, 9), (34, 14), (42, 31)), whole=True, tone=1.08, smooth=False),
        ),
        fabrics=("plain", "pinstripe", "gingham", "denim", "floral"),
        seams=(
            ((50, 26), (50, 114)),
            ((75, 17), (76, 48)),
            ((25, 17), (24, 48)),
            ((83, 81), (94, 78)),
            ((17, 81), (6, 78)),
            ((58, 44), (70, 44), (70, 58), (64, 61), (58, 58), (58, 44)),
        ),
        buttons=((50, 34), (50, 48), (50, 62), (50, 76), (50, 90), (50, 104)),
    ),
    "knit": Garment(
        pieces=(
            Piece(((50, 18), (60, 16), (64, 13), (58, 24), (50, 26)), tone=0.7),
            Piece(
                ((50, 27), (60, 23), (65, 12), (77, 18), (88, 44), (96, 92), (84, 95), (77, 56), (77, 104), (50, 107))
            ),
            Piece(((23, 101), (77, 101), (76, 112), (24, 112)), whole=True, tone=0.9, smooth=False),
            Piece(((83, 91), (96, 88), (97, 98), (85, 101)), whole=True, tone=0.9, smooth=False),
            Piece(((17, 91), (4, 88), (3, 98), (15, 101)), whole=True, tone=0.9, smooth=False),
        ),
        fabrics=("knit", "knit", "breton", "plain"),
        seams=(((77, 18), (77, 56)), ((23, 18), (23, 56))),
    ),
    "jacket": Garment(
        pieces=(
            Piece(((50, 13), (60, 11), (66, 30), (56, 70), (50, 74)), tone=0.5),
            Piece(
                ((52, 58), (62, 12), (77, 18), (87, 40), (96, 90), (84, 94), (77, 52), (79, 84), (80, 112), (53, 114))
            ),
            Piece(((50.5, 62), (61, 10), (72, 34), (66, 38), (68, 42)), whole=True, tone=1.12, smooth=False),
            Piece(((49.5, 62), (39, 10), (28, 34), (34, 38), (32, 42)), whole=True, tone=1.12, smooth=False),
        ),
        fabrics=("plain", "tartan", "pinstripe", "corduroy", "denim"),
        seams=(
            ((50, 62), (50, 113)),
            ((77, 18), (77, 52)),
            ((23, 18), (23, 52)),
            ((58, 86), (73, 84)),
            ((42, 86), (27, 84)),
        ),
        buttons=((53, 70), (53, 84)),
    ),
    "coat": Garment(
        pieces=(
            Piece(((50, 9), (59, 8), (65, 24), (55, 54), (50, 60)), tone=0.5),
            Piece(
                ((51, 44), (61, 8), (75, 13), (84, 32), (93, 78), (81, 82), (75, 44), (79, 80), (83, 124), (51, 126))
            ),
            Piece(((50.5, 48), (60, 7), (72, 26), (62, 32)), whole=True, tone=1.12, smooth=False),
            Piece(((49.5, 48), (40, 7), (28, 26), (38, 32)), whole=True, tone=1.12, smooth=False),
            Piece(((22, 70), (78, 70), (78, 75), (22, 75)), whole=True, tone=0.86, smooth=False),
        ),
        fabrics=("plain", "plain", "tartan", "pinstripe", "corduroy"),
        seams=(
            ((50, 48), (50, 125)),
            ((75, 13), (75, 44)),
            ((25, 13), (25, 44)),
            ((58, 88), (72, 92)),
            ((42, 88), (28, 92)),
        ),
        buttons=((55, 56), (55, 66), (45, 56), (45, 66)),
    ),
    "dress": Garment(
        pieces=(
            Piece(((50, 22), (58, 20), (61, 10), (57, 24), (50, 30)), tone=0.7),
            Piece(
                (
                    (50, 30),
                    (57, 24),
                    (61, 9),
                    (67, 10),
                    (69, 28),
                    (68, 44),
                    (64, 56),
                    (72, 82),
                    (84, 121),
                    (68, 125),
                    (50, 124),
                )
            ),
        ),
        fabrics=("floral", "floral", "dots", "plain", "gingham", "breton"),
        seams=(((36, 56), (50, 58), (64, 56)), ((50, 58), (47, 90), (44, 122)), ((55, 58), (60, 90), (66, 122))),
    ),
    "skirt": Garment(
        pieces=(
            Piece(((50, 24), (68, 23), (78, 60), (88, 107), (68, 112), (50, 112))),
            Piece(((31, 19), (69, 19), (69, 27), (31, 27)), whole=True, tone=0.86, smooth=False),
        ),
        fabrics=("plain", "tartan", "floral", "corduroy", "gingham", "denim"),
        seams=(((42, 28), (34, 70), (28, 108)), ((50, 28), (50, 110)), ((58, 28), (66, 70), (72, 108))),
    ),
    "trousers": Garment(
        pieces=(
            Piece(((50, 12), (67, 11), (71, 30), (76, 76), (77, 124), (59, 125), (54, 80), (50, 46)), smooth=False),
            Piece(((32, 9), (68, 9), (68, 16), (32, 16)), whole=True, tone=0.86, smooth=False),
        ),
        fabrics=("plain", "plain", "pinstripe", "corduroy", "tartan"),
        seams=(
            ((50, 16), (50, 46)),
            ((34, 20), (41, 28)),
            ((66, 20), (59, 28)),
            ((64, 24), (68, 122)),
            ((36, 24), (32, 122)),
        ),
        buttons=((50, 12.5),),
    ),
    "jeans": Garment(
        pieces=(
            Piece(((50, 12), (68, 11), (72, 34), (71, 80), (69, 124), (55, 125), (52, 82), (50, 48)), smooth=False),
            Piece(((32, 9), (68, 9), (68, 16), (32, 16)), whole=True, tone=0.88, smooth=False),
        ),
        fabrics=("denim",),
        seams=(
            ((50, 16), (50, 48)),
            ((34, 17), (38, 26), (45, 28)),
            ((66, 17), (62, 26), (55, 28)),
            ((53, 120), (69, 120)),
            ((31, 120), (46, 120)),
            ((50, 34), (54, 32), (54, 17)),
        ),
        buttons=((50, 12.5),),
    ),
    "shorts": Garment(
        pieces=(
            Piece(((50, 32), (69, 31), (74, 58), (80, 92), (55, 96), (50, 68)), smooth=False),
            Piece(((31, 28), (69, 28), (69, 36), (31, 36)), whole=True, tone=0.86, smooth=False),
        ),
        fabrics=("plain", "denim", "gingham", "floral", "corduroy"),
        seams=(
            ((50, 36), (50, 68)),
            ((34, 38), (41, 48)),
            ((66, 38), (59, 48)),
            ((56, 90), (79, 87)),
            ((44, 90), (21, 87)),
        ),
        buttons=((50, 32),),
    ),
    "boots": Garment(
        pieces=(
            Piece(((16, 30), (42, 30), (42, 78), (50, 96), (60, 101), (61, 108), (16, 108)), whole=True),
            Piece(
                ((16, 107), (61, 107), (61, 113), (34, 113), (33, 116), (16, 116)), whole=True, tone=0.4, smooth=False
            ),
            Piece(((50, 22), (76, 22), (76, 70), (84, 88), (94, 93), (95, 100), (50, 100)), whole=True),
            Piece(((50, 99), (95, 99), (95, 105), (68, 105), (67, 108), (50, 108)), whole=True, tone=0.4, smooth=False),
        ),
        fabrics=("plain",),
        seams=(
            ((22, 44), (22, 100)),
            ((56, 36), (56, 92)),
            ((42, 78), (34, 84), (30, 106)),
            ((76, 70), (68, 76), (64, 98)),
        ),
    ),
    "trainers": Garment(
        pieces=(
            Piece(((8, 40), (24, 36), (34, 50), (56, 58), (68, 64), (70, 74), (8, 74)), whole=True),
            Piece(((6, 72), (71, 72), (72, 80), (66, 83), (8, 83)), whole=True, accent=True, tone=1.5, smooth=False),
            Piece(((30, 76), (46, 72), (56, 86), (78, 94), (90, 100), (92, 110), (30, 110)), whole=True),
            Piece(
                ((28, 108), (93, 108), (94, 116), (88, 119), (30, 119)), whole=True, accent=True, tone=1.5, smooth=False
            ),
        ),
        fabrics=("plain", "denim", "corduroy"),
        seams=(
            ((28, 46), (34, 42)),
            ((33, 52), (40, 47)),
            ((39, 55), (46, 51)),
            ((50, 82), (56, 78)),
            ((55, 88), (62, 83)),
            ((61, 91), (68, 87)),
            ((12, 66), (26, 58), (30, 74)),
            ((34, 102), (48, 94), (52, 110)),
        ),
    ),
    "heels": Garment(
        pieces=(
            Piece(
                ((10, 46), (22, 40), (32, 62), (52, 82), (66, 86), (68, 92), (44, 92), (28, 74), (16, 60)), whole=True
            ),
            Piece(((10, 46), (16, 60), (15, 92), (11, 92)), whole=True, tone=0.7, smooth=False),
            Piece(
                ((36, 64), (48, 58), (58, 80), (78, 100), (92, 104), (94, 110), (70, 110), (54, 92), (42, 78)),
                whole=True,
            ),
            Piece(((36, 64), (42, 78), (41, 110), (37, 110)), whole=True, tone=0.7, smooth=False),
        ),
        fabrics=("plain", "plain", "dots"),
    ),
    "bag": Garment(
        pieces=(
            Piece(((50, 22), (63, 25), (70, 40), (72, 58), (67, 58), (65, 42), (60, 31), (50, 28)), tone=0.8),
            Piece(((50, 54), (78, 54), (83, 62), (86, 100), (80, 108), (50, 109))),
            Piece(((50, 54), (79, 54), (82, 70), (72, 80), (50, 82)), tone=1.12),
            Piece(((46, 78), (54, 78), (54, 87), (46, 87)), whole=True, accent=True, smooth=False),
        ),
        fabrics=("plain", "plain", "corduroy", "gingham"),
    ),
    "hat": Garment(
        pieces=(
            Piece(((50, 82), (92, 74), (97, 80), (84, 92), (50, 96), (16, 92), (3, 80), (8, 74)), whole=True, tone=0.9),
            Piece(((50, 38), (66, 40), (74, 54), (76, 80), (50, 86))),
            Piece(((50, 74), (76, 71), (76, 80), (50, 86)), accent=True),
        ),
        fabrics=("plain", "knit", "corduroy"),
    ),
    "scarf": Garment(
        pieces=(
            Piece(((58, 20), (74, 22), (80, 70), (76, 118), (60, 119), (64, 70)), whole=True, tone=0.86),
            Piece(((24, 24), (48, 16), (72, 22), (66, 38), (44, 42), (30, 38)), whole=True, tone=0.95),
            Piece(((26, 26), (46, 34), (44, 70), (48, 108), (30, 110), (22, 70)), whole=True),
        ),
        fabrics=("knit", "tartan", "plain", "floral"),
    ),
}

PALETTE: dict[str, Colour] = {
    "black": (38, 37, 40), "charcoal": (78, 80, 86), "grey": (158, 160, 164), "white": (244, 242, 238),
    "cream": (236, 224, 200), "beige": (206, 184, 152), "camel": (184, 138, 88), "brown": (104, 70, 48),
    "burgundy": (112, 32, 48), "red": (190, 44, 44), "coral": (232, 122, 98), "pink": (232, 168, 178),
    "orange": (214, 112, 44), "mustard": (208, 160, 52), "yellow": (238, 208, 100), "olive": (112, 112, 62),
    "green": (58, 110, 78), "sage": (156, 172, 144), "teal": (42, 112, 116), "sky": (150, 188, 214),
    "blue": (52, 92, 156), "navy": (36, 48, 84), "lilac": (182, 164, 208), "purple": (98, 62, 118),
}  # fmt: skip
DENIMS = ("blue", "navy", "sky", "black", "grey")


@dataclass(frozen=True)
class Design:
    """What one garment looks like: enough to draw it again and to name it."""

    kind: str
    fabric: str
    colour: str
    accent: str
    seed: int


WARDROBES: tuple[tuple[str, ...], ...] = (
    ("black", "white", "grey", "charcoal", "camel", "red"),
    ("navy", "white", "cream", "camel", "sky", "burgundy"),
    ("beige", "cream", "brown", "olive", "sage", "mustard"),
    ("pink", "white", "lilac", "sky", "cream", "coral"),
    ("green", "cream", "black", "mustard", "camel", "teal"),
    ("blue", "white", "yellow", "navy", "orange", "grey"),
    ("burgundy", "pink", "charcoal", "beige", "purple", "cream"),
)
"""Colours that go together; a member's closet keeps to one or two of these."""


def design(kind: str, rng: random.Random, colours: tuple[str, ...] = tuple(PALETTE)) -> Design:
    """Choose cloth and colours for a garment out of ``colours``."""
    fabric = rng.choice(GARMENTS[kind].fabrics)
    colour = rng.choice(DENIMS if fabric == "denim" else colours)
    accent = rng.choice([name for name in colours if _contrast(name, colour) > 90] or ["black", "white"])
    return Design(kind, fabric, colour, accent, rng.randrange(2**31))


def item_picture(design: Design) -> bytes:
    """Draw one garment on paper; JPEG bytes of 600 by 800."""
    rng = random.Random(design.seed)  # noqa: S311 - pictures, not secrets
    page = _paper(rng)
    _lay(page, garment_picture(design, (520, 676)), (40, 62), rng)
    return _jpeg(page)


@dataclass(frozen=True)
class Outfit:
    """A drawn outfit: JPEG bytes of 600 by 800, and where the middle of each garment lies, in thousandths."""

    picture: bytes
    spots: tuple[tuple[int, int], ...]


def outfit(designs: list[Design], seed: int) -> Outfit:
    """Lay two to five garments out on one page, as one photographs an outfit on the bed."""
    rng = random.Random(seed)  # noqa: S311
    page = _paper(rng)
    laid = list(zip(designs, _places(designs, rng), strict=True))
    # What is worn above lies over what is worn below; small things lie on top.
    for design, (x, y, width) in sorted(laid, key=lambda pair: (pair[0].kind in _SMALL, pair[0].kind not in _BELOW)):
        picture = garment_picture(design, (width, width * 13 // 10))
        turned = picture.rotate(rng.uniform(-5, 5), Image.Resampling.BICUBIC, expand=True)
        _lay(page, turned, (x, y), rng)
    spots = tuple(
        ((x + width // 2) * 1000 // WIDTH, (y + width * 13 // 20) * 1000 // HEIGHT) for _, (x, y, width) in laid
    )
    return Outfit(_jpeg(page), spots)


def garment_picture(design: Design, size: tuple[int, int]) -> Image.Image:
    """Draw one garment with a clear background (RGBA)."""
    rng = random.Random(design.seed)  # noqa: S311
    garment = GARMENTS[design.kind]
    colour, accent = PALETTE[design.colour], PALETTE[design.accent]
    cloth = FABRICS[design.fabric](size, colour, accent, rng)
    flat = FABRICS["plain"](size, accent, accent, rng)
    picture = Image.new("RGBA", size)
    for piece in garment.pieces:
        _sew(picture, flat if piece.accent else cloth, piece)
    _stitch(picture, garment, colour)
    return picture


def _sew(picture: Image.Image, cloth: Image.Image, piece: Piece) -> None:
    """Cut one piece of cloth and lay it on, rounded by light from above."""
    points = [_scaled(point, picture.size) for point in _outline(piece)]
    left, top = (max(0, int(min(point[axis] for point in points))) for axis in (0, 1))
    right, bottom = (min(picture.size[axis], int(max(point[axis] for point in points)) + 2) for axis in (0, 1))
    mask = _mask([(x - left, y - top) for x, y in points], (right - left, bottom - top))
    cut = cloth.crop((left, top, right, bottom))
    if piece.tone > 1:
        cut = Image.blend(cut, Image.new("RGB", cut.size, (255, 255, 255)), min(piece.tone - 1, 0.9))
    light = _light(mask, min(piece.tone, 1.0), picture.width / 136)
    picture.paste(ImageChops.multiply(cut, Image.merge("RGB", (light,) * 3)), (left, top), mask)


def _light(mask: Image.Image, tone: float, blur: float) -> Image.Image:
    """Return how bright each point is: darker towards the edges of the piece."""
    margin = 8
    small = Image.new("L", (mask.width // 4 + 2 * margin + 1, mask.height // 4 + 2 * margin + 1))
    small.paste(mask.reduce(4), (margin, margin))
    soft = small.filter(ImageFilter.GaussianBlur(blur)).crop(
        (margin, margin, small.width - margin, small.height - margin)
    )
    bright = soft.point(lambda value: round((150 + value * 105 // 255) * tone))
    return bright.resize(mask.size, Image.Resampling.BILINEAR)


def _stitch(picture: Image.Image, garment: Garment, colour: Colour) -> None:
    """Draw seams and buttons."""
    draw = ImageDraw.Draw(picture)
    thread = (*shade(colour, 0.62 if sum(colour) > 220 else 1.35), 255)
    for seam in garment.seams:
        points = [_scaled(point, picture.size) for point in _smooth(seam, closed=False)]
        draw.line(points, fill=thread, width=max(2, picture.width // 300), joint="curve")
    radius = picture.width / 90
    for x, y in (_scaled(point, picture.size) for point in garment.buttons):
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(*shade(colour, 1.6), 255), outline=thread)


def _outline(piece: Piece) -> list[Point]:
    outline = list(piece.outline)
    if not piece.whole:
        outline += [(100 - x, y) for x, y in reversed(piece.outline) if x != 50]
    return _smooth(tuple(outline), closed=True) if piece.smooth else outline


def _mask(points: list[Point], size: tuple[int, int]) -> Image.Image:
    """Fill an outline, its edge softened by drawing it at twice the size."""
    large = Image.new("L", (size[0] * 2, size[1] * 2), 0)
    ImageDraw.Draw(large).polygon([(x * 2, y * 2) for x, y in points], fill=255)
    return large.reduce(2)


def _smooth(points: tuple[Point, ...], *, closed: bool, steps: int = 6) -> list[Point]:
    """Round a line with a tightened Catmull-Rom spline, so that corners stay recognisable."""
    count = len(points)
    if count < 3:
        return list(points)
    curve: list[Point] = []
    for index in range(count if closed else count - 1):
        before, start, end, after = (
            points[(index + shift) % count] if closed else points[min(max(index + shift, 0), count - 1)]
            for shift in (-1, 0, 1, 2)
        )
        curve += [_between(before, start, end, after, step / steps) for step in range(steps)]
    return curve if closed else [*curve, points[-1]]


def _between(before: Point, start: Point, end: Point, after: Point, t: float) -> Point:
    tension = 0.22
    h1, h2, h3, h4 = 2 * t**3 - 3 * t**2 + 1, -2 * t**3 + 3 * t**2, t**3 - 2 * t**2 + t, t**3 - t**2
    x, y = (
        h1 * start[axis]
        + h2 * end[axis]
        + h3 * tension * (end[axis] - before[axis])
        + h4 * tension * (after[axis] - start[axis])
        for axis in (0, 1)
    )
    return x, y


def _scaled(point: Point, size: tuple[int, int]) -> Point:
    return point[0] * size[0] / 100, point[1] * size[1] / 130


def _paper(rng: random.Random) -> Image.Image:
    """A sheet of coloured paper under soft light from one side."""
    colour = rng.choice(PAPERS)
    page = Image.new("RGB", (WIDTH, HEIGHT), colour)
    light = (
        Image.linear_gradient("L").rotate(rng.choice((0, 90, 180, 270))).resize(page.size, Image.Resampling.BILINEAR)
    )
    page.paste(Image.new("RGB", page.size, shade(colour, 0.93)), mask=light)
    return page


def _lay(page: Image.Image, picture: Image.Image, at: tuple[int, int], rng: random.Random) -> None:
    """Put a garment on the page with its shadow."""
    alpha = picture.getchannel("A")
    shadow = Image.new("L", page.size, 0)
    shadow.paste(alpha, (at[0] + 7, at[1] + 11))
    small = shadow.reduce(4).filter(ImageFilter.GaussianBlur(4)).point(lambda value: value * 110 // 255)
    page.paste(Image.new("RGB", page.size, (92, 82, 74)), mask=small.resize(page.size, Image.Resampling.BILINEAR))
    page.paste(picture, at, picture)


_SMALL = frozenset({"boots", "trainers", "heels", "bag", "hat", "scarf"})
_BELOW = frozenset({"skirt", "trousers", "jeans", "shorts"})


def _places(designs: list[Design], rng: random.Random) -> list[tuple[int, int, int]]:
    """Choose a spot (x, y, width) for each garment: large ones above one another, small ones around them."""
    large_ones = sum(design.kind not in _SMALL for design in designs)
    large = [(55, 75, 490)] if large_ones == 1 else [(18, 18, 355), (136, 338, 327), (227, 118, 318)]
    small = [(400, 545, 187), (408, 36, 173), (410, 300, 168), (13, 590, 173)]
    chosen = []
    for design in designs:
        spots = small if design.kind in _SMALL else large
        x, y, width = spots.pop(0) if spots else (210, 272, 210)
        chosen.append((x + rng.randint(-10, 10), y + rng.randint(-10, 10), width))
    return chosen


def _jpeg(page: Image.Image) -> bytes:
    buffer = io.BytesIO()
    page.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def _contrast(one: str, other: str) -> float:
    return sum(abs(a - b) for a, b in zip(PALETTE[one], PALETTE[other], strict=True))
