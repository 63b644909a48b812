"""A whole checkout against a hello-world: into the cart, the cart, the address form, Buy, the way to the payment page, the
webhooks of the payment, the way back, and the order.

The site is real: it asks the sandbox's payment service over TLS by Stripe's own client. The processor time is the web
server's; the sandbox's is not in it, and neither is the worker's, whose tasks are done between the webhooks and the way back
(what they use is among the figures).
"""

import http.client
import os
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from benchmarks.claims import Report, median
from benchmarks.support import load, market, pages, polls, server, sites
from benchmarks.support.shopping import Answer, Shopper, ref_of
from clozette import create_app
from clozette.kernel import tasks
from clozette.kernel.database import db
from clozette.sandbox.stripe.posting import SECRET, enabled, post_all
from clozette.settings import Settings
from clozette.shop.orders.models import Order
from tests.support import stripe_sandbox
from tests.support.stripe_sandbox import Sandbox

SELLERS, STOCK = 8, 9999
WORKERS, AT_ONCE = 2, load.CONNECTIONS
CHECKOUTS = int(os.environ.get("CLOZETTE_BENCH_CHECKOUTS", "120"))
MOST_TIMES = 80
TASKS = "tasks of the worker"


@dataclass
class Checkout:
    """One that is under way."""

    bea: Shopper
    stall: int
    form: dict[str, str] = field(default_factory=dict)
    ref: str = ""
    page: str = ""


@dataclass
class Mall:
    """A site with a payment service beside it, and people who buy."""

    app: Flask
    sandbox: Sandbox
    shoppers: list[Shopper]
    stalls: Sequence[market.Stall]
    listings: Sequence[int]
    port: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    lines: threading.local = field(default_factory=threading.local)

    def put(self, one: Checkout) -> None:
        """Put something into the cart."""
        self._count(one.bea.put(self.listings[one.stall]), "put")

    def cart(self, one: Checkout) -> None:
        """Be led to the cart."""
        self._count(one.bea.get("/cart?put=1"), "cart")

    def form(self, one: Checkout) -> None:
        """Open the address form."""
        one.form = one.bea.form(self.stalls[one.stall].seller_id)
        self._count(Answer(200), "form")

    def press(self, one: Checkout) -> None:
        """Press Buy."""
        answer = one.bea.press(one.form)
        self._count(answer, "press")
        one.ref = ref_of(answer.location)

    def lead(self, one: Checkout) -> None:
        """Be led to the payment page."""
        answer = one.bea.get(f"/checkout/pay/{one.ref}")
        self._count(answer, "lead")
        one.page = ref_of(answer.location)

    def pay(self, one: Checkout) -> None:
        """Pay; the webhooks that our endpoints are set up for come at once, one of them twice."""
        self.sandbox.pay(one.page)

    def back(self, one: Checkout) -> None:
        """Come back to the site."""
        self._count(one.bea.get(f"/checkout/return?order={one.ref}"), "back")

    def order(self, one: Checkout) -> None:
        """Look at the order."""
        self._count(one.bea.get(f"/orders/{one.ref}"), "order")

    def hear(self, body: bytes, headers: dict[str, str]) -> None:
        """Bring a webhook to the site, by a line that its proxy keeps open, as it does for buyers."""
        line = getattr(self.lines, "one", None)
        if line is None:
            line = self.lines.one = http.client.HTTPConnection("127.0.0.1", self.port)
        line.request("POST", "/webhooks/stripe", body, {"Host": sites.HOST, "X-Forwarded-Proto": "https", **headers})
        answer = line.getresponse()
        answer.read()
        self._count(Answer(answer.status), "webhook")

    def _count(self, answer: Answer, what: str) -> None:
        self.statuses[f"{what} {answer.status}"] += 1


Step = Callable[[Checkout], None]


