"""The doctor: what is wrong with this site's surroundings, and how to mend it. Rooms bring checks by the wiring page."""

import secrets
import shutil
import smtplib
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from socket import create_connection
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask
from limits.errors import StorageError
from sqlalchemy import exc

from clozette.kernel import clock, tasks
from clozette.kernel.database import db
from clozette.kernel.ports import mail, storage
from clozette.kernel.tasks import schedules
from clozette.settings import Settings

SOON = timedelta(days=14)
SECURITY_TXT_SOON = timedelta(days=30)
LEAST_FREE = 512 * 2**20
_ROOMS = "clozette.checkup"


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


def add(app: Flask, name: str, check: Check) -> None:
    """Let the doctor look at something of a room's, after everything else."""
    app.extensions.setdefault(_ROOMS, {})[name] = check


def examine(app: Flask) -> Iterator[Finding]:
    """Look at everything, one after the other; a check that breaks is a finding too."""
    settings: Settings = app.extensions["clozette.settings"]
    brought: dict[str, Check] = app.extensions.get(_ROOMS, {})
    for name, check in {**CHECKS, **brought}.items():
        try:
            yield Finding(name, check(app, settings))
        except Exception as error:  # noqa: BLE001 - the other checks still have something to say
            yield Finding(
                name, f"This could not be looked at ({type(error).__name__}); mend what is named above first."
            )


def _settings(app: Flask, settings: Settings) -> str:
    """What is allowed, and yet seldom meant."""
    faults = []
    if settings.var.exists() and settings.var.stat().st_mode & 0o007:
        faults.append(f"everybody on this machine can look into {settings.var}: chmod o-rwx it")
    if not (settings.controller_name and settings.controller_address):
        faults.append(
            "who answers for people's data is not said in full: set CLOZETTE_CONTROLLER_NAME and _ADDRESS, which receipts, the"
            " record of processing and marketing mail must name"
        )
    if settings.is_production and settings.trusted_proxies == 0:
        faults.append("no proxy is trusted: if one stands in front, set CLOZETTE_TRUSTED_PROXIES to how many there are")
    if settings.is_production and sa.make_url(settings.database_url).get_backend_name() == "sqlite":
        faults.append("the database is SQLite: enough for one machine, and every backup must go through clozette's own")
    if settings.is_production and len(set(settings.secret_keys)) != len(settings.secret_keys):
        faults.append("CLOZETTE_SECRET_KEYS names a key twice")
    return "; ".join(faults)


def _room(app: Flask, settings: Settings) -> str:
    free = shutil.disk_usage(settings.var if settings.var.exists() else settings.var.parent).free
    return f"Only {free // 2**20} MB are left for {settings.var}: make room." if free < LEAST_FREE else ""


def _redis(app: Flask, settings: Settings) -> str:
    if not settings.redis_url:
        return ""
    try:
        answers = app.extensions["clozette.limits"].redis.check()
    except StorageError:
        answers = False
    return "" if answers else "Redis does not answer: check CLOZETTE_REDIS_URL; limits are kept in a file meanwhile."


def _database(app: Flask, settings: Settings) -> str:
    try:
        with app.app_context(), db.get_engine().connect() as connection:
            connection.execute(sa.text("SELECT 1"))
    except exc.SQLAlchemyError as error:
        return f"The database does not answer ({type(error).__name__}): check CLOZETTE_DATABASE_URL and that it runs."
    return ""


def _migrations(app: Flask, settings: Settings) -> str:
    from clozette.kernel import migrations  # noqa: PLC0415 - Alembic is 11 MB that every web process would carry

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


def _schedules(app: Flask, settings: Settings) -> str:
    return "; ".join(schedules.faults(app, clock.now()))


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


def _security_txt(app: Flask, settings: Settings) -> str:
    """RFC 9116: one date until which it can be trusted, less than a year ahead."""
    answer = app.test_client().get("/.well-known/security.txt", base_url=settings.base_url)
    if answer.status_code != 200:
        return "There is no /.well-known/security.txt: people who find a hole don't know whom to tell."
    dates = [line.partition(":")[2].strip() for line in answer.text.splitlines() if line.startswith("Expires:")]
    if len(dates) != 1:
        return "/.well-known/security.txt needs exactly one line Expires."
    left = datetime.fromisoformat(dates[0].replace("Z", "+00:00")) - clock.now()
    if left < SECURITY_TXT_SOON:
        return f"/.well-known/security.txt ends on {dates[0][:10]}: read it again and set a later date."
    return "" if left < timedelta(days=366) else "/.well-known/security.txt is good for more than a year: shorten it."


def _end_of(connection: ssl.SSLSocket) -> datetime:
    found = connection.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(found["notAfter"])), UTC)


CHECKS: dict[str, Check] = {
    "settings": _settings,
    "room": _room,
    "database": _database,
    "tables": _migrations,
    "tasks": _tasks,
    "schedules": _schedules,
    "redis": _redis,
    "media": _media,
    "mail": _smtp,
    "certificate": _certificate,
    "security.txt": _security_txt,
}
