"""The session's cookie. Its signature is checked once in each process, not once in each request."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import BadSignature

from clozette.kernel.kept import Kept

MOST_SESSIONS = 4096


@dataclass(frozen=True)
class _Checked:
    """What a cookie that was signed by us says, and until when it is good."""

    values: Mapping[str, str]
    until: float


class KeptSessions(SecureCookieSessionInterface):
    """Flask's own sessions. A cookie that holds texts alone (a sign-in, a form's secret) is kept as read."""

    def __init__(self) -> None:
        self._kept: Kept[_Checked] = Kept(MOST_SESSIONS)

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Read the cookie."""
        cookie = request.cookies.get(self.get_cookie_name(app))
        if not cookie:
            return SecureCookieSession()
        known = self._kept.get(cookie)
        if known is not None and time.time() < known.until:
            return SecureCookieSession(known.values)
        return self._check(app, cookie)

    def _check(self, app: Flask, cookie: str) -> SecureCookieSession | None:
        signer = self.get_signing_serializer(app)
        if signer is None:
            return None
        lifetime = app.permanent_session_lifetime.total_seconds()
        try:
            values, signed_at = signer.loads(cookie, max_age=int(lifetime), return_timestamp=True)
        except BadSignature:
            return SecureCookieSession()
        if _is_plain(values):
            self._kept.put(cookie, _Checked(values, signed_at.timestamp() + lifetime))
        return SecureCookieSession(values)


def _is_plain(values: Mapping[str, Any]) -> bool:
    """Whether a copy of ``values`` shares nothing that a request could change."""
    return all(isinstance(value, str) for value in values.values())
