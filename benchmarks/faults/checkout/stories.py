"""One buyer and one piece, in every order in which things happen, while web workers and worker are killed.

A person who gets no answer does what persons do: the same again. In each story there is one order and one charge at its end.
"""

import os
import threading
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from benchmarks.claims import Report
from benchmarks.faults.checkout.site import BUYERS, PATIENCE, Site
from benchmarks.support.shopping import Answer, Shopper, ref_of
from clozette.kernel.database import db
from clozette.shop.orders.models import Order, OrderLine

ROUNDS = int(os.environ.get("CLOZETTE_FAULTS_ROUNDS", "3"))
VICTIMS = (None, "web", "worker")
Story = Callable[["Purchase"], None]


class Purchase:
    """Somebody and the piece that they want."""

    def __init__(self, site: Site, number: int) -> None:
        self.site, self.piece = site, site.piece()
        self.bea = site.shopper(number % BUYERS + 1)
        self.insist(lambda bea: bea.put(self.piece), 303)

    def insist(self, deed: Callable[[Shopper], Answer], *wanted: int) -> Answer:
        """Do something again until there is an answer as wanted."""
        end = time.monotonic() + PATIENCE
        answer = Answer(0)
        while time.monotonic() < end:
            answer = deed(self.bea)
            if answer.status in wanted:
                return answer
            self.bea.close()
            time.sleep(0.1)
        raise RuntimeError(f"{answer.status} is not {wanted}: {answer.text[:500]}")

    def form(self) -> dict[str, str]:
        """Open the address form."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return self.bea.form(self.site.stall.seller_id)
            except RuntimeError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def press(self, form: dict[str, str]) -> str:
        """Press Buy until it is known what came of it; return the order's reference."""
        return ref_of(self.insist(lambda bea: bea.press(form), 303).location)

    def page(self, ref: str) -> str:
        """Be led to the payment page; return its name."""
        led = self.insist(lambda bea: bea.get(f"/checkout/pay/{ref}"), 303)
        assert led.location.startswith(self.site.sandbox.base), led.location
        return ref_of(led.location)

    def pay(self, page: str) -> None:
        """Pay at the payment service."""
        self.site.sandbox.pay(page)

    def back(self, ref: str) -> str:
        """Come back; return what the page says."""
        return self.insist(lambda bea: bea.get(f"/checkout/return?order={ref}"), 200).text

    def is_paid(self) -> bool:
        """Whether the order of this piece is paid here."""
        mine = sa.select(Order.id).join(OrderLine, OrderLine.order_id == Order.id)
        paid = mine.where(OrderLine.listing_id == self.piece, Order.paid_at.is_not(None))
        return db.session.scalar(paid) is not None

    def settled(self) -> bool:
        """Wait until it is."""
        return self.site.until(self.is_paid)

    def must(self, is_so: bool) -> None:
        """Note what is wrong."""
        self.site.found["stories-wrong"] += not is_so


def double_click(one: Purchase) -> None:
    """The button twice at the same moment."""
    form, refs = one.form(), list[str]()
    twice = [threading.Thread(target=lambda: refs.append(_other_tab(one).press(form))) for _ in range(2)]
    for thread in twice:
        thread.start()
    for thread in twice:
        thread.join()
    one.must(len(refs) == 2 and len(set(refs)) == 1)
    one.pay(one.page(refs[0]))
    one.must(one.settled())


def back_button(one: Purchase) -> None:
    """To the payment page, back, the same form again, and to the payment page again."""
    form = one.form()
    ref = one.press(form)
    page = one.page(ref)
    one.must(one.press(form) == ref and one.page(ref) == page)
    one.pay(page)
    one.must(one.settled())
    one.must(one.press(form) == ref)
    led = one.insist(lambda bea: bea.get(f"/checkout/pay/{ref}"), 303)
    one.must(led.location == f"/orders/{ref}")


def two_tabs(one: Purchase) -> None:
    """Two forms of the same cart, each pressed: the second is told that there is nothing left to buy."""
    forms, answers = [one.form(), one.form()], list[Answer]()

    def press(form: dict[str, str]) -> None:
        answers.append(_other_tab(one).insist(lambda bea: bea.press(form), 303, 409, 404, 422, 200))

    both = [threading.Thread(target=press, args=(form,)) for form in forms]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    led = {ref_of(answer.location) for answer in answers if answer.status == 303}
    one.must(len(led) == 1 and len(answers) == 2)
    one.pay(one.page(led.pop()))
    one.must(one.settled())


def webhook_first(one: Purchase) -> None:
    """The money is known here before the buyer comes back."""
    ref = one.press(one.form())
    one.pay(one.page(ref))
    one.must(one.settled())
    one.must("It is paid" in one.back(ref))


def return_first(one: Purchase) -> None:
    """The buyer comes back before anything is heard of the money; then it is."""
    ref = one.press(one.form())
    page, events = one.page(ref), list[dict[str, Any]]()
    one.site.sandbox.books.tell = events.extend
    one.pay(page)
    one.must("We are checking your payment" in one.back(ref))
    one.site.tell()
    one.site.sandbox.books.tell(events)
    one.must(one.settled() and "It is paid" in one.back(ref))


def no_webhook(one: Purchase) -> None:
    """Nothing is ever heard of the money: the reconciliation makes up for it."""
    ref = one.press(one.form())
    page = one.page(ref)
    one.site.tell(told=False)
    one.pay(page)
    one.site.tell()
    code, said = one.site.reconcile()
    one.must(code == 0 and "1 mended" in said)
    one.must(one.settled() and "It is paid" in one.back(ref))


def lost_answer(one: Purchase) -> None:
    """The payment page is made, and the answer to that is lost: the same key gives the same page."""
    _spoilt(one, "dropped-after")


def slow_answer(one: Purchase) -> None:
    """The payment page is made, and the answer comes when nobody waits for it any more."""
    _spoilt(one, "slow-after")


def _spoilt(one: Purchase, fault: str) -> None:
    ref = one.press(one.form())
    before = len(one.site.sandbox.books.every("checkout.session"))
    one.site.sandbox.spoil(fault)
    one.pay(one.page(ref))
    one.must(one.settled() and len(one.site.sandbox.books.every("checkout.session")) == before + 1)


STORIES: tuple[Story, ...] = (
    double_click,
    back_button,
    two_tabs,
    webhook_first,
    return_first,
    no_webhook,
    lost_answer,
    slow_answer,
)


def run(site: Site, report: Report) -> None:
    """Let every story happen, in peace and under kills."""
    site.tell()
    number = 0
    for turn in range(ROUNDS):
        victim = VICTIMS[turn % len(VICTIMS)]
        for story in STORIES:
            number += 1
            one = Purchase(site, number)
            wrong = site.found["stories-wrong"]
            if victim is None:
                story(one)
            else:
                site.harm(victim, lambda story=story, one=one: story(one))
            if site.found["stories-wrong"] > wrong:
                report.figures.setdefault("wrong", []).append(f"{site.name} {story.__name__} {victim}")
            site.found["stuck"] += not one.settled()


def _other_tab(one: Purchase) -> Purchase:
    """Return the same purchase by another connection."""
    tab = object.__new__(Purchase)
    tab.site, tab.piece, tab.bea = one.site, one.piece, one.site.shopper(one.bea.one)
    return tab
