"""A site with a signed provider, numbers, and campaigns of texts."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import tasks
from clozette.kernel.ports import sms
from clozette.newsletters.sending import senders
from tests.support.application import Clock

SECRET = "texts_of_a_test"


@pytest.fixture
def provider(app: Flask, db_session: orm.Session) -> Iterator[sms.MemoryTexter]:
    """Give what was texted; the provider signs with ``SECRET``."""
    before = app.extensions["clozette.settings"]
    app.extensions["clozette.settings"] = replace(
        before, sms_secret=SECRET, sms_number="+6590001111", sms_registered="SG"
    )
    found: sms.MemoryTexter = app.extensions[sms.KEY]
    found.clear()
    senders.me().beats = 1  # this worker knows its database
    yield found
    senders.forget_me(app)
    app.extensions["clozette.settings"] = before


@pytest.fixture
def tried_twice(monkeypatch: pytest.MonkeyPatch, stopped_clock: Clock) -> Callable[[str], None]:
    """Return what lets a task run again a while later, as where its worker died before it could say that it was done."""

    def twice(name: str) -> None:
        real = tasks.TASKS[name]

        def run(**given: Any) -> None:
            real(**given)
            stopped_clock.forward(seconds=30)
            real(**given)

        monkeypatch.setitem(tasks.TASKS, name, tasks.Task(name, run))

    return twice


@pytest.fixture
def settings(app: Flask) -> Callable[..., None]:
    """Return what changes a setting for one test."""

    def change(**changes: Any) -> None:
        app.extensions["clozette.settings"] = replace(app.extensions["clozette.settings"], **changes)

    return change
