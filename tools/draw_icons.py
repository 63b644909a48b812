"""Draw the site's icon (a clothes hanger on the accent colour) as SVG and PNG: ``python tools/draw_icons.py``."""

from math import cos, pi, sin
from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).resolve().parent.parent / "static" / "icons"
GROUND = "#c2004f"
LINE = "#ffffff"
STROKE = 6.0
SMOOTH = 8

# The hanger on a field of 100 by 100: the hook's arc, the neck under it, the two shoulders with round ends, the bar.
HOOK_CENTRE, HOOK_RADIUS = (50.0, 32.0), 8.5
HOOK = [
    (HOOK_CENTRE[0] + HOOK_RADIUS * cos(turn * pi / 180), HOOK_CENTRE[1] + HOOK_RADIUS * sin(turn * pi / 180))
    for turn in range(170, 426, 5)
]
NECK = [HOOK[-1], (51.0, 42.5), (50.0, 45.5), (50.0, 49.0)]
BODY = [(50.0, 49.0), (81.0, 67.5), (83.0, 71.0), (80.0, 74.0), (20.0, 74.0), (17.0, 71.0), (19.0, 67.5), (50.0, 49.0)]
STROKES = [HOOK + NECK, BODY]


def svg() -> str:
    """Return the icon as an SVG file."""
    paths = "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in stroke) for stroke in STROKES)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">'
        f'<rect width="100" height="100" rx="22" fill="{GROUND}"/>'
        f'<path d="{paths}" fill="none" stroke="{LINE}" stroke-width="{STROKE}" '
        'stroke-linecap="round" stroke-linejoin="round"/></svg>\n'
    )


def png(size: int, *, corner: float, scale: float = 1.0) -> Image.Image:
    """Return the icon ``size`` pixels wide; ``corner`` and ``scale`` are shares of the field and of the drawing."""
    big = size * SMOOTH
    image = Image.new("RGBA", (big, big))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((0, 0, big - 1, big - 1), radius=corner * big, fill=GROUND)

    def place(point: tuple[float, float]) -> tuple[float, float]:
        x, y = ((50 + (value - 50) * scale) / 100 * big for value in point)
        return x, y

    radius = STROKE * scale / 200 * big
    for stroke in STROKES:
        points = [place(point) for point in stroke]
        draw.line(points, fill=LINE, width=round(radius * 2), joint="curve")
        for x, y in points:
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=LINE)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def main() -> None:
    """Write every icon file."""
    (FOLDER / "favicon.svg").write_text(svg())
    png(32, corner=0.22, scale=1.1).save(FOLDER / "favicon-32.png", optimize=True)
    png(180, corner=0).convert("RGB").save(FOLDER / "touch-180.png", optimize=True)
    png(192, corner=0.22).save(FOLDER / "app-192.png", optimize=True)
    png(512, corner=0.22).save(FOLDER / "app-512.png", optimize=True)
    png(512, corner=0, scale=0.8).convert("RGB").save(FOLDER / "maskable-512.png", optimize=True)


if __name__ == "__main__":
    main()
