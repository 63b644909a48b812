"""The signed-in feed page of 24 looks against a hello-world: same server, same number of workers, turn by turn.

Everything is on: session, CSRF token, CSP nonce, headers, limits, the viewer's row. Processor time is what the server's
processes used, the client's is not in it.
"""

import re
import tempfile
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from benchmarks.claims import Report, median, percentile
from benchmarks.feed.community import Community
from benchmarks.feed.filling import fill
from benchmarks.support import load, server, sites
from clozette.kernel.database import db
from clozette.kernel.paging import PAGE_SIZE

LOOKS = 10_000
WORKERS = 2
ROUNDS = 7
HELLOS = 6000
PAGES = 3000
READERS = 40
MOST_TIMES = 10
MOST_QUERIES = 6


def measure(report: Report) -> None:
    """Claim how many times a hello-world the page costs, and how many queries it makes."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clozette-bench-")))
        url = f"sqlite:///{folder / 'clozette.db'}"
        app = sites.site(url, folder)
        community = Community(LOOKS)
        tokens = fill(app, community)
        cookies = [_cookie(app, tokens[reader]) for reader in community.readers["200"][:READERS]]
        report.claim("feed.page.queries", _queries(app, cookies[0]), MOST_QUERIES)
        hello = stack.enter_context(server.running("benchmarks.support.hello:application", folder, workers=WORKERS))
        environment = sites.environment(url, folder)
        ours = stack.enter_context(
            server.running("clozette:create_app", folder, workers=WORKERS, factory=True, environment=environment)
        )
        report.figures["page"] = figures = _compare(hello, ours, cookies)
    report.claim("feed.page.cpu-times-hello", figures["cpu_times_hello"], MOST_TIMES)
    report.claim("feed.page.looks", figures["looks_on_page"], PAGE_SIZE, at_most=False)


def _compare(hello: server.Server, ours: server.Server, cookies: list[str]) -> dict[str, Any]:
    ask_hello = [load.request("/", "localhost")]
    ask_feed = [load.request("/feed", sites.HOST, cookie) for cookie in cookies]
    load.send(hello.port, ask_hello, HELLOS // 4)
    load.send(ours.port, ask_feed, PAGES // 2)  # every worker has made its cards
    rounds: dict[str, list[Any]] = {"hello": [], "feed": []}
    for _ in range(ROUNDS):
        rounds["hello"].append(_round(hello, ask_hello, HELLOS))
        rounds["feed"].append(_round(ours, ask_feed, PAGES))
    body = _body(ours.port, cookies[0])
    times = [feed["cpu_ms"] / one["cpu_ms"] for feed, one in zip(rounds["feed"], rounds["hello"], strict=True)]
    return {
        "workers": WORKERS,
        "looks_on_page": len(re.findall(rb'<li class="card look"', body)),
        "page_bytes": len(body),
        "cpu_times_hello": median(times),
        "cpu_times_hello_by_round": times,
        **{name: {key: median([one[key] for one in found]) for key in found[0]} for name, found in rounds.items()},
    }


def _round(one: server.Server, requests: list[bytes], number: int) -> dict[str, float]:
    before = one.cpu_seconds()
    done = load.send(one.port, requests, number)
    used = one.cpu_seconds() - before
    return {
        "cpu_ms": used * 1000 / len(done.milliseconds),
        "requests_per_second": done.rate,
        "p50_ms": median(done.milliseconds),
        "p99_ms": percentile(done.milliseconds, 0.99),
    }


def _queries(app: Flask, cookie: str) -> int:
    """Count the statements of one page, the viewer's included; BEGIN is none."""
    statements: list[str] = []
    client = app.test_client(use_cookies=False)
    headers = {"Cookie": cookie}
    client.get("/feed", base_url=f"https://{sites.HOST}", headers=headers)

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    with app.app_context():
        engine = db.get_engine("default")
    sa.event.listen(engine, "before_cursor_execute", note)
    answer = client.get("/feed", base_url=f"https://{sites.HOST}", headers=headers)
    sa.event.remove(engine, "before_cursor_execute", note)
    assert answer.status_code == 200, answer.status_code
    return len(statements)


def _cookie(app: Flask, token: str) -> str:
    """Return the cookie of a browser that signed in."""
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps({'sid': token, 'csrf_token': 'a' * 40})}"


def _body(port: int, cookie: str) -> bytes:
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/feed", headers={"Host": sites.HOST, "Cookie": cookie})
    return connection.getresponse().read()
