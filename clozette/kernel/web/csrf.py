"""The form token, which Flask-WTF asks of every deed. Its signature is checked once in each process, not at each press."""

from hmac import compare_digest

from flask import current_app, g, session
from flask_wtf import CSRFProtect

from clozette.kernel import context
from clozette.kernel.kept import Kept
from clozette.kernel.web.edge import SAFE_METHODS

MOST_TOKENS = 4096


class KeptTokens(CSRFProtect):
    """Flask-WTF's protection, which knows a token again that passed, and the secret of the session that it was signed for."""

    def __init__(self) -> None:
        super().__init__()
        self._passed: Kept[str] = Kept(MOST_TOKENS)

    def protect(self, apply_exemptions: bool = False) -> None:
        """Check a request that changes something; whatever is not known to be right goes the whole way."""
        asked = context.asked()
        if asked.method in SAFE_METHODS:
            return
        if apply_exemptions and (not asked.endpoint or self._is_exempt()):
            return  # before anything of the form is read: an exempt view reads its body as it likes
        if self._is_known():
            g.csrf_valid = True
            return
        super().protect()
        if "csrf_valid" in g and current_app.config["WTF_CSRF_TIME_LIMIT"] is None:
            self._passed.put(self._get_csrf_token(), session["csrf_token"])

    def _is_known(self) -> bool:
        passed = self._passed.get(self._get_csrf_token())
        secret = session.get("csrf_token")
        if passed is None or secret is None or not compare_digest(passed, secret):
            return False
        asked, origin = context.asked(), context.app().extensions["clozette.origin"]
        return not asked.is_secure or (asked.referrer or "").startswith(f"{origin}/")
