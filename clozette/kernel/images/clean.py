"""Decoding, and making everything anew: upright, in sRGB, nothing kept but pixels."""

import hashlib
import io
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import IO, Any

from PIL import Image, ImageChops, ImageCms

from clozette.kernel.images.accepted import MAX_BYTES, BadPhoto
from clozette.kernel.images.bare import is_bare
from clozette.kernel.images.colours import dominant_colours
from clozette.kernel.images.gate import ImageKind, inspect, open_photo
from clozette.kernel.images.likeness import dhash
from clozette.kernel.images.memory import Busy, budget
from clozette.kernel.images.sizes import FIRST_WIDTHS, widths_for

KEPT_PIXELS = 25_000_000
"""The original is kept at its size up to here (a phone's default is 12 or 24 megapixels). A larger JPEG is decoded at half
its width and height, which costs a quarter of the memory; a larger HEIC is scaled down."""
PLACEHOLDER_WIDTH = 20
_SMALL = 640
"""Colours, hash and placeholder are read from a picture of this width."""

_MID_GREY: dict[str, Any] = {"L": 128, "RGB": (128, 128, 128)}
_FEW_COLOURS = 32
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SRGB = ImageCms.createProfile("sRGB")


def _profile_bytes() -> bytes:
    """Return sRGB as an ICC profile without the date it was made on, so that the same photo gives the same bytes."""
    made = bytearray(ImageCms.ImageCmsProfile(_SRGB).tobytes())
    made[24:36] = bytes(12)
    return bytes(made)


SRGB_PROFILE = _profile_bytes()


@dataclass(frozen=True)
class CleanPhoto:
    """A photo made anew, ready to be stored.

    ``original`` is the upright picture at full size (a JPEG, or a WebP where it has transparency) with an sRGB profile
    and no other metadata; ``variants`` are the WebP widths that are needed at once; ``colours`` are ``#rrggbb``, the most
    common first, without the background where it can be told.
    """

    original: bytes = field(repr=False)
    suffix: str
    width: int
    height: int
    placeholder: str = field(repr=False)
    colours: list[str]
    dhash: int
    variants: Mapping[int, bytes] = field(repr=False)

    @property
    def sha256(self) -> str:
        """The digest of ``original``."""
        return hashlib.sha256(self.original).hexdigest()

    def variant(self, width: int) -> bytes:
        """Return the WebP of one step of the ladder, made now if it wasn't."""
        return self.variants.get(width) or make_variants(self.original, [width]).webp[width]


@dataclass(frozen=True)
class Variants:
    """Steps of the ladder, by width."""

    webp: dict[int, bytes] = field(default_factory=dict)
    avif: dict[int, bytes] = field(default_factory=dict)


def read_photo(source: IO[bytes] | bytes) -> CleanPhoto:
    """Read what somebody sent (from its beginning, if it is a file) and make it anew.

    :raises BadPhoto: if it is no photo that we take.
    :raises Busy: if too many photos are being decoded.
    """
    data = source if isinstance(source, bytes) else _read(source)
    kind, image = open_photo(data)
    with budget.spend(_pixels_decoded(kind)):
        upright = _make_upright(kind, image)
        small = _scaled(upright, _SMALL)
        return CleanPhoto(
            original=_encode_original(upright),
            suffix=_suffix(upright),
            width=upright.width,
            height=upright.height,
            placeholder=_placeholder(small),
            colours=dominant_colours(small),
            dhash=dhash(_on_white(small)),
            variants=_first_variants(upright.width, small),
        )


def reread_photo(data: bytes) -> CleanPhoto:
    """Read a photo that says of itself that it was cleaned before, on another site: believe it nothing.

    It is made anew like any other, but where its bytes hold pixels alone they are kept, so that copying loses nothing.

    :raises BadPhoto: if it is no photo that we take.
    :raises Busy: if too many photos are being decoded.
    """
    clean, kind = read_photo(data), inspect(data)
    as_ours = kind.name == ("WebP" if clean.suffix == "webp" else "JPEG") and kind.pixels <= KEPT_PIXELS
    return replace(clean, original=data) if as_ours and is_bare(data, SRGB_PROFILE) else clean


def make_variants(original: bytes, widths: Iterable[int], avif_widths: Iterable[int] = ()) -> Variants:
    """Scale a stored original to steps of the ladder."""
    made = Variants()
    wanted, wanted_avif = set(widths), set(avif_widths)
    if not wanted | wanted_avif:
        return made
    kind, image = open_photo(original)
    with budget.spend(kind.pixels):
        image.draft(None, (max(wanted | wanted_avif),) * 2)  # a JPEG decodes at 1/2, 1/4 or 1/8 for next to nothing
        image.load()
        for width in sorted(wanted | wanted_avif, reverse=True):
            image = _scaled(image, width)
            if width in wanted:
                made.webp[width] = _encode_webp(image)
            if width in wanted_avif:
                made.avif[width] = _encode_avif(image)
    return made


def _read(file: IO[bytes]) -> bytes:
    file.seek(0)
    data = file.read(MAX_BYTES + 1)
    file.seek(0)
    return data


def _is_halved(kind: ImageKind) -> bool:
    return kind.name == "JPEG" and kind.pixels > KEPT_PIXELS


def _pixels_decoded(kind: ImageKind) -> int:
    """How many pixels are in memory at once; the decoder of WebP holds three copies."""
    if kind.name == "WebP":
        return kind.pixels * 3
    return kind.pixels // 4 if _is_halved(kind) else kind.pixels


