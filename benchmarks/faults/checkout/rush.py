"""Everybody presses Buy on one thing at once: several processes, a connection over TLS for each buyer, opened before.

One is led on to pay; every other is told that somebody was quicker.
"""

import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks.claims import Report
from benchmarks.faults.checkout.site import BUYERS, Site
from benchmarks.support.shopping import ref_of
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.shop.carts.models import CartLine
from clozette.shop.orders.models import Order

RUSHERS, PROCESS = 5, Path(__file__).with_name("_buyers.py")
LEAD_SECONDS = 15.0


def run(site: Site, report: Report) -> None:
    """Let them, and let the winner pay."""
    site.tell()
    piece = site.piece()
    site.again(lambda: _into_carts(site, piece))
    answers = _press(site, _forms(site))
    kinds = Counter(f"{one['status']} {one['said']}" for one in answers)
    report.figures[f"{site.name}_rush"] = {"answers": kinds, "slowest_s": max(one["seconds"] for one in answers)}
    led = [one for one in answers if one["status"] == 303]
    site.found["winners-not-one"] += len(led) != 1
    quicker = sum(one["status"] == 409 and one["said"] == "quicker" for one in answers)
    site.found["answers-unclear"] += BUYERS - quicker - len(led)
    if len(led) == 1:
        winner = site.shopper(led[0]["one"])
        page = winner.get(f"/checkout/pay/{ref_of(led[0]['location'])}").location
        site.sandbox.pay(ref_of(page))
        paid = sa.select(sa.func.count()).where(Order.paid_at.is_not(None))
        site.found["stuck"] += not site.until(lambda: db.session.scalar(paid) == 1)
    site.again(lambda: db.session.execute(sa.delete(CartLine)))


def _into_carts(site: Site, listing_id: int) -> None:
    rows = [{"member_id": one, "listing_id": listing_id, "quantity": 1} for one in site.crowd.members[1:]]
    db.session.execute(sa.insert(CartLine), [{**row, "at": clock.now()} for row in rows])


def _forms(site: Site) -> list[dict[str, Any]]:
    """Return what each of them sends: the form is opened by one, the rest differ by their key."""
    form = site.shopper(1).form(site.stall.seller_id)
    presses = []
    for one in range(1, BUYERS + 1):
        shopper = site.shopper(one)
        values = {"csrf_token": site.crowd.csrf, **form, "form_key": f"rush-{one}"}
        presses.append({"one": one, "headers": shopper.headers(), "values": values})
    return presses


def _press(site: Site, presses: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Let processes open their connections, and press at the same moment."""
    at = time.time() + LEAD_SECONDS
    waiting = []
    for first in range(RUSHERS):
        asked = {"port": site.port, "authority": str(site.authority), "at": at, "presses": presses[first::RUSHERS]}
        pipe = subprocess.PIPE
        process = subprocess.Popen([sys.executable, PROCESS], stdin=pipe, stdout=pipe, text=True)
        assert process.stdin is not None
        process.stdin.write(json.dumps(asked))
        process.stdin.close()
        waiting.append(process)
    answers: list[dict[str, Any]] = []
    for process in waiting:
        assert process.stdout is not None
        answers += json.loads(process.stdout.read())
        process.wait(30)
    return answers
