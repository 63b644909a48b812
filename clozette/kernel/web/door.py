"""The door: what no page should ever see is turned away before anything reads it.

Control characters and broken UTF-8 in addresses and headers, bodies built to exhaust us, and deeds that another site's
page asked for. The host is checked by Flask (``TRUSTED_HOSTS``), sizes by Werkzeug, the form's token by Flask-WTF.
"""

import re
from urllib.parse import unquote_to_bytes, urlsplit

from flask import Flask, Response, abort
from flask_wtf.csrf import CSRFError

from clozette.kernel import context
from clozette.kernel.web import errors
from clozette.kernel.web.edge import SAFE_METHODS
from clozette.settings import Settings

MAX_FIELDS = 2000
MAX_TEXT = 1024 * 1024  # a body without files
MAX_JSON_DEPTH = 50
MAX_JSON_CONTAINERS = 10_000
_OPEN = "clozette.open_to_others"

# The path takes no control character at all, a query the white space that a text area may hold.
_BAD_IN_PATH = re.compile("[\x00-\x1f\x7f\ufffe\uffff]")
_BAD_IN_QUERY = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_BAD_IN_HEADER = re.compile("[\x00-\x08\x0a-\x1f\x7f]")
_ESCAPE_WORTH_A_LOOK = re.compile("%[0189a-fA-F]|%7[fF]")
# A string that never ends counts up to the end, so that this stays linear whatever is sent.
_JSON_MARKS = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)


def init_app(app: Flask) -> None:
    """Stand in front of everything else that runs before a request of ``app``."""
    settings: Settings = app.extensions["clozette.settings"]
    parts = urlsplit(settings.base_url)
    app.extensions["clozette.origin"] = f"{parts.scheme}://{parts.netloc}"
    app.before_request(_check_text)
    app.before_request(_check_origin)
    app.before_request(_check_body)
    app.register_error_handler(CSRFError, _csrf_error)


def open_to_others(app: Flask, endpoint: str) -> None:
    """Take a deed from anywhere, whatever the caller says of itself: where the address alone gives the right to it."""
    app.extensions.setdefault(_OPEN, set()).add(endpoint)


def _is_open() -> bool:
    return context.asked().endpoint in context.app().extensions.get(_OPEN, ())


def _check_text() -> None:
    environ = context.asked().environ
    path = environ.get("PATH_INFO", "")
    query = environ.get("QUERY_STRING", "")
    if not (path.isascii() and path.isprintable()):
        _check(path.encode("latin-1"), _BAD_IN_PATH)
    if not query.isascii() or _ESCAPE_WORTH_A_LOOK.search(query):
        _check(unquote_to_bytes(query.encode("latin-1")), _BAD_IN_QUERY)
    headers = " ".join([value for name, value in environ.items() if name.startswith("HTTP_")])
    if not (headers.isascii() and headers.isprintable()) and not _is_open():
        _check(headers.encode("latin-1", "replace"), _BAD_IN_HEADER)


def _check(text: bytes, bad: re.Pattern[str]) -> None:
    try:
        readable = text.decode("utf-8")
    except UnicodeDecodeError:
        abort(400)
    if bad.search(readable):
        abort(400)


def _check_origin() -> None:
    """Refuse a deed that a page of another site sent; a caller with a token of its own is no browser's form."""
    asked = context.asked()
    if asked.method in SAFE_METHODS or "Authorization" in asked.headers or _is_open():
        return
    origin = asked.headers.get("Origin")
    if origin is not None and origin != context.app().extensions["clozette.origin"]:
        abort(403)
    if origin is None and asked.headers.get("Sec-Fetch-Site") == "cross-site":
        abort(403)


def _check_body() -> None:
    asked = context.asked()
    kind = asked.mimetype
    if kind == "application/x-www-form-urlencoded":
        asked.max_content_length = MAX_TEXT
        if asked.get_data().count(b"&") >= MAX_FIELDS:
            abort(413)
    elif asked.is_json:
        asked.max_content_length = MAX_TEXT
        _check_json(asked.get_data())


def _check_json(body: bytes) -> None:
    """Refuse nesting that would exhaust the parser's stack."""
    if body.count(b"[") + body.count(b"{") <= MAX_JSON_DEPTH:
        return
    depth = containers = 0
    for found in _JSON_MARKS.finditer(body):
        mark = found.group()
        if mark in b"[{":
            depth += 1
            containers += 1
        elif mark in b"]}":
            depth -= 1
        if depth > MAX_JSON_DEPTH:
            abort(400)
        if containers > MAX_JSON_CONTAINERS:
            abort(413)


def _csrf_error(error: CSRFError) -> Response:
    return errors.answer(403)