def _make_upright(kind: ImageKind, image: Image.Image) -> Image.Image:
    """Decode; orientation first, then colours, then everything that isn't a pixel is dropped."""
    try:
        if _is_halved(kind):
            image.draft(None, (kind.width // 2, kind.height // 2))
        image.load()
        if kind.name == "JPEG" and _breaks_off(image):
            raise BadPhoto("broken")
        turn = _TURNS.get(_orientation(image))
        profile = image.info.get("icc_profile")
        image = _shrunk(_plain(image))
        if turn is not None:
            image = image.transpose(turn)
        image = _in_srgb(image, profile)
    except MemoryError as error:
        raise Busy from error
    except BadPhoto:
        raise
    except Exception as error:
        raise BadPhoto("broken") from error
    image.info = {}  # writers take comments and more from here
    return image


def _breaks_off(image: Image.Image) -> bool:
    """Whether the data of a JPEG ended too early: libjpeg then fills the rest with an even mid grey and says nothing."""
    width, height = image.size
    if not _is_mid_grey(image.crop((0, max(0, height - 4), width, height))):
        return False
    filled = ImageChops.difference(image, Image.new(image.mode, image.size, _MID_GREY[image.mode])).getbbox()
    if filled is None:
        return False
    last = image.crop((0, filled[3] - 1, width, filled[3]))
    # A picture drawn on mid grey ends in it too, but it has the grey on its left edge as well, and few colours.
    return last.getcolors(_FEW_COLOURS) is None and not _is_mid_grey(last.crop((0, 0, 1, 1)))


def _is_mid_grey(image: Image.Image) -> bool:
    return image.mode in _MID_GREY and image.getcolors(1) == [(image.width * image.height, _MID_GREY[image.mode])]


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - a photo with unreadable EXIF is still a photo
        return 1


def _plain(image: Image.Image) -> Image.Image:
    """Turn palettes, bits, 16-bit grey and so on into modes that can be scaled: L, RGB, RGBA or CMYK."""
    if image.mode.startswith("I;16") or image.mode == "I":
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        return image.convert("RGB") if image.getchannel("A").getextrema() == (255, 255) else image
    if image.mode in ("L", "RGB", "CMYK"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _shrunk(image: Image.Image) -> Image.Image:
    factor = (KEPT_PIXELS / (image.width * image.height)) ** 0.5
    if factor >= 1:
        return image
    size = (max(1, int(image.width * factor)), max(1, int(image.height * factor)))
    return image.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert from the photo's own colour space; one that can't be used counts as sRGB."""
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    if profile:
        try:
            transform = ImageCms.buildTransform(
                ImageCms.ImageCmsProfile(io.BytesIO(profile)), _SRGB, image.mode, mode, flags=ImageCms.Flags.COPY_ALPHA
            )
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            return image.convert(mode)
        if not _changes_nothing(transform, image.mode):
            converted = ImageCms.applyTransform(image, transform)
            assert converted is not None
            return converted
    return image.convert(mode)


def _changes_nothing(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    """Most photos carry an sRGB profile: trying a few colours tells in a millisecond what all pixels would take 200 for."""
    if mode != "RGB":
        return False
    steps = range(0, 256, 51)
    probe = Image.new("RGB", (36, 6))
    probe.putdata([(red, green, blue) for red in steps for green in steps for blue in steps])
    after = ImageCms.applyTransform(probe, transform)
    assert after is not None
    pairs = zip(probe.tobytes(), after.tobytes(), strict=True)
    return max(abs(before - now) for before, now in pairs) <= 2


def _scaled(image: Image.Image, width: int) -> Image.Image:
    if image.width <= width:
        return image
    height = max(1, round(image.height * width / image.width))
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)


def _first_variants(full_width: int, small: Image.Image) -> dict[int, bytes]:
    """Encode those first steps that the photo has; one narrower than the smallest of them still gets one picture."""
    steps = widths_for(full_width)
    first = [step for step in FIRST_WIDTHS if step in steps] or [steps[-1]]
    return {step: _encode_webp(_scaled(small, step)) for step in first}


def _suffix(image: Image.Image) -> str:
    return "webp" if image.mode == "RGBA" else "jpg"


def _encode_original(image: Image.Image) -> bytes:
    if image.mode == "RGBA":
        return _encode(image, "WEBP", quality=90, method=2, icc_profile=SRGB_PROFILE)
    return _encode(image, "JPEG", quality=92, icc_profile=SRGB_PROFILE)


def _encode_webp(image: Image.Image) -> bytes:
    return _encode(image, "WEBP", quality=80, method=4, icc_profile=b"")


def _encode_avif(image: Image.Image) -> bytes:
    return _encode(image, "AVIF", quality=58, speed=9, icc_profile=b"")


def _encode(image: Image.Image, plugin: str, **options: object) -> bytes:
    made = io.BytesIO()
    image.save(made, plugin, exif=b"", **options)
    return made.getvalue()


def _placeholder(image: Image.Image) -> str:
    """Return a tiny picture as a data address; of a cut-out one that can't be seen, or it would shine through."""
    tiny = _scaled(image, PLACEHOLDER_WIDTH) if image.mode == "RGB" else Image.new("RGBA", (1, 1))
    return "data:image/webp;base64," + b64encode(_encode(tiny, "WEBP", quality=30, method=4, icc_profile=b"")).decode()


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white
