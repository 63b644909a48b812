"""The way back to the list that a deed was done from; only ever to a page of this site that shows looks."""

from urllib.parse import urlsplit

from flask import current_app, request

from clozette.kernel import ids

_LISTS = ("/feed", "/discover", "/search")
_LISTS_UNDER = ("/tags/", "/@")


def way_back(otherwise: str, look_id: int) -> str:
    """Return the list that the request came from, at the look's place in it; or the address ``otherwise``."""
    came = urlsplit(request.referrer or "")
    home = urlsplit(current_app.extensions["clozette.settings"].base_url)
    path = came.path
    if (came.scheme, came.netloc) != (home.scheme, home.netloc) or not path.isascii() or path.startswith("//"):
        return otherwise
    if path not in _LISTS and not path.startswith(_LISTS_UNDER):
        return otherwise
    query = f"?{came.query}" if came.query else ""
    return f"{path}{query}#look-{ids.encode(look_id)}"
