"""The doctor on what comes back."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import clock
from clozette.newsletters.returns import checks
from clozette.newsletters.sending.models import Sending
from tests.newsletters.returns.conftest import Sent, back

Make = Callable[..., Sent]


@pytest.mark.requirement(43)
def test_what_nobody_looked_at_is_told(app: Flask, db_session: orm.Session, sent: Make, stopped_clock) -> None:
    settings = app.extensions["clozette.settings"]
    back(app, b"Subject: x\r\n\r\n")
    assert checks.check(app, settings) == ""
    stopped_clock.forward(days=2)
    assert "1 mails came back" in checks.check(app, settings)
    production = replace(settings, env="production")
    assert "CLOZETTE_INBOUND_LISTEN" in checks.check(app, production)
    assert "CLOZETTE_INBOUND" not in checks.check(app, replace(production, inbound_listen="0.0.0.0:25"))


@pytest.mark.requirement(44, 53)
def test_too_many_complaints_are_told(app: Flask, db_session: orm.Session, sent: Make, monkeypatch) -> None:
    settings = app.extensions["clozette.settings"]
    for _ in range(4):
        sent()
    monkeypatch.setattr(checks, "LEAST", 4)
    db_session.commit()
    assert checks.check(app, settings) == ""
    first = db_session.scalars(sa.select(Sending)).first()
    assert first is not None
    first.complained_at = clock.now()
    db_session.commit()
    assert checks.check(app, settings).startswith("25.00 %")
    monkeypatch.setattr(checks, "LEAST", 5)
    assert checks.check(app, settings) == ""
