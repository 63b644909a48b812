"""The doctor: what is wrong with this site's surroundings, and how to mend it."""

import secrets
import smtplib
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from socket import create_connection
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask
from sqlalchemy import exc

from clozette.kernel import migrations, tasks
from clozette.kernel.database import db
from clozette.kernel.ports import mail, storage
from clozette.settings import Settings

SOON = timedelta(days=14)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; ``advice`` is empty where all is well."""

    name: str
    advice: str = ""

    @property
    def is_good(self) -> bool:
        """Whether all is well."""
        return not self.advice


Check = Callable[[Flask, Settings], str]


def examine(app: Flask) -> Iterator[Finding]:
    """Look at everything, one after the other."""
    settings: Settings = app.extensions["clozette.settings"]
    for name, check in CHECKS.items():
        yield Finding(name, check(app, settings))


def _database(app: Flask, settings: Settings) -> str:
    try:
        with app.app_context(), db.get_engine().connect() as connection:
            connection.execute(sa.text("SELECT 1"))
    except exc.SQLAlchemyError as error:
        return f"The database does not answer ({type(error).__name__}): check CLOZETTE_DATABASE_URL and that it runs."
    return ""


def _migrations(app: Flask, settings: Settings) -> str:
    try:
        if migrations.is_current(app):
            return ""
    except exc.SQLAlchemyError:
        return "Not known while the database does not answer."
    return "The tables are not up to date: run clozette db upgrade."


def _tasks(app: Flask, settings: Settings) -> str:
    try:
        standing = tasks.standing(app)
    except exc.SQLAlchemyError:
        return "The tables of the tasks are missing: run clozette db upgrade."
    faults = []
    if not standing.workers:
        faults.append("no worker is alive: start one with clozette worker")
    if standing.oldest_seconds > 60:
        faults.append(f"a task has waited for {standing.oldest_seconds:.0f} s: more workers, or a stuck one")
    if standing.failed:
        faults.append(f"{standing.failed} tasks were given up: see the log for task_failed")
    return "; ".join(faults)


def _media(app: Flask, settings: Settings) -> str:
    key = f"doctor/{secrets.token_hex(8)}.txt"
    try:
        store = storage.from_url(settings.media_url)
        store.put(key, b"written by clozette doctor", "text/plain")
        store.remove(key)
    except (OSError, ValueError, storage.StorageError) as error:
        return f"Photos can't be written ({type(error).__name__}): check CLOZETTE_MEDIA_URL, and the rights and room there."
    return ""


def _smtp(app: Flask, settings: Settings) -> str:
    outbox = mail.make_outbox(settings)
    if not isinstance(outbox, mail.SmtpOutbox):
        return "No mail leaves: set CLOZETTE_SMTP_URL."
    try:
        with outbox.connected() as connection:
            connection.noop()
    except (OSError, smtplib.SMTPException) as error:
        return f"The mail server can't be used ({type(error).__name__}): check CLOZETTE_SMTP_URL, its name, password and TLS."
    return ""


def _certificate(app: Flask, settings: Settings) -> str:
    parts = urlsplit(settings.base_url)
    if parts.scheme != "https" or parts.hostname is None:
        return "The site is not served over TLS: CLOZETTE_BASE_URL should begin with https://."
    own = settings.var / "certs" / "ca.pem"
    context = ssl.create_default_context(cafile=own if not settings.is_production and own.exists() else None)
    try:
        with (
            create_connection((parts.hostname, parts.port or 443), timeout=5) as plain,
            context.wrap_socket(plain, server_hostname=parts.hostname) as secure,
        ):
            ends = _end_of(secure)
    except ssl.SSLError as error:
        return f"The certificate of {parts.hostname} is not good: {error.reason}."
    except OSError:
        return f"Nobody answers at {settings.base_url}: start the site (and the proxy before it)."
    if ends - datetime.now(UTC) < SOON:
        return f"The certificate of {parts.hostname} ends on {ends:%Y-%m-%d}: renew it."
    return ""


def _end_of(connection: ssl.SSLSocket) -> datetime:
    found = connection.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(found["notAfter"])), UTC)


CHECKS: dict[str, Check] = {
    "database": _database,
    "tables": _migrations,
    "tasks": _tasks,
    "media": _media,
    "mail": _smtp,
    "certificate": _certificate,
}
