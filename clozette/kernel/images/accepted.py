"""What photos may be, in the words that the form and every refusal use."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

try:  # an optional extra (its wheel is GPL-2.0); without it HEIC is refused, and the form says so beforehand
    import pillow_heif
except ImportError:
    pillow_heif = None
else:
    pillow_heif.register_heif_opener()

MAX_BYTES = 25 * 1024 * 1024

_MEDIA_TYPES = {
    "JPEG": ("image/jpeg",),
    "PNG": ("image/png",),
    "WebP": ("image/webp",),
    "AVIF": ("image/avif",),
    "HEIC": ("image/heic", "image/heif"),
}

REASONS: dict[str, LazyString] = {
    "empty": _l("This file is empty."),
    "large": _l("This file is too large."),
    "unknown": _l("This file is not a photo that we can read."),
    "drawing": _l("This is an SVG drawing, not a photo."),
    "moving": _l("This picture moves; only still photos are taken."),
    "heic": _l("This is a HEIC photo, which this site can't read; save or share it as JPEG."),
    "broken": _l("This photo is damaged or incomplete; try to save or send it again."),
    "pixels": _l("This photo has too many pixels; save a smaller copy and send that."),
    "narrow": _l("This picture is too long and narrow; cut it to what matters."),
    "double": _l("There is another file hidden inside this photo; save a copy of the photo and send that."),
}


class BadPhoto(Exception):
    """Bytes that are not taken. ``code`` is for programs; ``message`` says why, and what is taken, to the sender."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    @property
    def message(self) -> str:
        """The reason and what is accepted, in the reader's language."""
        return f"{REASONS[self.code]} {accepted_sentence()}"


def accepted_formats() -> tuple[str, ...]:
    """Return the names of the formats that this installation reads."""
    return tuple(name for name in _MEDIA_TYPES if name != "HEIC" or pillow_heif is not None)


def accepted_sentence() -> str:
    """Say what may be sent; for the form's hint, so that it is said before the upload, and for every refusal."""
    *others, last = accepted_formats()
    sentence: str = _(
        "We take photos as %(formats)s or %(last)s, up to %(megabytes)s MB each.",
        formats=", ".join(others),
        last=last,
        megabytes=MAX_BYTES // 1024**2,
    )
    return sentence


def accept_attribute() -> str:
    """Return the value of ``accept=`` of a file field; a phone that has HEIC sends JPEG where HEIC isn't listed."""
    return ",".join(media_type for name in accepted_formats() for media_type in _MEDIA_TYPES[name])
