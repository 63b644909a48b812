"""Clozette: a fashion social network and personal online closet that anyone can host."""

from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from clozette import wiring
from clozette.kernel import database, engines, events, logging, tasks
from clozette.kernel.ids import IdConverter
from clozette.kernel.ports import mail
from clozette.kernel.web import door, errors, gate, headers, health, limits, locale, pages, shell, tls
from clozette.kernel.web.csrf import KeptTokens
from clozette.kernel.web.edge import Clozette
from clozette.settings import ROOT, Settings

MAX_REQUEST = 6 * 25 * 1024 * 1024 + 1024 * 1024  # six photos of 25 MB and the form around them


def create_app(settings: Settings | None = None, **overrides: Any) -> Flask:
    """Build the application from ``settings`` (the environment's by default); ``overrides`` are Flask's own settings."""
    settings = settings or Settings.from_environment()
    app = Clozette(
        "clozette",
        root_path=str(ROOT / "clozette"),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
    )
    app.config.update(_flask_settings(settings), **overrides)
    app.extensions["clozette.settings"] = settings
    app.url_map.converters["id"] = IdConverter
    app.url_map.strict_slashes = True
    logging.init_app(app)
    database.init_app(app)
    events.init_app(app)
    tasks.init_app(app)
    mail.init_app(app)
    headers.init_app(app)
    door.init_app(app)
    tls.init_app(app)
    limits.init_app(app)
    KeptTokens().init_app(app)
    locale.init_app(app)
    pages.init_app(app)
    shell.init_app(app)
    health.init_app(app)
    wiring.connect(app)
    gate.init_app(app)
    errors.init_app(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    return app


def _flask_settings(settings: Settings) -> dict[str, Any]:
    first, *older = settings.secret_keys
    return {
        "SECRET_KEY": first,
        "SECRET_KEY_FALLBACKS": older,
        "SQLALCHEMY_ENGINES": engines.config(settings.database_url),
        "MAX_CONTENT_LENGTH": MAX_REQUEST,
        "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
        "SESSION_COOKIE_NAME": "__Host-session",
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_REFRESH_EACH_REQUEST": False,
        "PREFERRED_URL_SCHEME": "https",
        "TEMPLATES_AUTO_RELOAD": settings.env == "development",
        "WTF_CSRF_TIME_LIMIT": None,
        "TRUSTED_HOSTS": [settings.host.split(":")[0]],
    }
