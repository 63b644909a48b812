"""The bulk export of a million members on PostgreSQL, against PostgreSQL's own COPY of the same columns in the same run.

The export runs as the page does it: a process of its own signs an admin in, posts the form and reads the answer to its
end without keeping it. COPY writes to nowhere on the server itself, which no client can beat. Both go in turns.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from benchmarks.claims import Report, median
from benchmarks.support import sites
from clozette.kernel.database import Model, db
from clozette.kernel.tasks import create_tables
from clozette.rights.bulk.uses import COLUMNS, USES
from tests.support import postgres

MEMBERS = int(os.environ.get("CLOZETTE_BENCH_MEMBERS", "1000000"))
TURNS = 5
RSS_MB = 150
LEAST = {"csv": 1 / 4, "jsonl": 1 / 5}
USE = "law"
"""The use with the most columns."""

_SUBJECTS = "INSERT INTO privacy_subjects (id, created_at, key) SELECT n, now(), sha256(int8send(n)) FROM {numbers}"
# Names as people have them: one in fifty is from another script, one in two hundred would be a formula.
_MEMBERS = """
INSERT INTO accounts_members (id, subject_id, email, email_canonical, password, display_name, handle, country, birth_date,
  bio, locale, time_zone, created_at, confirmed_at, fs_uniquifier)
SELECT n, n, 'member_' || n || '@example.test', 'member_' || n || '@example.test', '$argon2id$' || repeat('x', 87),
  CASE WHEN n % 200 = 0 THEN '=HYPERLINK("' || n || '")' WHEN n % 50 = 0 THEN '李明 ' || n ELSE 'Member ' || n END,
  'member_' || n, (ARRAY['DE', 'SG', 'ID', 'FR'])[1 + n % 4], DATE '1970-01-01' + (n % 12000)::int,
  CASE WHEN n % 3 = 0 THEN '' ELSE 'Mostly linen, mostly blue, "vintage" when I find it.' || E'\\nSundays: slowly.' END,
  'en', 'Europe/Berlin', TIMESTAMPTZ '2024-01-01' + n * INTERVAL '7.013 s', TIMESTAMPTZ '2024-01-02', lpad(n::text, 32, '0')
FROM {numbers}
"""


def run() -> Report:
    """Measure."""
    report = Report()
    with (
        postgres.server(settings=("shared_buffers=1GB", "maintenance_work_mem=256MB", "max_wal_size=8GB")) as server,
        tempfile.TemporaryDirectory(prefix="clozette-bench-") as name,
    ):
        database = server.create_database()
        app = sites.site(server.url(database), Path(name))
        _fill(app)
        with Exporter(server.url(database), Path(name)) as exporter:
            exporter.export("csv")  # the caches of both sides are warm from here on
            turns = [_turn(server, database, exporter) for _ in range(TURNS)]
            peak = exporter.ask("rss")
    _claim(report, turns, peak)
    return report


def _turn(server: postgres.Server, database: str, exporter: "Exporter") -> dict[str, float]:
    """Let each go once; members a second."""
    names = ", ".join(COLUMNS[name].name for name in USES[USE].columns)
    wanted = f"SELECT {names} FROM accounts_members WHERE confirmed_at IS NOT NULL AND deactivated_at IS NULL"
    found = {}
    for style in ("csv", "text"):
        started = time.perf_counter()
        server.run_sql(f"COPY ({wanted}) TO '/dev/null' (FORMAT {style})", database)
        found[f"copy-{style}"] = MEMBERS / (time.perf_counter() - started)
    for style in (*LEAST, "zip"):
        found[style] = MEMBERS / exporter.export(style)
    return found


def _claim(report: Report, turns: list[dict[str, float]], peak: dict[str, float]) -> None:
    report.figures = {"members": MEMBERS, "members_a_second": turns, "rss_mb": peak}
    for style, least in LEAST.items():
        # The faster of COPY's two formats is what both are held to.
        ratios = [turn[style] / max(turn["copy-csv"], turn["copy-text"]) for turn in turns]
        report.claim(f"export.{style}.of-copy", median(ratios), least, at_most=False)
    report.claim("export.rss-mb", peak["peak"], RSS_MB)


def _fill(app: Flask) -> None:
    numbers = f"generate_series(1, {MEMBERS}) AS n"
    tables = [Model.metadata.tables[name] for name in ("privacy_subjects", "accounts_members")]
    with app.app_context():
        engine = db.get_engine("write")
        Model.metadata.create_all(engine)
        create_tables(app)
        indexes = [index for table in tables for index in table.indexes]
        for index in indexes:
            index.drop(engine)
        with engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            for statement in (_SUBJECTS, _MEMBERS):
                connection.execute(sa.text(statement.format(numbers=numbers).replace(":", "\\:")))
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("SET statement_timeout = 0")
            for index in indexes:
                index.create(connection)
            connection.exec_driver_sql("VACUUM ANALYZE")
            connection.detach()


class Exporter:
    """The site's process; it is told what to do line by line."""

    def __init__(self, database_url: str, folder: Path) -> None:
        environment = {**os.environ, **sites.environment(database_url, folder)}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.support.exporter"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def __enter__(self) -> "Exporter":
        return self

    def __exit__(self, *_: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)

    def export(self, style: str) -> float:
        """Return the seconds that an export took."""
        found = self.ask(style)
        if found["members"] != MEMBERS:
            raise RuntimeError(f"exported {found['members']:.0f} of {MEMBERS} members")
        return found["seconds"]

    def ask(self, words: str) -> dict[str, float]:
        """Say something and return the answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(words + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("the exporting process ended")
        return {name: float(value) for name, value in (pair.split("=") for pair in answer.split())}
