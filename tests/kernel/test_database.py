"""Connections that the database closed while they rested."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import exc

from clozette.kernel import engines
from clozette.kernel.database import db

_PID = sa.text("SELECT pg_backend_pid()")


def _cut(engine: sa.Engine) -> int:
    """End the one connection that rests in the pool, as a restart of the server does."""
    with engine.connect() as used:
        pid: int = used.scalars(_PID).one()
    with sa.create_engine(engine.url).connect() as other:
        other.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        gone = sa.text("SELECT count(*) FROM pg_stat_activity WHERE pid = :pid")
        while other.scalars(gone, {"pid": pid}).one():
            other.rollback()
    return pid


@pytest.fixture
def engine_of_site(app: Flask, db_session: Any) -> sa.Engine:
    db.session.rollback()
    engine = db.get_engine("write")
    engine.dispose()
    return engine


@pytest.mark.engines("postgresql")
def test_a_connection_that_rested_is_asked_first(engine_of_site: sa.Engine, monkeypatch: Any) -> None:
    monkeypatch.setattr(engines, "REST", 0.0)
    pid = _cut(engine_of_site)
    with engine_of_site.connect() as again:
        assert again.scalars(_PID).one() != pid


@pytest.mark.engines("postgresql")
def test_one_that_was_used_just_now_is_not(engine_of_site: sa.Engine, monkeypatch: Any) -> None:
    monkeypatch.setattr(engines, "REST", 60.0)
    _cut(engine_of_site)
    with pytest.raises(exc.OperationalError), engine_of_site.connect() as lost:
        lost.execute(_PID)
    with engine_of_site.connect() as again:
        assert again.scalars(_PID).one()
