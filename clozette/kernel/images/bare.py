"""Tells files that hold pixels and perhaps our own profile from those that hold anything else: such are kept as they are."""

from collections.abc import Callable

from clozette.kernel.images.structure import MAX_CHUNKS, MAX_SEGMENTS, next_segment

_JFIF, _PROFILE, _ADOBE, _SCAN, _END = 0xE0, 0xE2, 0xEE, 0xDA, 0xD9
_NEEDED = frozenset({0xC0, 0xC1, 0xC2, 0xC4, 0xDB, 0xDD, _SCAN})
_PIXELS = frozenset({b"VP8X", b"VP8 ", b"VP8L", b"ALPH"})


def is_bare(data: bytes, profile: bytes) -> bool:
    """Whether a JPEG or WebP holds pixels alone, beside ``profile`` itself: no metadata, and nothing behind the end."""
    if data.startswith(b"\xff\xd8\xff"):
        return _is_bare_jpeg(data, b"ICC_PROFILE\0\x01\x01" + profile)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _is_bare_webp(data, profile)
    return False


def _is_bare_jpeg(data: bytes, profile: bytes) -> bool:
    also: dict[int, Callable[[bytes], bool]] = {
        _JFIF: lambda body: body.startswith(b"JFIF\0") and len(body) == 14,
        _PROFILE: lambda body: body == profile,
        _ADOBE: lambda body: body.startswith(b"Adobe") and len(body) == 12,
    }
    at = 2
    for _count in range(MAX_SEGMENTS):
        if data[at : at + 1] != b"\xff" or len(data) < at + 2:
            return False
        code = data[at + 1]
        if code == _END:
            return at + 2 == len(data)
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
        if code not in _NEEDED and not (code in also and also[code](data[at + 4 : end])):
            return False
        at = next_segment(data, end) if code == _SCAN else end
    return False


def _is_bare_webp(data: bytes, profile: bytes) -> bool:
    if 8 + int.from_bytes(data[4:8], "little") != len(data):
        return False
    at = 12
    for _count in range(MAX_CHUNKS):
        if at == len(data):
            return True
        kind, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if kind not in _PIXELS and not (kind == b"ICCP" and data[at + 8 : at + 8 + size] == profile):
            return False
        at += 8 + size + size % 2
        if at > len(data):
            return False
    return False
