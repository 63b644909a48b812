"""Votes on PostgreSQL with two workers: how fast over 16 kept connections against a hello-world on the same server, and
what becomes of a whole crowd that votes at the same moment.

Everything is on: session, form token, limits, eligibility, the notice's record. PostgreSQL keeps its promises (fsync on).
"""

import os
import resource
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from benchmarks.claims import Report, median, percentile
from benchmarks.support import load, polls, posts, server
from benchmarks.support.polls import Crowd, Poll
from clozette import create_app
from clozette.contests.drawing import verify_draw
from clozette.contests.planning.models import Contest
from clozette.contests.voting import files, freezing
from clozette.contests.voting.models import Vote, Voter
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.settings import Settings
from tests.support import postgres

MEMBERS = int(os.environ.get("CLOZETTE_BENCH_VOTERS", "2000"))
EACH = 5
ENTRIES = 50
WORKERS, CONNECTIONS = 2, 16
HELLOS = int(os.environ.get("CLOZETTE_BENCH_HELLOS", "4000"))
LEAST_SHARE = 0.05
MOST_SECONDS = 60
GIVEN = 303


def run() -> Report:
    """Measure."""
    report = Report()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, MEMBERS * 2 + 500)), hard))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clozette-bench-")))
        database = stack.enter_context(postgres.server(durable=True))
        given = polls.environment(database.url(database.create_database()), folder)
        app = create_app(Settings.from_environment(given))
        stack.callback(_close, app)
        crowd = polls.gather(app, MEMBERS)
        hello = stack.enter_context(server.running("benchmarks.support.hello:application", folder, workers=WORKERS))
        ours = stack.enter_context(
            server.running("clozette:create_app", folder, workers=WORKERS, factory=True, environment=given)
        )
        _rate(report, app, crowd, hello.port, ours.port)
        _all_at_once(report, app, crowd, ours.port)
    return report


def _rate(report: Report, app: Flask, crowd: Crowd, hello: int, ours: int) -> None:
    """Let everybody vote over few connections, in turns with the hello-world."""
    poll = polls.open_poll(app, "in-turn", ENTRIES, EACH)
    hellos, rates, answers = [], [], list[posts.Answer]()
    ask = load.request("/", "localhost")
    _warm(app, crowd, ours)
    for turn in range(EACH):
        seconds, _talks = posts.send(hello, [[ask] * (HELLOS // CONNECTIONS)] * CONNECTIONS)
        hellos.append(HELLOS // CONNECTIONS * CONNECTIONS / seconds)
        votes = [crowd.vote(one, poll, (one + turn) % ENTRIES) for one in range(MEMBERS)]
        seconds, talks = posts.send(ours, [votes[first::CONNECTIONS] for first in range(CONNECTIONS)])
        rates.append(MEMBERS / seconds)
        answers += [answer for talk in talks for answer in talk.answers]
    share = EACH / sum(1 / rate for rate in rates) / median(hellos)
    report.figures["in_turn"] = {"votes_a_second": rates, "hellos_a_second": hellos, **_times(answers)}
    report.claim("votes-share-of-hello", share, LEAST_SHARE, at_most=False)
    _judge(report, app, poll, answers, "in-turn")


def _warm(app: Flask, crowd: Crowd, port: int) -> None:
    """Let every worker have answered before, in another contest."""
    poll = polls.open_poll(app, "before", ENTRIES, EACH)
    votes = [crowd.vote(one, poll, turn) for one in range(min(MEMBERS, 200)) for turn in (0, 1)]
    posts.send(port, [votes[first::CONNECTIONS] for first in range(CONNECTIONS)])


def _all_at_once(report: Report, app: Flask, crowd: Crowd, port: int) -> None:
    """Let the whole crowd vote at the same moment, a connection each, and everybody press the first button twice."""
    poll = polls.open_poll(app, "at-once", ENTRIES, EACH)
    presses = [0, *range(EACH)]
    queues = [[crowd.vote(one, poll, (one + turn) % ENTRIES) for turn in presses] for one in range(MEMBERS)]
    seconds, talks = posts.send(port, queues)
    answers = [answer for talk in talks for answer in talk.answers]
    slowest = max(answer.seconds for answer in answers)
    report.figures["at_once"] = {"seconds": seconds, "requests": len(answers), **_times(answers)}
    report.claim("votes-at-once-slowest-answer-seconds", slowest, MOST_SECONDS)
    _judge(report, app, poll, answers, "at-once")


def _judge(report: Report, app: Flask, poll: Poll, answers: list[posts.Answer], name: str) -> None:
    """Claim that everybody was answered well, that each vote is there once, and that the list says the same."""
    polls.close_poll(app, poll)
    with app.app_context():
        rows = db.session.execute(sa.select(Vote.voter_id, Vote.entry_id).where(Vote.contest_id == poll.contest_id))
        kept = Counter(tuple(row) for row in rows)
        used = db.session.scalar(sa.select(sa.func.sum(Voter.used)).where(Voter.contest_id == poll.contest_id))
        freezing.freeze(poll.contest_id, now=clock.now())
        db.session.commit()
        document = files.document(db.session.get_one(Contest, poll.contest_id))
    wrong = [what for state, what in verify_draw.check(document).lines if state == "WRONG"]
    print(*wrong, sep="\n", file=sys.stderr)
    total, expected = sum(document["totals"].values()), MEMBERS * EACH
    report.claim(f"votes-{name}-not-taken", sum(answer.status != GIVEN for answer in answers), 0)
    report.claim(f"votes-{name}-doubles", sum(count > 1 for count in kept.values()), 0)
    report.claim(f"votes-{name}-lost", expected - len(kept), 0)
    report.claim(
        f"votes-{name}-totals-off-the-list", abs(total - expected) + abs(int(used or 0) - expected) + len(wrong), 0
    )


def _times(answers: list[posts.Answer]) -> dict[str, object]:
    seconds = [answer.seconds for answer in answers]
    statuses = Counter(str(answer.status) for answer in answers)
    return {"p50_s": median(seconds), "p99_s": percentile(seconds, 0.99), "answers": dict(statuses)}


def _close(app: Flask) -> None:
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()