def measure(report: Report) -> None:
    """Claim how many times a hello-world it costs, and that everybody paid."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clozette-bench-")))
        (folder / "certs").mkdir()
        sandbox = stack.enter_context(stripe_sandbox.running(folder / "certs"))
        environment = environment_of(f"sqlite:///{folder / 'clozette.db'}", folder, sandbox)
        mall = open_mall(create_app(Settings.from_environment(environment)), sandbox)
        hello = stack.enter_context(server.running(pages.HELLO, folder, workers=WORKERS))
        ours = stack.enter_context(
            server.running("clozette:create_app", folder, workers=WORKERS, factory=True, environment=environment)
        )
        mall.port = ours.port
        sandbox.books.tell = lambda events: post_all(mall.hear, enabled(events))
        report.figures["checkout"] = figures = _compare(mall, hello, ours)
    report.claim("shop.checkout.cpu-times-hello", figures["cpu_times_hello"], MOST_TIMES)
    report.claim("shop.checkout.not-paid", figures["not_paid"], 0)


def environment_of(url: str, folder: Path, sandbox: Sandbox) -> dict[str, str]:
    """Return the settings of a site that is paid through the sandbox."""
    paid = {"STRIPE_SECRET_KEY": stripe_sandbox.KEY, "STRIPE_WEBHOOK_SECRET": SECRET, "STRIPE_API_BASE": sandbox.base}
    return polls.environment(url, folder) | {f"CLOZETTE_{name}": value for name, value in paid.items()}


def open_mall(app: Flask, sandbox: Sandbox) -> Mall:
    """Fill a site with sellers whom the payment service knows, and with buyers."""
    crowd = polls.gather(app, SELLERS + CHECKOUTS)
    tasks.create_tables(app)
    known = {"livemode": False, "identity": {"country": "de"}, "_merchant": True, "_wants": [], "_payouts": "manual"}
    accounts = [sandbox.books.add("acct", "v2.core.account", **known)["id"] for _ in range(SELLERS)]
    with app.app_context():
        stalls = market.open_stalls(crowd.members[:SELLERS], accounts)
        listings = market.offer(stalls, SELLERS, stock=STOCK)
        db.session.commit()
    mall = Mall(app, sandbox, [], stalls, listings)
    connect = lambda: http.client.HTTPConnection("127.0.0.1", mall.port)  # noqa: E731
    mall.shoppers = [Shopper(crowd, one, connect) for one in range(SELLERS, SELLERS + CHECKOUTS)]
    return mall


def _compare(mall: Mall, hello: server.Server, ours: server.Server) -> dict[str, Any]:
    ask_hello = [load.request("/", "localhost")]
    load.send(hello.port, ask_hello, pages.HELLOS // 4)
    _round(mall, ours)  # every worker has loaded what it needs
    mall.statuses.clear()
    hellos, rounds = [], []
    for _ in range(pages.ROUNDS):
        hellos.append(pages.one_round(hello, ask_hello, pages.HELLOS)["cpu_ms"])
        rounds.append(_round(mall, ours))
    costs = [sum(used.values()) - used[TASKS] for used in rounds]
    times = [ours / one for ours, one in zip(costs, hellos, strict=True)]
    with mall.app.app_context():
        not_paid = db.session.scalar(sa.select(sa.func.count()).where(Order.paid_at.is_(None)))
    return {
        "cpu_times_hello": median(times),
        "cpu_times_hello_by_round": times,
        "hello_cpu_ms": median(hellos),
        "cpu_ms": median(costs),
        "cpu_ms_of": {name: median([used[name] for used in rounds]) for name in rounds[0]},
        "requests_of_one": mall.statuses.total() / CHECKOUTS / pages.ROUNDS,
        "answers": dict(mall.statuses),
        "not_paid": not_paid or 0,
    }


def _round(mall: Mall, ours: server.Server) -> dict[str, float]:
    """Let people buy, all of them one step and then the next; return the milliseconds that each step took for one of them."""
    checkouts = [Checkout(bea, number % SELLERS) for number, bea in enumerate(mall.shoppers)]
    used: dict[str, float] = {}
    for step in (mall.put, mall.cart, mall.form, mall.press, mall.lead, mall.pay):
        used[step.__name__] = _step(ours, step, checkouts)
    since = time.thread_time()
    tasks.drain(mall.app, limit=CHECKOUTS * 20)
    used[TASKS] = (time.thread_time() - since) * 1000 / CHECKOUTS
    for step in (mall.back, mall.order):
        used[step.__name__] = _step(ours, step, checkouts)
    return used


def _step(ours: server.Server, step: Step, checkouts: Sequence[Checkout]) -> float:
    before = ours.cpu_seconds()
    _together(step, checkouts)
    return (ours.cpu_seconds() - before) * 1000 / CHECKOUTS


def _together(step: Step, checkouts: Sequence[Checkout]) -> None:
    """Do a step of every checkout, some of them at once."""

    def run(first: int) -> None:
        try:
            for one in checkouts[first::AT_ONCE]:
                step(one)
        except Exception as error:  # noqa: BLE001 - told by the main thread
            wrong.append(error)

    wrong: list[Exception] = []
    threads = [threading.Thread(target=run, args=(first,)) for first in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise wrong[0]
