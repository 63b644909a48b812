"""The gate before decoding: what kind of image it is, by its bytes, and whether it may be decoded at all."""

import io
import re
import warnings
import zipfile
from dataclasses import dataclass

from PIL import Image

from clozette.kernel.images.accepted import MAX_BYTES, BadPhoto, accepted_formats
from clozette.kernel.images.memory import Busy
from clozette.kernel.images.structure import outline_of

MAX_PIXELS = {"JPEG": 80_000_000, "HEIC": 50_000_000, "PNG": 25_000_000, "WebP": 25_000_000, "AVIF": 25_000_000}
"""What phones and cameras write as a matter of course fits (a JPEG of 61 megapixels, a HEIC of 48). A JPEG that large is
decoded at half its size; the others must be decoded whole, and as PNG, WebP or AVIF no camera writes more."""
MAX_SHAPE = 10
"""The longer side may be so many times the shorter one; beyond that, scaled pictures outgrow what WebP can hold."""

_PLUGINS = {"JPEG": "JPEG", "PNG": "PNG", "WebP": "WEBP", "AVIF": "AVIF", "HEIC": "HEIF"}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_MOVING_BRANDS = {b"avis", b"hevc", b"hevx", b"msf1"}
_SVG = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml|<!--|<!DOCTYPE svg|<svg)", re.IGNORECASE)
# Other files that are hidden behind or in front of pictures. Behind a phone's photo a film or a second JPEG is normal.
_HIDDEN = re.compile(rb"%PDF-|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c|<script|<html|<svg|<\?php", re.IGNORECASE)

# Pillow only warns of a bomb up to twice its limit.
Image.MAX_IMAGE_PIXELS = max(MAX_PIXELS.values())
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


@dataclass(frozen=True)
class ImageKind:
    """A photo that may be decoded: the name of its format, and its pixels as stored (before orientation)."""

    name: str
    width: int
    height: int

    @property
    def pixels(self) -> int:
        """How many pixels decoding yields."""
        return self.width * self.height


def inspect(data: bytes) -> ImageKind:
    """Say what kind of photo ``data`` is, by its bytes alone; decodes nothing.

    :raises BadPhoto: if it is none that we take.
    """
    kind, image = open_photo(data)
    image.close()
    return kind


def open_photo(data: bytes) -> tuple[ImageKind, Image.Image]:
    """Inspect ``data`` and return it opened, its pixels not read yet.

    :raises BadPhoto: if it is none that we take.
    """
    if not data:
        raise BadPhoto("empty")
    if len(data) > MAX_BYTES:
        raise BadPhoto("large")
    name = _sniff(data)
    outline = outline_of(name, data)
    if outline.moves:
        raise BadPhoto("moving")
    _refuse_hidden(data, outline.end)
    image = _open(name, data)
    kind = ImageKind(name, image.width, image.height)
    _refuse_shape(kind)
    return kind, image


def _sniff(data: bytes) -> str:
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    if data[4:8] == b"ftyp":
        return _sniff_brands(data)
    if data.startswith(b"GIF8"):
        raise BadPhoto("moving")
    raise BadPhoto("drawing" if _SVG.match(data[:1024]) else "unknown")


def _sniff_brands(data: bytes) -> str:
    """Tell AVIF from HEIC from films by the brands that the file claims."""
    length = min(int.from_bytes(data[:4]), 256)
    brands = {data[8:12], *(data[at : at + 4] for at in range(16, length, 4))}
    if data[8:12] in _MOVING_BRANDS:
        raise BadPhoto("moving")
    if b"avif" in brands:
        return "AVIF"
    if not brands & _HEIC_BRANDS:
        raise BadPhoto("unknown")
    if "HEIC" not in accepted_formats():
        raise BadPhoto("heic")
    return "HEIC"


def _refuse_hidden(data: bytes, end: int) -> None:
    """Refuse what is a photo and something else at once. Only re-encoded pixels are kept, so this is a second wall."""
    if b"%PDF-" in data[:1024] or _HIDDEN.search(data, end) or zipfile.is_zipfile(io.BytesIO(data)):
        raise BadPhoto("double")


def _open(name: str, data: bytes) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(data), formats=(_PLUGINS[name],))
        # A phone's JPEG may carry a second picture (depth, gain map); in the other formats, frames mean that it moves.
        moves = name in ("PNG", "WebP", "AVIF") and getattr(image, "n_frames", 1) > 1
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadPhoto("pixels") from error
    except MemoryError as error:
        raise Busy from error
    except Exception as error:
        raise BadPhoto("broken") from error
    if moves:
        raise BadPhoto("moving")
    return image


def _refuse_shape(kind: ImageKind) -> None:
    if kind.width < 1 or kind.height < 1:
        raise BadPhoto("broken")
    if kind.pixels > MAX_PIXELS[kind.name]:
        raise BadPhoto("pixels")
    if max(kind.width, kind.height) > MAX_SHAPE * min(kind.width, kind.height):
        raise BadPhoto("narrow")
