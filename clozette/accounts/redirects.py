"""Where ``?next=`` may lead: to a page of this site that a browser can GET, and nowhere else."""

import re
from urllib.parse import unquote, urlsplit

from flask import current_app
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

HOME = "/"
_PLAIN = re.compile(r"/(?![/\\])[!-~]*")
_TRICKY = re.compile(r"[\x00-\x20\\\x7f-\x9f]|//")


def local_path(wanted: str | None) -> str:
    """Return ``wanted`` if it is a path of ours, as a browser reads it too; else the home page.

    It must be routed: a path that no view answers is a typing error or a trick.
    """
    if not wanted or not _PLAIN.fullmatch(wanted):
        return HOME
    parts = urlsplit(wanted)
    path = unquote(parts.path)
    if parts.scheme or parts.netloc or _TRICKY.search(path) or _TRICKY.search(unquote(path)) or ".." in path:
        return HOME
    return wanted if _is_page(path) else HOME


def _is_page(path: str) -> bool:
    urls = current_app.url_map.bind("localhost", url_scheme="https")
    try:
        endpoint, _ = urls.match(path, method="GET")
    except (HTTPException, RequestRedirect):
        return False
    return endpoint != "static" and not endpoint.endswith(".static_file")
