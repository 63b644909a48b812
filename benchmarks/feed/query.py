"""The feed's query from ten thousand to two million looks, on SQLite and PostgreSQL, turn by turn.

Each case has readers who follow so many members of one kind. In every turn one reader of each case asks each database
for the first page, and for a page further down. What is timed is all that a request does to have its rows: borrow a
connection, begin, ask, read the rows, end, give the connection back.

A database knows as many members as fifty looks each make: ten thousand looks are two hundred members. Who follows two
hundred there follows everybody, and nobody can follow two thousand. The claim of a median that hardly grows is therefore
made for readers who follow as ordinary members do and for those who follow ten; wide follows are held to a p99 in
milliseconds. Every ratio is in the figures all the same.
"""

import os
import random
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, g

from benchmarks.claims import Report, median, percentile
from benchmarks.feed.community import CASES, Community
from benchmarks.feed.filling import fill
from benchmarks.support import sites
from clozette.kernel import database
from clozette.kernel.paging import Page
from clozette.kernel.viewer import Viewer
from clozette.looks import feed
from tests.support import postgres

SIZES = (10_000, 100_000, 2_000_000)
TURNS = 500
WARMING = 40
MEDIAN_AT_MOST = 1.5
P99_AT_MOST = 3
WIDE = 200
WIDE_P99_MS = 25
"""For members who follow so many that the smallest community has no more than that."""
DEEP = 40
"""How many first pages of time further down the later page lies."""

Times = dict[tuple[str, str, int], list[float]]


@dataclass
class Filled:
    """A site of one size and who reads there."""

    app: Flask
    looks: int
    readers: dict[str, list[int]]


def measure(report: Report) -> None:
    """Claim the ratio of the largest to the smallest on each database."""
    communities = [Community(looks) for looks in SIZES]
    with tempfile.TemporaryDirectory(prefix="clozette-bench-") as name:
        folder = Path(name)
        filled = [_sqlite(folder / str(one.looks), one) for one in communities]
        _claim(report, "sqlite", _run(filled))
    with (
        postgres.server(settings=(f"shared_buffers={_quarter_of_memory()}", "maintenance_work_mem=256MB")) as server,
        tempfile.TemporaryDirectory(prefix="clozette-bench-") as name,
    ):
        filled = [_postgres(server, Path(name) / str(one.looks), one) for one in communities]
        _claim(report, "postgresql", _run(filled))


def _sqlite(folder: Path, community: Community) -> Filled:
    app = sites.site(f"sqlite:///{folder / 'clozette.db'}", folder)
    fill(app, community)
    return Filled(app, community.looks, community.readers)


def _postgres(server: postgres.Server, folder: Path, community: Community) -> Filled:
    app = sites.site(server.url(server.create_database()), folder)
    fill(app, community)
    return Filled(app, community.looks, community.readers)


def _run(filled: list[Filled]) -> Times:
    """Ask in turns, the sizes in another order each time."""
    times: Times = {}
    chance = random.Random(7)
    for turn in range(WARMING + TURNS):
        for case in CASES:
            for one in chance.sample(filled, len(filled)):
                asked = _ask(one, chance.choice(one.readers[case.name]))
                if turn >= WARMING:
                    for page, milliseconds in asked.items():
                        times.setdefault((case.name, page, one.looks), []).append(milliseconds)
    return times


def _ask(one: Filled, reader: int) -> dict[str, float]:
    """Ask for the first page and one further down, each as a request of its own would."""
    with one.app.app_context():
        g.reading_only = True
        viewer = Viewer(member_id=reader, is_confirmed=True)
        first, page = _timed(viewer, None)
        asked = {"first": first}
        if page.items:
            newest, oldest = page.items[0].feed_key, page.items[-1].feed_key
            asked["later"], _ = _timed(viewer, max(oldest - DEEP * (newest - oldest), 1))
        return asked


def _timed(viewer: Viewer, after: int | None) -> tuple[float, Page[feed.FeedRow]]:
    started = time.perf_counter()
    page = feed.page(viewer, after)
    database.release()
    return (time.perf_counter() - started) * 1000, page


def _claim(report: Report, engine: str, times: Times) -> None:
    figures: dict[str, Any] = report.figures.setdefault("query", {}).setdefault(engine, {})
    for (asked, page, looks), found in sorted(times.items()):
        each = figures.setdefault(asked, {}).setdefault(page, {})
        each[str(looks)] = {"p50_ms": median(found), "p99_ms": percentile(found, 0.99), "runs": len(found)}
    for case in CASES:
        small, large = times[case.name, "first", SIZES[0]], times[case.name, "first", SIZES[-1]]
        ratios = median(large) / median(small), percentile(large, 0.99) / percentile(small, 0.99)
        figures[case.name]["first"]["compared"] = {"median_times": ratios[0], "p99_times": ratios[1]}
        name = f"feed.query.{engine}.{case.name}"
        if case.follows is not None and case.follows >= WIDE:
            report.claim(f"{name}.p99-ms", percentile(large, 0.99), WIDE_P99_MS)
            continue
        report.claim(f"{name}.median-times", ratios[0], MEDIAN_AT_MOST)
        report.claim(f"{name}.p99-times", ratios[1], P99_AT_MOST)


def _quarter_of_memory() -> str:
    """Return what PostgreSQL's manual advises for ``shared_buffers`` on a machine of its own."""
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return f"{pages * size // 4 // 2**20}MB"
