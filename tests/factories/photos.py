"""Pictures as phones, cameras, editors and attackers write them; all drawn here."""

import functools
import io
import struct
import zipfile
import zlib
from typing import Any

from PIL import Image, ImageCms, ImageDraw, PngImagePlugin
from werkzeug.datastructures import FileStorage

RED, GREEN, BLUE, YELLOW = (220, 30, 40), (30, 160, 60), (30, 60, 200), (240, 210, 40)
SECRET = "Elisabethstrasse 17"
"""A text put into every kind of metadata, which must be in nothing that is kept."""

# How a camera that is held in one of eight ways stores an upright picture: the inverse of what the tag asks for.
_STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def quarters(width: int = 400, height: int = 300, mode: str = "RGB") -> Image.Image:
    """Draw four quarters, red and green over blue and yellow: every turn and flip can be seen."""
    image = Image.new("RGB", (width, height), RED)
    draw = ImageDraw.Draw(image)
    draw.rectangle((width // 2, 0, width, height // 2), fill=GREEN)
    draw.rectangle((0, height // 2, width // 2, height), fill=BLUE)
    draw.rectangle((width // 2, height // 2, width, height), fill=YELLOW)
    return image.convert(mode)


def shirt(colour: Any = BLUE, background: Any = (235, 230, 220), width: int = 480, height: int = 640) -> Image.Image:
    """Draw a garment in the middle of a plain background."""
    image = Image.new("RGB", (width, height), background)
    draw = ImageDraw.Draw(image)
    body = (width * 0.3, height * 0.2, width * 0.7, height * 0.85)
    draw.rectangle(body, fill=colour)
    draw.polygon(
        [
            (width * 0.3, height * 0.2),
            (width * 0.1, height * 0.45),
            (width * 0.2, height * 0.5),
            (width * 0.35, height * 0.35),
        ],
        fill=colour,
    )
    draw.polygon(
        [
            (width * 0.7, height * 0.2),
            (width * 0.9, height * 0.45),
            (width * 0.8, height * 0.5),
            (width * 0.65, height * 0.35),
        ],
        fill=colour,
    )
    return image


def encoded(image: Image.Image, plugin: str = "JPEG", **options: Any) -> bytes:
    """Write ``image`` in a format."""
    made = io.BytesIO()
    image.save(made, plugin, **options)
    return made.getvalue()


@functools.cache
def jpeg(width: int = 400, height: int = 300) -> bytes:
    """Return a plain JPEG."""
    return encoded(quarters(width, height))


def upload(data: bytes | None = None, name: str = "photo.jpg") -> FileStorage:
    """Return a file as a form brings it."""
    return FileStorage(io.BytesIO(jpeg() if data is None else data), name)


def turned(orientation: int, plugin: str = "JPEG") -> bytes:
    """Return the four quarters as a camera stores them that was held in way ``orientation``."""
    image = quarters()
    turn = _STORED[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(image.transpose(turn) if turn is not None else image, plugin, exif=exif)


def tagged(plugin: str = "JPEG") -> bytes:
    """Return a picture full of metadata: EXIF with GPS and an owner, XMP, a comment, IPTC."""
    exif = Image.Exif()
    exif[0x010F], exif[0x8298], exif[0x0131] = "Phone", SECRET, SECRET
    exif.get_ifd(0x8769)[0xA430] = SECRET
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (50.0, 56.0, 0.0), "E", (6.0, 57.0, 0.0)
    xmp = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><dc:creator>{SECRET}</dc:creator></x:xmpmeta>'.encode()
    if plugin == "PNG":
        return encoded(quarters(), plugin, exif=exif, pnginfo=_texts())
    if plugin == "JPEG":
        iptc = b"\xff\xed" + _segment(b"Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x13" + SECRET.encode())
        data = encoded(quarters(), plugin, exif=exif, xmp=xmp, comment=SECRET.encode())
        return data[:2] + iptc + data[2:]
    return encoded(quarters(), plugin, exif=exif, xmp=xmp)


def _texts() -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", SECRET)
    info.add_text("Comment", SECRET * 50, zip=True)
    info.add_itxt("XML:com.adobe.xmp", SECRET)
    return info


def _segment(content: bytes) -> bytes:
    return struct.pack(">H", len(content) + 2) + content


def display_p3() -> bytes:
    """Return an ICC profile of the Display P3 colour space (version 2, matrix and a curve), as phones attach it."""
    xyz = {
        b"rXYZ": (0.51512, 0.2412, -0.00105),
        b"gXYZ": (0.29198, 0.69225, 0.04189),
        b"bXYZ": (0.1571, 0.06657, 0.78407),
    }
    bodies = {
        b"desc": b"desc" + bytes(4) + struct.pack(">I", 11) + b"Display P3\x00" + bytes(78),
        b"cprt": b"text" + bytes(4) + b"none\x00",
        b"wtpt": _xyz(0.9642, 1.0, 0.82491),
        **{tag: _xyz(*value) for tag, value in xyz.items()},
        **{tag: b"curv" + bytes(4) + struct.pack(">IH", 1, round(2.2 * 256)) for tag in (b"rTRC", b"gTRC", b"bTRC")},
    }
    table, blob, at = struct.pack(">I", len(bodies)), b"", 128 + 4 + 12 * len(bodies)
    for tag, body in bodies.items():
        padded = body + bytes(-len(body) % 4)
        table += tag + struct.pack(">II", at + len(blob), len(body))
        blob += padded
    header = struct.pack(">I4sI4s4s4s", at + len(blob), b"test", 0x02100000, b"mntr", b"RGB ", b"XYZ ")
    header += (
        struct.pack(">6H4s", 2020, 1, 1, 0, 0, 0, b"acsp") + bytes(28) + struct.pack(">3i", 0xF6D6, 0x10000, 0xD32D)
    )
    return header + bytes(128 - len(header)) + table + blob


def _xyz(*values: float) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65536) for value in values))


def srgb_profile() -> bytes:
    """Return an sRGB profile."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def png_bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """Return a PNG of a few kilobytes that would fill gigabytes once decoded."""
    row = zlib.compressobj(9)
    body = b"".join(row.compress(bytes(1 + width // 8)) for _ in range(64)) + row.flush()
    return png(struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0), body)


def png(header: bytes, body: bytes, *extra: tuple[bytes, bytes]) -> bytes:
    """Write a PNG chunk by chunk."""
    chunks = [(b"IHDR", header), *extra, (b"IDAT", body), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def jpeg_claiming(width: int, height: int) -> bytes:
    """Return a small JPEG whose header lies about its size."""
    data = bytearray(jpeg())
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def zipped() -> bytes:
    """Return a ZIP archive."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("index.html", "<script>alert(1)</script>")
    return made.getvalue()


def animated(plugin: str) -> bytes:
    """Return two frames, as GIF, APNG, animated WebP or AVIF."""
    frames = [quarters(64, 64), quarters(64, 64).transpose(Image.Transpose.ROTATE_90)]
    return encoded(frames[0], plugin, save_all=True, append_images=frames[1:], duration=100)
