"""The test client: a browser's manners (same-site token and referrer) and a context of its own for every request."""

import contextvars
import hashlib
from typing import Any

from flask import Flask, Response, has_app_context
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse

from clozette.kernel.database import db

ORIGIN = "https://localhost"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Client(FlaskClient):
    """Sends the CSRF token and the referrer with every unsafe request to a page, unless told ``csrf=False``.

    What the test did in its own session is committed before each request, so that the request sees it and waits for no
    lock; the test's objects are fresh afterwards.
    """

    def open(self, *args: Any, csrf: bool = True, **kwargs: Any) -> TestResponse:
        """Send one request."""
        if has_app_context():
            db.session.commit()
            db.session.expire_all()
        kwargs.setdefault("buffered", True)  # a file that is sent gets closed
        method = str(kwargs.get("method", "GET")).upper()
        if csrf and method not in _SAFE and self._has_cookies():
            kwargs["headers"] = self._with_token(kwargs.get("headers"))
        # A request must not share the test's own application context, or it would share its session and viewer too.
        return contextvars.Context().run(super().open, *args, **kwargs)

    def csrf_token(self) -> str:
        """Return the token that a form in this browser's session would carry."""
        with self.session_transaction() as session:
            raw = session.setdefault("csrf_token", hashlib.sha1(b"a test", usedforsecurity=False).hexdigest())
        return token_of(self.application, raw)

    def _with_token(self, given: Any) -> Headers:
        headers = Headers(given)
        if "Authorization" not in headers:
            headers.setdefault("X-CSRFToken", self.csrf_token())
            headers.setdefault("Referer", f"{ORIGIN}/")
            headers.setdefault("Origin", ORIGIN)
        return headers

    def _has_cookies(self) -> bool:
        return self._cookies is not None


def token_of(app: Flask, raw: str) -> str:
    """Sign a session's secret as Flask-WTF does."""
    serializer = URLSafeTimedSerializer(str(app.secret_key), salt="wtf-csrf-token")
    return str(serializer.dumps(raw))


def location(response: Response | TestResponse) -> str:
    """Return where a 303 leads; fail if the answer is no redirect."""
    assert response.status_code == 303, (response.status_code, response.get_data(as_text=True)[:2000])
    return str(response.headers["Location"])
