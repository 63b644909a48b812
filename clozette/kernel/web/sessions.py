"""The session's cookie. Its signature is checked once in each process, not once in each request."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadSignature

from clozette.kernel.kept import Kept

MOST_SESSIONS = 4096
LONGEST = 1024
"""Up to how many characters of cookies are kept: whoever pads theirs fills nobody's memory."""


@dataclass(frozen=True)
class _Checked:
    """What a cookie that was signed by us says, and until when it is good."""

    values: Mapping[str, str]
    until: float


class KeptSessions(SecureCookieSessionInterface):
    """Flask's own sessions. A cookie that holds texts alone (a sign-in, a form's secret) is kept as read, by all that came with it."""

    def __init__(self) -> None:
        self._kept: Kept[_Checked] = Kept(MOST_SESSIONS)

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Read the cookie; what a browser sent before is not even taken apart."""
        sent = request.environ.get("HTTP_COOKIE")
        if not sent:
            return SecureCookieSession()
        known = self._kept.get(sent)
        if known is not None and time.time() < known.until:
            return SecureCookieSession(known.values)
        cookie = request.cookies.get(self.get_cookie_name(app))
        return self._check(app, cookie, sent) if cookie else SecureCookieSession()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the cookie if the session says something new."""
        if session.modified or session.permanent:
            super().save_session(app, session, response)
        elif session.accessed and response.headers.get("Vary") != "Cookie":
            response.vary.add("Cookie")

    def _check(self, app: Flask, cookie: str, sent: str) -> SecureCookieSession | None:
        signer = self.get_signing_serializer(app)
        if signer is None:
            return None
        lifetime = app.permanent_session_lifetime.total_seconds()
        try:
            values, signed_at = signer.loads(cookie, max_age=int(lifetime), return_timestamp=True)
        except BadSignature:
            return SecureCookieSession()
        if len(sent) <= LONGEST and _is_plain(values):
            self._kept.put(sent, _Checked(values, signed_at.timestamp() + lifetime))
        return SecureCookieSession(values)


def _is_plain(values: Mapping[str, Any]) -> bool:
    """Whether a copy of ``values`` shares nothing that a request could change."""
    return all(isinstance(value, str) for value in values.values())
