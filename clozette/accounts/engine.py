"""Flask-Security, tamed: its data store, password hashing, TOTP and passkey models; none of its views and hooks.

What it would do by itself and doesn't here: commit, load the member on every request (Flask-Login's and
Flask-Principal's hooks), take API tokens from the query string, sign with the oldest key.
"""

import base64
import hashlib
import io
from typing import Any

import qrcode
import sqlalchemy as sa
from flask import Flask, g
from flask_login.utils import _user_context_processor
from flask_security import FSQLALiteUserDatastore, Security, Totp
from passlib.totp import TOTP, AppWallet, TotpMatch, UsedTokenError
from qrcode.image.svg import SvgFillImage

from clozette.accounts import passwords, rules
from clozette.accounts.models import Member, Passkey, Role
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.web import gate
from clozette.settings import Settings

ISSUER = "Clozette"


class Datastore(FSQLALiteUserDatastore):
    """Flask-Security's store on our session; the edge alone commits."""

    def commit(self) -> None:
        """Flush."""
        self.db.session.flush()


class OnceTotp(Totp):
    """TOTP whose codes work once: the time step of the last code taken is kept with the member."""

    def __init__(self, secrets: dict[str, str], issuer: str) -> None:
        """Encrypt with the first secret, decrypt with any; the tag names the secret, so their order may change."""
        wallet = AppWallet(secrets, default_tag=next(iter(secrets)))
        self._totp = TOTP.using(issuer=issuer, wallet=wallet, now=lambda: clock.now().timestamp())

    def generate_qrcode(self, username: str, totp: str) -> str:
        """Return the picture to scan as a data address: black on white, so that it can be read in the dark, too."""
        picture = io.BytesIO()
        qrcode.make(self.get_totp_uri(username, totp), image_factory=SvgFillImage, border=4).save(picture)
        return "data:image/svg+xml;base64," + base64.b64encode(picture.getvalue()).decode()

    def get_last_counter(self, user: Any) -> int | None:
        """Return the step of the last code taken."""
        step: int | None = user.tf_last_step
        return step

    def set_last_counter(self, user: Any, tmatch: TotpMatch) -> None:
        """Take a code, unless another request took it in the meantime."""
        later = sa.or_(Member.tf_last_step.is_(None), Member.tf_last_step < tmatch.counter)
        took = sa.update(Member).where(Member.id == user.id, later).values(tf_last_step=tmatch.counter)
        if not db.session.execute(took).rowcount:  # type: ignore[attr-defined]
            raise UsedTokenError


def init_app(app: Flask) -> None:
    """Start Flask-Security without its views, and take out its hooks."""
    settings: Settings = app.extensions["clozette.settings"]
    app.config.update(_config(settings))
    security = Security(app, Datastore(db, Member, Role, Passkey), register_blueprint=False, totp_cls=OnceTotp)
    _tame(app, security)


def _config(settings: Settings) -> dict[str, Any]:
    return {
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_DEPRECATED_PASSWORD_SCHEMES": [],
        "SECURITY_PASSWORD_SINGLE_HASH": ["argon2"],
        "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": passwords.parameters(settings),
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TOTP_SECRETS": {_tag(key): key for key in settings.secret_keys},
        "SECURITY_TOTP_ISSUER": ISSUER,
        "SECURITY_DATETIME_FACTORY": clock.now,
        "PERMANENT_SESSION_LIFETIME": rules.LONGEST,
        "SECURITY_CLI_USERS_NAME": None,
        "SECURITY_CLI_ROLES_NAME": None,
    }


def _tag(key: str) -> str:
    return hashlib.sha256(b"totp tag:" + key.encode()).hexdigest()[:12]


def _tame(app: Flask, security: Security) -> None:
    app.before_request_funcs[None].remove(security.principal._on_before_request)
    app.after_request_funcs[None].remove(security.login_manager._update_remember_cookie)
    app.template_context_processors[None].remove(_user_context_processor)
    # Whatever asks for ``current_user`` gets the member of our own session row, loaded then and not before.
    security.login_manager._user_callback = None
    security.login_manager.request_loader(_current_member)
    security.login_manager.session_protection = None


def _current_member(request: Any) -> Member | None:
    viewer = gate.viewer()
    if viewer.member_id is None or viewer.scopes is not None:
        return None
    if "accounts_member" not in g:
        g.accounts_member = db.session.get(Member, viewer.member_id)
    found: Member | None = g.accounts_member
    return found
