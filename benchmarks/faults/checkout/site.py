"""The site under trial: web workers over TLS, a worker, a payment service beside them, and people who want the same things."""

import http.client
import logging
import os
import random
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
import trustme
from flask import Flask

from benchmarks.claims import Report
from benchmarks.faults.core import _kill
from benchmarks.shop.checkout import environment_of
from benchmarks.support import market, polls
from benchmarks.support.shopping import Shopper
from clozette import create_app
from clozette.kernel import tasks
from clozette.kernel.database import db
from clozette.privacy.ledger import audit
from clozette.sandbox.stripe.posting import poster
from clozette.settings import ROOT, Settings
from clozette.shop.ledger import queries as books
from clozette.shop.listings.models import Listing
from clozette.shop.orders.models import Order
from clozette.shop.payments.models import Payment
from tests.support import processes
from tests.support.stripe_sandbox import Sandbox

SEED = 20261123
BUYERS = int(os.environ.get("CLOZETTE_FAULTS_BUYERS", "500"))
SETTLE_SECONDS = 90
PATIENCE = 40
PROCESSES = ("web", "worker")
HARM_WITHIN = 0.6
"""A process that is to be killed lives so many seconds of a story at most."""
Found = TypeVar("Found")


class Site:
    """All of it. ``found`` counts what must not be, ``sold`` the orders that there must be."""

    def __init__(self, name: str, url: str, folder: Path, sandbox: Sandbox) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.name, self.folder, self.sandbox, self.random = name, folder, sandbox, random.Random(SEED)
        self.port = processes.free_port()
        self.origin = f"https://localhost:{self.port}"
        self.authority = _certify(folder)
        ours = {"CLOZETTE_BASE_URL": self.origin, "CLOZETTE_TRUSTED_PROXIES": "0", "CLOZETTE_WORKER_ID": "faults"}
        self.environment = environment_of(url, folder, sandbox) | ours
        self.app: Flask = create_app(Settings.from_environment(self.environment))
        self.crowd = polls.gather(self.app, BUYERS + 1)
        tasks.create_tables(self.app)
        known = {
            "livemode": False,
            "identity": {"country": "de"},
            "_merchant": True,
            "_wants": [],
            "_payouts": "manual",
        }
        account = sandbox.books.add("acct", "v2.core.account", **known)
        self.stall = self.again(lambda: market.open_stalls(self.crowd.members[:1], [account["id"]])[0])
        self.context = ssl.create_default_context(cafile=str(self.authority))
        self.found: Counter[str] = Counter()
        self.kills: Counter[str] = Counter()
        self.sold: list[int] = []
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        for process in PROCESSES:
            self._start(process)

    def piece(self) -> int:
        """Offer one more piece, the only one of its kind; return the listing's id."""
        listing_id = self.again(lambda: market.offer([self.stall], 1, first=len(self.sold))[0])
        self.sold.append(listing_id)
        return listing_id

    def shopper(self, one: int) -> Shopper:
        """Return the browser of one of the crowd; the first sells."""
        return Shopper(self.crowd, one, self.connect, self.origin)

    def connect(self) -> http.client.HTTPConnection:
        """Return a way to the site."""
        return http.client.HTTPSConnection("localhost", self.port, timeout=PATIENCE, context=self.context)

    def tell(self, told: bool = True) -> None:
        """Let webhooks go to the site, or nowhere."""
        self.sandbox.books.tell = poster(f"{self.origin}/webhooks/stripe") if told else lambda _events: None

    def again(self, deed: Callable[[], Found]) -> Found:
        """Do something of the experiment's own in a transaction."""
        with self.app.app_context():
            done = deed()
            db.session.commit()
            return done

    def until(self, is_so: Callable[[], Any], seconds: float = SETTLE_SECONDS) -> bool:
        """Wait until something is so; say whether it came to that."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.again(is_so):
                return True
            time.sleep(0.1)
        return False

    def harm(self, victim: str, story: Callable[[], None]) -> None:
        """Kill a process at some moment of a story, and start it again.

        The story runs in a thread of its own: what a thread has started dies with it.
        """
        wrong: list[Exception] = []

        def tell() -> None:
            try:
                story()
            except Exception as error:  # noqa: BLE001 - raised again below
                wrong.append(error)

        told = threading.Thread(target=tell)
        told.start()
        time.sleep(self.random.uniform(0, HARM_WITHIN))
        self.kills[victim] += 1
        _kill(self.running[victim])
        self._start(victim)
        told.join()
        if wrong:
            raise wrong[0]

    def reconcile(self) -> tuple[int, str]:
        """Run ``clozette payments reconcile``; return its exit code and its last line."""
        command = [sys.executable, "-m", "clozette", "payments", "reconcile"]
        given = {**os.environ, **self.environment}
        done = subprocess.run(command, env=given, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
        return done.returncode, (done.stdout.splitlines() or [done.stderr[-300:]])[-1]

    def judge(self, report: Report) -> None:
        """Look at what holds in the end: one order and one charge for each piece, and every book says the same."""
        idle = lambda: not (tasks.standing(self.app).waiting or tasks.standing(self.app).running)  # noqa: E731
        self.found["stuck"] += not self.until(idle)
        code, said = self.reconcile()
        self.again(self._judge)
        self.found["reconciliation"] += code != 0 or not said.startswith("0 differences")
        known = {"kills": dict(self.kills), "sold": len(self.sold), "found": dict(self.found)}
        report.figures[self.name] = {**known, "reconciled": said}
        for name in _CLAIMS:
            report.claim(f"checkout-{self.name}-{name}", self.found[name], 0)

    def _judge(self) -> None:
        paid = Counter(db.session.scalars(sa.select(Order.seller_id).where(Order.paid_at.is_not(None))))
        charges = self.sandbox.books.every("charge")
        ours = Counter(db.session.scalars(sa.select(Payment.charge).where(Payment.state == "paid")))
        taken = sum(charge["amount"] for charge in charges)
        booked = db.session.scalar(sa.select(sa.func.sum(Payment.amount_minor)).where(Payment.state == "paid"))
        left = sa.select(sa.func.count()).where(Listing.id.in_(self.sold), Listing.state != "sold")
        held = books.balance(self.stall.seller_id).held
        goods = sa.select(sa.func.sum(Order.items_minor + Order.shipping_minor - Order.seller_fee_minor))
        self.found += Counter(
            {
                "orders-missing": max(len(self.sold) - paid.total(), 0),
                "orders-twice": max(paid.total() - len(self.sold), 0),
                "charges-twice": max(len(charges) - len(self.sold), 0),
                "charges-unknown": len({charge["id"] for charge in charges} ^ set(ours)),
                "money-off": abs(taken - int(booked or 0)),
                "pieces-not-sold": int(db.session.scalar(left) or 0),
                "books-off": len(books.faults()) + (held != db.session.scalar(goods.where(Order.paid_at.is_not(None)))),
                "tasks-given-up": tasks.standing(self.app).failed,
                "ledger-faults": len(audit.verify_all().faults),
            }
        )

    def end(self) -> None:
        """End what still runs."""
        for one in self.running.values():
            if one.poll() is None:
                _kill(one)
        with self.app.app_context():
            for engine in db.engines.values():
                engine.dispose()

    def _start(self, name: str) -> None:
        log = self.folder / f"{name}.log"
        files = ["--certificate", self.folder / "site.pem", "--key", self.folder / "site.pem"]
        serve = ["serve", "--port", self.port, "--workers", "2", *files]
        command = serve if name == "web" else ["worker", "--beat", "0.5"]
        given = {**os.environ, **self.environment}
        made = processes.start([sys.executable, "-m", "clozette", *map(str, command)], log, env=given, cwd=ROOT)
        self.running[name] = made
        if name == "web":
            processes.wait_until(lambda: processes.answers(self.port), made, log)


_CLAIMS = (
    "stuck",
    "answers-unclear",
    "winners-not-one",
    "orders-missing",
    "orders-twice",
    "charges-twice",
    "charges-unknown",
    "money-off",
    "pieces-not-sold",
    "stories-wrong",
    "books-off",
    "tasks-given-up",
    "ledger-faults",
    "reconciliation",
)


def _certify(folder: Path) -> Path:
    """Make a certificate for the site; return who vouches for it."""
    authority = trustme.CA()
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(folder / "site.pem")
    authority.cert_pem.write_to_path(folder / "authority.pem")
    return folder / "authority.pem"
