"""The outline of an image file: where it ends, whether it moves, whether it is sane, without decoding a pixel.

The counts are bounded because a hostile file of 25 MB can hold millions of empty segments (which Pillow reads one by one,
in Python) or hundreds of thousands of JPEG scans (each of which costs the decoder a pass over the whole picture).
"""

import re
from dataclasses import dataclass

from clozette.kernel.images.accepted import BadPhoto

MAX_SEGMENTS = 2_000
MAX_SCANS = 100
MAX_CHUNKS = 20_000
MAX_JUNK = 1024

# In the scan data of a JPEG, FF is followed by 00 or a restart marker (D0 to D7); anything else is the next segment.
_NEXT_MARKER = re.compile(rb"\xff[\x02-\xcf\xd8-\xfe]")
_START, _END, _SCAN = 0xD8, 0xD9, 0xDA


@dataclass(frozen=True)
class Outline:
    """Where the image ends in the file, and whether it has several frames."""

    end: int
    moves: bool = False


def outline_of(name: str, data: bytes) -> Outline:
    """Walk through ``data``, a file of the format ``name``.

    :raises BadPhoto: if it breaks off, or has no sane structure.
    """
    return _WALKS[name](data)


def next_segment(data: bytes, at: int) -> int:
    """Return where the scan data of a JPEG from ``at`` on ends; the length of ``data`` if it does not."""
    found = _NEXT_MARKER.search(data, at)
    return len(data) if found is None else found.start()


def _jpeg(data: bytes) -> Outline:
    at = 2
    scans = 0
    for _count in range(MAX_SEGMENTS):
        found = _NEXT_MARKER.search(data, at, len(data) if scans else at + MAX_JUNK)
        if found is None:
            raise BadPhoto("broken")
        code = data[found.start() + 1]
        if code == _END and scans:
            return Outline(found.end())
        scans += code == _SCAN
        if code in (_START, _END) or scans > MAX_SCANS:
            raise BadPhoto("broken")
        at = found.end() + int.from_bytes(data[found.end() : found.end() + 2])
    raise BadPhoto("broken")


def _png(data: bytes) -> Outline:
    at, moves = 8, False
    for _count in range(MAX_CHUNKS):
        length, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        at += 12 + length
        if at > len(data):
            raise BadPhoto("broken")
        moves = moves or kind == b"acTL"
        if kind == b"IEND":
            return Outline(at, moves)
    raise BadPhoto("broken")


def _webp(data: bytes) -> Outline:
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data) or end < 20:
        raise BadPhoto("broken")
    moves = data[12:16] == b"VP8X" and bool(data[20] & 0x02)
    return Outline(end, moves)


def _boxes(data: bytes) -> Outline:
    """Walk the boxes of an ISO base media file (AVIF, HEIC). What follows the last whole box is not the image's."""
    at = 0
    for _count in range(MAX_SEGMENTS):
        size, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        if len(kind) < 4 or not kind.isalnum():
            return Outline(at)
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16])
        end = len(data) if size == 0 else at + size
        if end > len(data) or end < at + 8:
            raise BadPhoto("broken")
        at = end
    raise BadPhoto("broken")


_WALKS = {"JPEG": _jpeg, "PNG": _png, "WebP": _webp, "AVIF": _boxes, "HEIC": _boxes}
