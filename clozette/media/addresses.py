"""Addresses of photos, and their signatures.

Public: ``/media/<token>/<width>.webp``, the same for everybody and for ever. Private:
``/media/private/<id>/<width>.webp?until=…&sig=…``; whoever has such an address may look until it expires. It ends on a full
hour, one to two hours away, so that pages within an hour name the same address and the browser's cache helps.
"""

import base64
import hmac
import re
from collections.abc import Hashable, Sequence
from functools import lru_cache
from typing import Protocol

from flask import Flask, current_app

from clozette.kernel import clock, ids
from clozette.kernel.images.sizes import nearest

HOUR = 3600
SPELLS = 2
_MOMENT = re.compile(r"[0-9]{1,12}")


class Shown(Protocol):
    """What of a photo its addresses need; a row of the table, or of a query with these columns."""

    @property
    def id(self) -> int:
        """Whose row it is."""

    @property
    def public_token(self) -> str | None:
        """What public addresses carry."""

    @property
    def width(self) -> int:
        """Of the original, in pixels."""

    @property
    def variants(self) -> Sequence[int]:
        """The widths that are ready."""

    @property
    def avif(self) -> Sequence[int]:
        """Those that are ready as AVIF."""


def address(photo_id: int, public_token: str | None, width: int, suffix: str = "webp") -> str:
    """Return the address of one width. One that isn't ready yet is answered with the nearest that is."""
    if public_token:
        return f"/media/{public_token}/{width}.{suffix}"
    until = (int(clock.now().timestamp()) // HOUR + SPELLS) * HOUR
    signature = _signature(_keys()[0], photo_id, width, suffix, until)
    return f"/media/private/{ids.encode(photo_id)}/{width}.{suffix}?until={until}&sig={signature}"


def seconds_left(photo_id: int, width: int, suffix: str, until: str, signature: str) -> int:
    """Return how long a private address is still good: zero if it is over, was changed, or was never ours."""
    if not _MOMENT.fullmatch(until):
        return 0
    given = signature.encode("utf-8", "surrogatepass")
    rights = [_signature(key, photo_id, width, suffix, int(until)).encode() for key in _keys()]
    if not any(hmac.compare_digest(right, given) for right in rights):
        return 0
    return max(0, int(until) - int(clock.now().timestamp()))


def photo_src(photo: Shown, width: int) -> str:
    """Return the address of the ready width that fits ``width`` best."""
    return address(photo.id, photo.public_token, nearest(width, photo.variants) or width)


def photo_srcset(photo: Shown) -> str:
    """Return the ready widths for ``srcset``, each with the pixels that it really has."""
    return ", ".join(_candidate(photo, width, "webp") for width in sorted(photo.variants))


def photo_avif_srcset(photo: Shown) -> str:
    """Return ``srcset`` for browsers that read AVIF: that where it is kept, WebP in the small widths; or nothing."""
    if not photo.avif:
        return ""
    return ", ".join(
        _candidate(photo, width, "avif" if width in photo.avif else "webp") for width in sorted(photo.variants)
    )


def key_of(photo: Shown) -> Hashable:
    """Return all that a photo's addresses depend on, for what is kept with them: private ones end with their spell."""
    hour = None if photo.public_token else int(clock.now().timestamp()) // HOUR
    return (photo.id, photo.public_token, tuple(photo.variants), tuple(photo.avif), hour)


def init_app(app: Flask) -> None:
    """Give templates the addresses."""
    app.jinja_env.globals.update(photo_src=photo_src, photo_srcset=photo_srcset, photo_avif_srcset=photo_avif_srcset)


def _candidate(photo: Shown, width: int, suffix: str) -> str:
    return f"{address(photo.id, photo.public_token, width, suffix)} {min(width, photo.width)}w"


def _signature(key: bytes, photo_id: int, width: int, suffix: str, until: int) -> str:
    digest = hmac.digest(key, f"{photo_id}/{width}.{suffix}/{until}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest[:18]).decode()


def _keys() -> tuple[bytes, ...]:
    return _derived(tuple(current_app.extensions["clozette.settings"].secret_keys))


@lru_cache(maxsize=8)
def _derived(secret_keys: tuple[str, ...]) -> tuple[bytes, ...]:
    """Make keys that are good for photo addresses alone."""
    return tuple(hmac.digest(key.encode(), b"clozette photo address 1", "sha256") for key in secret_keys)
