"""The suite's own promises: each test starts from an empty database, real servers answer, and nothing leaves the machine."""

import socket
import sqlite3
import subprocess
import sys
import textwrap
from contextlib import closing

import pytest
import sqlalchemy as sa
from flask import g

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.privacy import subjects
from clozette.privacy.models import Subject
from tests.support import databases, guard


@pytest.mark.parametrize("turn", [1, 2])
def test_rows_of_one_test_are_gone_in_the_next(app, db_session, turn):
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Subject)) == 0
    subjects.create(clock.now())
    db_session.commit()
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Subject)) == 1


def test_an_open_connection_sees_the_schema_that_was_put_back(tmp_path):
    """A test may change the schema, twice in two ways; the connection that only looks on is never left behind."""
    with databases.open_database("sqlite", tmp_path) as database, closing(sqlite3.connect(database.path)) as looker:
        looker.execute("CREATE TABLE kept (id INTEGER)")
        database.remember()
        for name in ("first", "second"):
            with closing(sqlite3.connect(database.path)) as changer:
                changer.execute(f"CREATE TABLE {name} (id INTEGER)")
                changer.execute("INSERT INTO kept VALUES (1)")
                changer.commit()
            assert not looker.execute(f"SELECT * FROM {name}").fetchall()
            database.restore()
        assert not looker.execute("SELECT * FROM kept").fetchall()
        with pytest.raises(sqlite3.OperationalError, match="no such table: first"):
            looker.execute("SELECT * FROM first")


def test_putting_rows_back_leaves_the_schema_known(tmp_path):
    with databases.open_database("sqlite", tmp_path) as database, closing(sqlite3.connect(database.path)) as looker:
        looker.execute("CREATE TABLE kept (id INTEGER)")
        database.remember()
        known = looker.execute("PRAGMA schema_version").fetchone()
        looker.execute("INSERT INTO kept VALUES (1)")
        looker.commit()
        database.restore()
        assert not looker.execute("SELECT * FROM kept").fetchall()
        assert looker.execute("PRAGMA schema_version").fetchone() == known


def test_the_engine_is_the_one_asked_for(app, engine, db_session):
    assert db.get_engine("write").dialect.name == engine


def test_a_request_shares_no_context_with_the_test(client, db_session):
    g.mark = "the test's own"
    client.get("/nowhere")
    assert g.mark == "the test's own"
    assert "reading_only" not in g
    subjects.create(clock.now())
    db_session.flush()
    client.get("/nowhere")  # the test's transaction is closed: no lock is waited for


def test_queries_are_counted(app, db_session, query_counter):
    with query_counter() as statements:
        db_session.execute(sa.text("SELECT 1"))
        db_session.execute(sa.text("SELECT 2"))
    assert len(statements) == 2


def test_the_clock_stands_and_moves(stopped_clock):
    before = clock.now()
    assert clock.now() == before
    stopped_clock.forward(hours=1)
    assert (clock.now() - before).total_seconds() == 3600


def test_redis_is_real(redis_server):
    with redis_server.client() as client:
        client.set("a", "b")
        assert client.get("a") == b"b"


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("127.0.0.1", 25), ("example.org", 443)])
def test_nothing_leaves_the_machine(address):
    with socket.socket() as outward, pytest.raises(guard.LeftTheMachine):
        outward.connect(address)
    assert guard.attempts
    guard.attempts.clear()


def test_names_are_not_looked_up():
    with pytest.raises(guard.LeftTheMachine):
        socket.getaddrinfo("example.org", 443)
    guard.attempts.clear()


def test_postgres_dies_with_its_parent(tmp_path):
    """A run that is killed leaves no server behind."""
    program = textwrap.dedent("""
        import os, signal
        from tests.support import postgres
        with postgres.server() as server:
            print(server.process.pid, server.folder, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
    """)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    pid = int(done.stdout.split()[0])
    for _ in range(100):
        if not _is_running(pid):
            break
        import time

        time.sleep(0.05)
    assert not _is_running(pid)


def _is_running(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
