"""Addresses around payments: over TLS only, kept by nobody, their forms sent to an absolute https address.

What comes over plain HTTP is refused before anything of the application runs: a deed with 403 and its body unread, so that
no byte of it is kept, logged, or asked for a second time by a redirect; a page leads to its https address. Whether it was
TLS the server says, or exactly as many proxies as the settings name (``ProxyFix``, outside of this); never the client.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

from flask import Flask, Response

from clozette.kernel import context
from clozette.kernel.web.edge import SAFE_METHODS

_KEY = "clozette.tls_only"
_SLASHES = re.compile("/{2,}")
_REFUSAL = b"This address is reached over https alone. Nothing of what was sent has been read.\n"
Start = Callable[..., Any]
Wsgi = Callable[[dict[str, Any], Start], Iterable[bytes]]


class TlsOnly:
    """Stands before the application, behind ``ProxyFix``."""

    def __init__(self, app: Flask, inner: Wsgi) -> None:
        self._app, self._inner = app, inner

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Let through what came over TLS, and all that has nothing to do with payments."""
        if environ["wsgi.url_scheme"] == "https" or not is_guarded(self._app, environ.get("PATH_INFO", "")):
            return self._inner(environ, start)
        if environ["REQUEST_METHOD"] in SAFE_METHODS:
            return self._lead(environ, start)
        start("403 Forbidden", [("Content-Type", "text/plain"), ("Content-Length", str(len(_REFUSAL))), *_HEADERS])
        return [_REFUSAL]

    def _lead(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        path = quote(environ.get("PATH_INFO", "").encode("latin-1"))
        query = f"?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else ""
        where = f"{self._app.extensions['clozette.origin']}/{path.lstrip('/')}{query}"
        start("301 Moved Permanently", [("Location", where), ("Content-Length", "0"), *_HEADERS])
        return []


_HEADERS = [("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")]


def guard(app: Flask, *prefixes: str) -> None:
    """Let these addresses, and all below them, be reached over TLS alone."""
    below = tuple(f"{prefix}/" for prefix in prefixes)
    app.extensions[_KEY] = app.extensions.get(_KEY, ()) + below


def is_guarded(app: Flask, path: str) -> bool:
    """Whether an address is one of those, however many slashes somebody writes."""
    plain = _SLASHES.sub("/", path) if "//" in path else path
    below: tuple[str, ...] = app.extensions.get(_KEY, ())
    return f"{plain}/".startswith(below)


def secure_address(path: str) -> str:
    """Return the absolute https address of a path of ours, for the ``action`` of a form."""
    return f"{context.app().extensions['clozette.origin']}{path}"


def init_app(app: Flask) -> None:
    """Stand before ``app``; call it before ``ProxyFix`` is put around, and after the door that knows our origin."""
    app.wsgi_app = TlsOnly(app, app.wsgi_app)  # type: ignore[method-assign,assignment]
    app.jinja_env.globals["secure_address"] = secure_address
    app.after_request(_keep_nowhere)


def _keep_nowhere(response: Response) -> Response:
    if is_guarded(context.app(), context.asked().path):
        response.headers["Cache-Control"] = "no-store"
    return response
