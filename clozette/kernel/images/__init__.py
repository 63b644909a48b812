"""Photos: told apart by their bytes, refused with a reason, cleaned, scaled, and described in a few numbers.

Nothing here knows the database or the web. Bytes of a stranger go through ``inspect`` (cheap, decodes nothing) and come
out of ``read_photo`` as a :class:`CleanPhoto`, which is always made anew from the pixels: upright, in sRGB, without
metadata. What was sent is never kept.
"""

from clozette.kernel.images.accepted import (
    MAX_BYTES,
    BadPhoto,
    accept_attribute,
    accepted_formats,
    accepted_sentence,
)
from clozette.kernel.images.clean import CleanPhoto, Variants, make_variants, read_photo, reread_photo
from clozette.kernel.images.gate import ImageKind, inspect
from clozette.kernel.images.likeness import are_alike, distance
from clozette.kernel.images.memory import Busy
from clozette.kernel.images.sizes import FIRST_WIDTHS, WIDTHS, widths_for

__all__ = [
    "FIRST_WIDTHS",
    "MAX_BYTES",
    "WIDTHS",
    "BadPhoto",
    "Busy",
    "CleanPhoto",
    "ImageKind",
    "Variants",
    "accept_attribute",
    "accepted_formats",
    "accepted_sentence",
    "are_alike",
    "distance",
    "inspect",
    "make_variants",
    "read_photo",
    "reread_photo",
    "widths_for",
]
