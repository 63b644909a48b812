"""Listens for what comes back, in one worker of each machine; what it takes is kept before it is answered."""

import time
from datetime import datetime

import structlog
from flask import Flask, current_app, g

from clozette.kernel import clock, database, tasks
from clozette.kernel.database import db
from clozette.kernel.ports import inbound_mail
from clozette.newsletters import keys
from clozette.newsletters.returns import naming, reading, services
from clozette.settings import Settings

MOST_KEPT = 2 * 1024**3
"""So much may lie there unread or not understood; then other servers are asked to come again."""

_TOLD = "clozette.newsletters.inbound_told"
log = structlog.get_logger()


class Full(Exception):
    """There is no room for more."""


class Taker:
    """Keeps mails in the database of an application."""

    def __init__(self, app: Flask, domain: str) -> None:
        self._app, self._domain = app, domain
        with database.committed(app):
            keys.make_ready()  # what is asked later only reads

    def wants(self, address: str) -> bool:
        """Whether it is a mailbox of ours, or a name of ours with its proof."""
        with self._app.app_context():
            g.reading_only = True
            try:
                return naming.is_ours(address, self._domain)
            finally:
                db.session.close()
                database.release()

    def take(self, recipients: tuple[str, ...], content: bytes) -> None:
        """Keep a mail; committed when this returns.

        :raises Full: if too much lies there already.
        """
        with database.committed(self._app):
            if services.waiting_bytes() > MOST_KEPT:
                raise Full
            services.keep(content, recipients, via="smtp", now=clock.now())


def init_app(app: Flask) -> None:
    """Let workers listen, where the settings say so."""
    settings: Settings = app.extensions["clozette.settings"]
    if settings.inbound_listen:
        tasks.keep_doing(app, "newsletters.receive", step)


def step(now: datetime) -> None:
    """Listen until the worker ends; where another one listens already, try again later."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    settings: Settings = app.extensions["clozette.settings"]
    server = inbound_mail.Server(place(settings), Taker(app, settings.bounce_domain))
    try:
        server.start()
    except OSError as error:
        if not app.extensions.get(_TOLD):
            log.warning("inbound_not_listening", error=type(error).__name__)
        app.extensions[_TOLD] = True
        return
    app.extensions[_TOLD] = False
    try:
        while not tasks.is_ending():
            time.sleep(0.2)
    finally:
        server.stop()


def place(settings: Settings) -> inbound_mail.Place:
    """Return where to listen."""
    host, _, port = settings.inbound_listen.rpartition(":")
    files = (settings.inbound_certificate, settings.inbound_key)
    return inbound_mail.Place(host.strip("[]"), int(port), settings.bounce_domain, reading.MOST_BYTES, *files)
