"""The signed-in page of the shop (24 cards) and the page of one listing, against a hello-world.

Everything is on: session, CSRF token, CSP nonce, headers, limits, the viewer's row, prices for the viewer's country, and on
a listing's page what the viewer's own closet says to it.
"""

import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

from flask import Flask

from benchmarks.claims import Report
from benchmarks.support import load, market, pages, polls, server, sites
from benchmarks.support.polls import Crowd
from clozette.kernel.database import db
from clozette.kernel.paging import PAGE_SIZE

FEW, LISTINGS = 10, int(os.environ.get("CLOZETTE_BENCH_LISTINGS", "10000"))
SELLERS, READERS, CLOSET = 200, 40, 60
WORKERS, WARM = 2, 8
PAGES = int(os.environ.get("CLOZETTE_BENCH_PAGES", "2000"))
VISITED, NEW = 120, 2000
"""So many listings are opened over and over, each by one reader; and so many that nobody opened before."""
MOST_TIMES = {"list": 12, "item": 20}


def measure(report: Report) -> None:
    """Claim how many times a hello-world each costs, and that neither makes more statements where more is offered."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clozette-bench-")))
        environment = polls.environment(f"sqlite:///{folder / 'clozette.db'}", folder)
        app = sites.site(environment["CLOZETTE_DATABASE_URL"], folder)
        crowd, listings = _fill(report, app)
        hello = stack.enter_context(server.running(pages.HELLO, folder, workers=WORKERS))
        ours = stack.enter_context(
            server.running("clozette:create_app", folder, workers=WORKERS, factory=True, environment=environment)
        )
        addresses = [market.address(one) for one in listings]
        _compare(report, "list", hello, ours, crowd, ["/shop"])
        _compare(report, "item", hello, ours, crowd, addresses[-VISITED:])
        new = [_ask(crowd, turn, path) for turn, path in enumerate(addresses[:-VISITED][:NEW])]
        report.figures["item"]["page_for_the_first_time"] = pages.one_round(ours, new, len(new))


def _fill(report: Report, app: Flask) -> tuple[Crowd, list[int]]:
    """Fill a site in two steps, and count statements after each; return who reads and what is visited."""
    crowd = polls.gather(app, READERS + SELLERS)
    with app.app_context():
        sellers = crowd.members[READERS:]
        stalls = market.open_stalls(sellers, [f"acct_{number}" for number in range(SELLERS)])
        market.closet(list(crowd.members[:READERS]) * CLOSET)
        listings = market.offer(stalls, FEW)
        db.session.commit()
    before = _queries(app, crowd, listings)
    with app.app_context():
        listings += market.offer(stalls, LISTINGS - FEW, first=FEW)
        db.session.commit()
    market.settle(app)
    after = _queries(app, crowd, listings)
    report.figures["queries"] = {"few": before, "many": after}
    for name, number in after.items():
        report.claim(f"shop.{name}.queries-more-of-{LISTINGS}", number - before[name], 0)
    return crowd, listings


def _queries(app: Flask, crowd: Crowd, listings: list[int]) -> dict[str, int]:
    cookie = market.signed_in(crowd, 0)
    asked = {"list": "/shop", "item": market.address(listings[-1])}
    return {name: pages.queries(app, path, cookie) for name, path in asked.items()}


def _compare(
    report: Report, name: str, hello: server.Server, ours: server.Server, crowd: Crowd, addresses: list[str]
) -> None:
    turns = max(len(addresses), READERS)
    requests = [_ask(crowd, turn, addresses[turn % len(addresses)]) for turn in range(turns)]
    for _ in range(WARM):  # each opens new connections, which reach either worker
        load.send(ours.port, requests, 2 * len(requests))
    figures = pages.compare(hello, ours, requests, PAGES)
    page = pages.body(ours.port, addresses[0], market.signed_in(crowd, 0))
    report.figures[name] = {"workers": WORKERS, "page_bytes": len(page), **figures}
    report.claim(f"shop.{name}.cpu-times-hello", figures["cpu_times_hello"], MOST_TIMES[name])
    if name == "list":
        report.claim("shop.list.cards", pages.count(page, rb'<li class="card"'), PAGE_SIZE, at_most=False)


def _ask(crowd: Crowd, turn: int, path: str) -> bytes:
    return load.request(path, sites.HOST, market.signed_in(crowd, turn % READERS))
