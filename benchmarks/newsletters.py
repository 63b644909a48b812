"""Newsletters to many: queueing a million, and sending a hundred thousand to postfix's smtp-sink on this machine.

Two worker processes, as ``clozette worker`` runs them, against a bare loop in as many processes that hands one finished
letter over and over to the same server on the same number of connections, in plain dialogue. All go in turns. A loop
with the engine's own pipelining client is measured beside it, as a figure without a target: how much of the client's
speed the database, the rendering and the signing leave. PostgreSQL keeps its promises (fsync on).
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from benchmarks.claims import Report, median
from benchmarks.support import letters, smtp_sink
from clozette import create_app
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ports.bulk_mail import Letter, SmtpPost
from clozette.newsletters.campaigns.models import Compiled
from clozette.newsletters.sending import keyring, snapshot
from clozette.newsletters.sending.message import Press, Template
from clozette.newsletters.sending.values import Recipient
from clozette.settings import ROOT, Settings
from tests.support import postgres, processes

READERS = int(os.environ.get("CLOZETTE_BENCH_READERS", "100000"))
QUEUED = int(os.environ.get("CLOZETTE_BENCH_QUEUED", "1000000"))
TURNS = int(os.environ.get("CLOZETTE_BENCH_TURNS", "2"))
WORKERS, CONNECTIONS = 2, 200
BARE_SECONDS = 6.0
QUEUE_SECONDS = 60
GROWTH_MB = 32
LEAST = {"plain": 0.4, "dkim": 0.2}
_TUNED = ("shared_buffers=512MB", "max_wal_size=4GB")


def run() -> Report:
    """Measure."""
    report = Report()
    try:
        smtp_sink.binary()
    except smtp_sink.NotThere as error:
        print(f"SKIPPED: {error}", file=sys.stderr)
        report.claim("newsletters-smtp-sink-there", 0, 1, at_most=False)
        return report
    with (
        postgres.server(durable=True, settings=_TUNED) as server,
        tempfile.TemporaryDirectory(prefix="clozette-bench-") as name,
    ):
        if QUEUED:
            _queue(server, Path(name), report)
        _send(server, Path(name), report)
    return report


def _queue(server: postgres.Server, folder: Path, report: Report) -> None:
    """How long it takes to write down who gets it."""
    app, newsletter_id = _site(server, folder / "queue", 9, key=None, readers=QUEUED)
    campaign_id = letters.start_campaign(app, newsletter_id)
    with app.app_context():
        started = time.perf_counter()
        while snapshot.fill(campaign_id, clock.now()):
            db.session.commit()
        took = time.perf_counter() - started
        count = db.session.scalar(sa.text("SELECT count(*) FROM newsletters_sendings WHERE state = 'queued'"))
    _close(app)
    assert count == QUEUED, count
    report.figures["queued"] = {"readers": QUEUED, "seconds": took}
    report.claim("newsletters-million-queued-seconds", took * 1_000_000 / QUEUED, QUEUE_SECONDS)


def _send(server: postgres.Server, folder: Path, report: Report) -> None:
    with smtp_sink.sink(folder / "sink.log") as port:
        for kind, least in LEAST.items():
            key = letters.write_key(folder / "dkim.pem") if kind == "dkim" else None
            app, newsletter_id = _site(server, folder / kind, port, key=key, readers=READERS)
            rates, bares, pipelined, growth, size = [], [], [], [], 0
            for _ in range(TURNS):
                campaign_id = letters.start_campaign(app, newsletter_id)
                _fill_queue(app, campaign_id)
                sample = _sample(app, campaign_id)
                size = len(sample.data)
                bares.append(_bare("benchmarks.support.plain_dialogue", port, sample, folder))
                pipelined.append(_bare("benchmarks.newsletters", port, sample, folder))
                rate, grown = _workers(app, server, folder / kind, port, key, campaign_id)
                rates.append(rate)
                growth.append(grown)
            _close(app)
            share = median(rates) / median(bares)
            report.figures[kind] = {
                "mails_a_second": rates,
                "bare_mails_a_second": bares,
                "pipelined_bare_mails_a_second": pipelined,
                "letter_bytes": size,
                "share": share,
                "share_of_pipelined": median(rates) / median(pipelined),
                "grown_mb": growth,
            }
            report.claim(f"newsletters-{kind}-share-of-bare-loop", share, least, at_most=False)
            report.claim(f"newsletters-{kind}-memory-growth-mb", max(growth), GROWTH_MB)


def _site(server: postgres.Server, folder: Path, port: int, *, key: Path | None, readers: int) -> tuple[Flask, int]:
    folder.mkdir()
    url = server.url(server.create_database())
    given = letters.environment(url, folder, port, key=key, connections=CONNECTIONS)
    app = create_app(Settings.from_environment(given))
    app.extensions["bench_environment"] = given
    return app, letters.fill(app, readers)


def _fill_queue(app: Flask, campaign_id: int) -> None:
    with app.app_context():
        while snapshot.fill(campaign_id, clock.now()):
            db.session.commit()
        db.session.execute(sa.text("UPDATE newsletters_campaigns SET state = 'paused' WHERE state = 'running'"))
        db.session.commit()


def _sample(app: Flask, campaign_id: int) -> Letter:
    settings: Settings = app.extensions["clozette.settings"]
    with app.app_context():
        kept = db.session.get_one(Compiled, (campaign_id, ""))
        press = Press(Template.from_json(kept.template), campaign_id, settings, keyring.signer(settings))
        return press.letter(Recipient(1, 1, 1, "reader@mail1.test", "Ada", "Mode", "en"), {}, clock.now())


def _workers(
    app: Flask, server: postgres.Server, folder: Path, port: int, key: Path | None, campaign_id: int
) -> tuple[float, float]:
    """Let real workers send everything; return mails a second and by how many MB the larger one grew meanwhile."""
    running = []
    for number in range(WORKERS):
        given = {**os.environ, **app.extensions["bench_environment"], "CLOZETTE_WORKER_ID": f"bench-{number}"}
        command = [sys.executable, "-m", "clozette", "worker"]
        running.append(processes.start(command, folder / "worker.log", env=given, cwd=ROOT))
    try:
        return _watched(app, campaign_id, [one.pid for one in running])
    finally:
        for one in running:
            processes.stop(one)


def _watched(app: Flask, campaign_id: int, pids: list[int]) -> tuple[float, float]:
    engine = _engine(app)
    state = sa.text("SELECT sent, state FROM newsletters_campaigns WHERE id = :id")
    beating = sa.text("SELECT count(*) FROM newsletters_senders WHERE beats > 1 AND seen_at > now() - interval '5 s'")
    _wait(lambda: _scalar(engine, beating) == WORKERS, 60)
    with engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE newsletters_campaigns SET state = 'running' WHERE id = :id"), {"id": campaign_id}
        )
    started, early = time.perf_counter(), 0.0
    while True:
        time.sleep(0.1)
        with engine.connect() as connection:
            sent, now = connection.execute(state, {"id": campaign_id}).one()
        if not early and sent > READERS / 10:
            early = max(_memory(pid) for pid in pids)
        if now != "running" or time.perf_counter() - started > 900:
            break
    took = time.perf_counter() - started
    assert (sent, now) == (READERS, "finished"), (sent, now)
    return READERS / took, max(_memory(pid) for pid in pids) - early


def _bare(loop: str, port: int, letter: Letter, folder: Path) -> float:
    """Let processes of that module hand the same letter over and over; mails a second of all together."""
    file = folder / "letter.json"
    file.write_text(json.dumps([letter.sender, letter.recipient, letter.data.decode("ascii")]))
    command = [sys.executable, "-m", loop, str(port), str(file), str(CONNECTIONS // WORKERS), str(BARE_SECONDS)]
    started = [
        subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
        for _ in range(WORKERS)
    ]
    return sum(float(one.communicate()[0]) for one in started)


def pipelining_loop(port: int, file: Path, connections: int, seconds: float) -> float:
    """One process of the loop with the engine's own client."""
    sender, recipient, data = json.loads(file.read_text())
    letter = Letter(sender, recipient, data.encode("ascii"))
    pool = SmtpPost(f"smtp://127.0.0.1:{port}", "news@bench.test", "bench.test").pool(connections)
    assert pool.ready(connections) == connections
    sent, key = 0, 0
    started = time.perf_counter()
    while time.perf_counter() - started < seconds:
        for _ in range(pool.ready(connections)):
            key += 1
            pool.submit(key, letter)
        sent += sum(outcome.is_accepted for _, outcome in pool.collect(1.0))
    rate = sent / (time.perf_counter() - started)
    pool.close()
    return rate


def _memory(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def _engine(app: Flask) -> sa.Engine:
    with app.app_context():
        return db.get_engine("write")


def _scalar(engine: sa.Engine, statement: Any) -> Any:
    with engine.connect() as connection:
        return connection.scalar(statement)


def _wait(until: Any, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not until():
        if time.monotonic() > end:
            raise TimeoutError
        threading.Event().wait(0.1)


def _close(app: Flask) -> None:
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


if __name__ == "__main__":
    print(pipelining_loop(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))
