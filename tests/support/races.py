"""Deeds that begin together, and waiting until one stands in another's way."""

import threading
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import Flask

from clozette.kernel.database import db

_BLOCKED = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def at_once(app: Flask, *deeds: Callable[[], object]) -> list[Exception]:
    """Do things in threads that begin together, each in a transaction of its own; return what they raised."""
    barrier, raised = threading.Barrier(len(deeds)), []

    def run(deed: Callable[[], object]) -> None:
        with app.app_context():
            try:
                barrier.wait(10)
                deed()
                db.session.commit()
            except Exception as error:  # noqa: BLE001 - the test asks which
                raised.append(error)

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return raised


def together(deeds: list[Callable[[], Any]]) -> list[Any]:
    """Do things in threads that begin together; return what they gave."""
    barrier, given = threading.Barrier(len(deeds)), []

    def run(deed: Callable[[], Any]) -> None:
        barrier.wait(20)
        given.append(deed())

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return given


def wait_until_blocked(seconds: float = 3) -> None:
    """Wait until somebody waits for a lock of this PostgreSQL database; no longer than some seconds."""
    until = time.monotonic() + seconds
    while not db.session.scalar(_BLOCKED) and time.monotonic() < until:
        time.sleep(0.01)
