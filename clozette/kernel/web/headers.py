"""The headers that go with every answer: what a browser may do with it, and who may keep a copy.

The list is made once; an HTML page adds its nonce. ``{{ csp_nonce() }}`` gives a template the nonce of this answer. A view
that has to differ (an uploaded file, say) sets the header itself, and it is left alone.
"""

import secrets
from collections.abc import Iterable
from typing import Any

from flask import Flask, Response, g
from werkzeug.datastructures import Headers

from clozette.kernel.context import kept
from clozette.kernel.viewer import GUEST, Viewer

CONSTANT = (
    ("Strict-Transport-Security", "max-age=63072000; includeSubDomains"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    # Not "no-referrer": the CSRF check reads the referrer of our own forms.
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Embedder-Policy", "require-corp"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    (
        "Permissions-Policy",
        "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
        "magnetometer=(), microphone=(), midi=(), payment=(), usb=()",
    ),
)
_CONSTANT = {name.lower(): (name, value) for name, value in CONSTANT}

_PLAIN = frozenset({200, 202, 404, 422})
"""Answers with a body and nothing else: those without one (1xx, 204, 304) lose headers on their way out."""
_PUT_RIGHT = ("Location", "Content-Location")
"""Addresses that werkzeug encodes on their way out."""

# A page: our own files, our own forms, scripts by nonce alone. Blobs show a photo before it is uploaded.
_PAGE = (
    "default-src 'none'; script-src {}; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
_FORMS = "form-action 'self'"
_PAGE_WITHOUT_SCRIPT = _PAGE.format("'none'")
_PAGE_BEFORE_NONCE, _PAGE_AFTER_NONCE = _PAGE.format("'nonce-{}' 'strict-dynamic'").split("{}")
# Anything else is data: opened by itself it may do nothing.
_DATA = "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox"


def csp_nonce() -> str:
    """Return the nonce of this answer's scripts; the same one each time within an answer."""
    values = kept()
    nonce: str | None = values.get("csp_nonce")
    if nonce is None:
        nonce = values["csp_nonce"] = secrets.token_urlsafe(16)
    return nonce


def frame_own_pages() -> None:
    """Let this answer's page hold frames of our own pages (the preview of a mail)."""
    g.frames_own_pages = True


def let_forms_go_to(*origins: str) -> None:
    """Let forms of this answer's page be answered by a redirect to other origins (a payment page); browsers check each step."""
    g.forms_go_to = origins


class Dressed(Response):
    """An answer that takes the constant headers on its way out: as one list, not name by name."""

    def get_wsgi_headers(self, environ: dict[str, Any]) -> Headers:
        """Return them as they are where there is nothing to put right: a copy costs more than making them did."""
        headers = self.headers
        is_plain = self.status_code in _PLAIN and "Content-Length" in headers
        if is_plain and not any(name in headers for name in _PUT_RIGHT):
            return headers
        return super().get_wsgi_headers(environ)

    def get_wsgi_response(self, environ: dict[str, Any]) -> tuple[Iterable[bytes], str, list[tuple[str, str]]]:
        """Add those that the view did not set itself."""
        body, status, headers = super().get_wsgi_response(environ)
        own = _CONSTANT.keys() & {name.lower() for name, _ in headers}
        headers += CONSTANT if not own else [both for name, both in _CONSTANT.items() if name not in own]
        return body, status, headers


def init_app(app: Flask) -> None:
    """Add the headers to every answer of ``app``. Call it first, so that it has the last word."""
    app.response_class = Dressed
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    app.after_request(_dress)


def _dress(response: Response) -> Response:
    headers = response.headers
    said = {name.lower() for name, _ in headers}
    if "content-security-policy" not in said:
        headers.add("Content-Security-Policy", _policy(response))
    _say_who_may_keep(response, said)
    return response


def _policy(response: Response) -> str:
    if response.mimetype != "text/html":
        return _DATA
    values = kept()
    nonce = values.get("csp_nonce")
    policy = f"{_PAGE_BEFORE_NONCE}{nonce}{_PAGE_AFTER_NONCE}" if nonce else _PAGE_WITHOUT_SCRIPT
    if "forms_go_to" in values:
        policy = policy.replace(_FORMS, " ".join((_FORMS, *values["forms_go_to"])))
    return f"{policy}; frame-src 'self'" if "frames_own_pages" in values else policy


def _say_who_may_keep(response: Response, said: set[str]) -> None:
    """Keep what depends on the viewer out of every cache, unless the view said that it does not depend on them."""
    viewer: Viewer | None = kept().get("viewer")
    if viewer is not None:
        if "vary" in said:
            response.vary.add("Cookie")
        else:
            response.headers.add("Vary", "Cookie")
    if "cache-control" not in said:
        response.headers.add("Cache-Control", "no-cache" if viewer is None or viewer is GUEST else "no-store")
