"""Pages against a hello-world: same server, same number of workers, turn by turn; and how many statements a page makes.

Processor time is what the server's processes used, the client's is not in it.
"""

import os
import re
from http.client import HTTPConnection
from typing import Any

import sqlalchemy as sa
from flask import Flask

from benchmarks.claims import median, percentile
from benchmarks.support import load, server, sites
from clozette.kernel.database import db

ROUNDS = int(os.environ.get("CLOZETTE_BENCH_ROUNDS", "7"))
HELLOS = 6000
HELLO = "benchmarks.support.hello:application"


def compare(hello: server.Server, ours: server.Server, requests: list[bytes], number: int) -> dict[str, Any]:
    """Return what a page costs beside a hello-world; ``number`` requests a round, and half as many to warm up."""
    ask_hello = [load.request("/", "localhost")]
    load.send(hello.port, ask_hello, HELLOS // 4)
    load.send(ours.port, requests, number // 2)  # every worker has made what it keeps
    rounds: dict[str, list[dict[str, float]]] = {"hello": [], "page": []}
    for _ in range(ROUNDS):
        rounds["hello"].append(one_round(hello, ask_hello, HELLOS))
        rounds["page"].append(one_round(ours, requests, number))
    times = [page["cpu_ms"] / one["cpu_ms"] for page, one in zip(rounds["page"], rounds["hello"], strict=True)]
    return {
        "cpu_times_hello": median(times),
        "cpu_times_hello_by_round": times,
        **{name: {key: median([one[key] for one in found]) for key in found[0]} for name, found in rounds.items()},
    }


def one_round(one: server.Server, requests: list[bytes], number: int) -> dict[str, float]:
    """Send so many requests and return what each cost."""
    before = one.cpu_seconds()
    done = load.send(one.port, requests, number)
    used = one.cpu_seconds() - before
    return {
        "cpu_ms": used * 1000 / len(done.milliseconds),
        "requests_per_second": done.rate,
        "p50_ms": median(done.milliseconds),
        "p99_ms": percentile(done.milliseconds, 0.99),
    }


def queries(app: Flask, path: str, cookie: str) -> int:
    """Count the statements of one page, the viewer's included; BEGIN is none. It was asked for once before."""
    statements: list[str] = []
    client = app.test_client(use_cookies=False)
    asked: dict[str, Any] = {"base_url": f"https://{sites.HOST}", "headers": {"Cookie": cookie}}
    client.get(path, **asked)

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    with app.app_context():
        engine = db.get_engine("default")
    sa.event.listen(engine, "before_cursor_execute", note)
    answer = client.get(path, **asked)
    sa.event.remove(engine, "before_cursor_execute", note)
    assert answer.status_code == 200, answer.status_code
    return len(statements)


def cookie_of(app: Flask, token: str) -> str:
    """Return the cookie of a browser that signed in."""
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps({'sid': token, 'csrf_token': 'a' * 40})}"


def body(port: int, path: str, cookie: str) -> bytes:
    """Return a page as it goes out."""
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("GET", path, headers={"Host": sites.HOST, "Cookie": cookie})
    return connection.getresponse().read()


def count(page: bytes, pattern: bytes) -> int:
    """Return how often something is on a page."""
    return len(re.findall(pattern, page))
