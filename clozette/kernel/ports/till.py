"""A payment service in memory, for tests: it keeps every rule of the real one that we depend on.

``pay``, ``onboard``, ``disputed`` … are what people do over there; ``news`` is what it would send.
"""

import hashlib
import hmac
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from clozette.kernel import clock
from clozette.kernel.ports.payments import (
    AHEAD,
    PAST,
    Declined,
    Dispute,
    DisputeState,
    Event,
    Forged,
    Later,
    MoneyState,
    Payout,
    Refund,
    Session,
    Shown,
    Standing,
    Terms,
    depart,
    depart_with,
)
from clozette.kernel.ports.release import Release

ORIGIN = "https://pay.test"
SHORTEST = timedelta(minutes=30)
ANSWER_WITHIN = timedelta(days=9)
_GOING = ("inquiry", "open")
_SECRET = b"till"
T = TypeVar("T")


class Till:
    """One platform's account.

    :ivar fails: raised by the next calls before anything is done; ``loses``: raised after it was done.
    """

    origins: tuple[str, ...] = (ORIGIN,)

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self.pages: dict[str, Session] = {}
        self.terms: dict[str, Terms] = {}
        self.given_back: dict[str, Refund] = {}
        self.claims: dict[str, Dispute] = {}
        self.proofs: dict[str, dict[str, Any]] = {}
        self.reversals: dict[str, dict[str, str]] = {}
        self.sent_out: dict[str, Payout] = {}
        self.standings: dict[str, Standing] = {}
        self.abroad: dict[str, bool] = {}
        self.balances: dict[tuple[str, str], int] = {}
        self.fees: dict[str, int] = {}
        self.made_at: dict[str, datetime] = {}
        self.sent: list[Event] = []
        self.calls: list[str] = []
        self.fails: list[Exception] = []
        self.loses: list[Exception] = []
        self._done: dict[str, tuple[object, Any]] = {}
        self._numbers = itertools.count(1)

    # What the port promises.

    def start(self, release: Release, terms: Terms, key: str) -> Session:
        """Open a page."""
        told = depart(release)

        def do() -> Session:
            if terms.expires_at < clock.now() + SHORTEST - timedelta(minutes=1):
                raise Declined("invalid")
            if not self._standing(terms.account).is_active:
                raise Declined("insufficient_capabilities_for_transfer")
            if self.abroad.get(terms.account, terms.abroad) != terms.abroad:
                raise Declined("invalid")
            made = self._id("cs")
            page = Session(
                made, told["ref"], "open", told["amount_minor"], told["currency"], terms.expires_at, f"{ORIGIN}/{made}"
            )
            self.pages[made], self.terms[made] = page, terms
            return page

        return self._once("start", key, (told, terms), do)

    def session(self, session: str) -> Session:
        """Return a page."""
        self._called("session")
        return self._page(session)

    def expire(self, session: str, key: str) -> Session:
        """Close a page."""
        return self._once("expire", key, session, lambda: self.time_out(session))

    def refund(
        self, intent: str, amount_minor: int, currency: str, key: str, *, reference: str = "", from_seller: bool = True
    ) -> Refund:
        """Give money back."""

        def do() -> Refund:
            page = self._paid_page(intent)
            left = page.amount_minor - sum(one.amount_minor for one in self._refunds_of(intent))
            if amount_minor > left:
                raise Declined("refunded")
            made = Refund(self._id("re"), intent, "done", amount_minor, page.currency, reference)
            self.given_back[made.id] = made
            if from_seller:
                self._move(self.terms[page.id].account, page.currency, -amount_minor)
            self._tell("refund.updated", made.id)
            return made

        return self._once("refund", key, (intent, amount_minor, currency, from_seller), do)

    def give_fee(self, intent: str, amount_minor: int, currency: str, key: str, *, reference: str = "") -> None:
        """Give a part of the fee."""

        def do() -> None:
            page = self._paid_page(intent)
            if amount_minor > self.fees[intent]:
                raise Later("fee: amount")
            self.fees[intent] -= amount_minor
            self._move(self.terms[page.id].account, page.currency, amount_minor)

        self._once("give_fee", key, (intent, amount_minor, currency), do)

    def take_back(self, intent: str, amount_minor: int, currency: str, key: str, *, reference: str = "") -> str:
        """Take money from the seller's account."""

        def do() -> str:
            account = self.terms[self._paid_page(intent).id].account
            if self.balances.get((account, currency), 0) < amount_minor:
                raise Declined("balance_insufficient")
            self._move(account, currency, -amount_minor)
            made = self._id("trr")
            self.reversals.setdefault(intent, {})[reference] = made
            return made

        return self._once("take_back", key, (intent, amount_minor, currency), do)

    def taken_back(self, intent: str) -> dict[str, str]:
        """Return what was taken."""
        self._called("taken_back")
        return dict(self.reversals.get(intent, {}))

    def refunded(self, refund: str) -> Refund:
        """Return a refund."""
        self._called("refunded")
        return _found(self.given_back, refund)

    def dispute(self, dispute: str) -> Dispute:
        """Return a dispute."""
        self._called("dispute")
        return _found(self.claims, dispute)

    def contest(self, release: Release, sellers: Release | None, dispute: str, picture: Shown | None, key: str) -> None:
        """Take proof, once."""
        told = depart_with(release, sellers, picture)

        def do() -> None:
            claim = _found(self.claims, dispute)
            if claim.due_at is None or claim.due_at <= clock.now():
                raise Declined("invalid")
            self.proofs[dispute] = told
            self.claims[dispute] = replace(claim, due_at=None)
            self._tell("charge.dispute.updated", dispute)

        self._once("contest", key, (dispute, told), do)

    def open_account(self, release: Release, key: str, *, abroad: bool = False) -> str:
        """Open an account."""
        told = depart(release)
        return self._once("open_account", key, (told["country"], told["email"], abroad), lambda: self._open(abroad))

    def onboarding(self, account: str, return_url: str, refresh_url: str, key: str) -> str:
        """Give an address."""
        self._called("onboarding")
        return f"{ORIGIN}/connect/{self._standing(account).account}"

    def account(self, account: str) -> Standing:
        """Say how an account stands."""
        self._called("account")
        return self._standing(account)

    def payout(self, account: str, amount_minor: int, currency: str, key: str, *, reference: str = "") -> Payout:
        """Send money to a bank."""

        def do() -> Payout:
            if self.balances.get((account, currency), 0) < amount_minor:
                raise Declined("balance_insufficient")
            self._move(account, currency, -amount_minor)
            made = Payout(self._id("po"), account, "sent", amount_minor, currency, reference)
            self.sent_out[made.id] = made
            return made

        return self._once("payout", key, (account, amount_minor, currency), do)

    def paid_out(self, account: str, payout: str) -> Payout:
        """Return a payout."""
        self._called("paid_out")
        found = _found(self.sent_out, payout)
        if found.account != account:
            raise Declined("missing")
        return found

    def balance(self, account: str, currency: str) -> int:
        """Say what an account has."""
        self._called("balance")
        return self.balances.get((account, currency), 0)

    def sessions(self, since: datetime) -> Iterator[Session]:
        """Return pages."""
        self._called("sessions")
        yield from [one for one in self.pages.values() if self.made_at[one.id] >= since]

    def refunds(self, since: datetime) -> Iterator[Refund]:
        """Return refunds."""
        self._called("refunds")
        yield from [one for one in self.given_back.values() if self.made_at[one.id] >= since]

    def disputes(self, since: datetime) -> Iterator[Dispute]:
        """Return disputes."""
        self._called("disputes")
        yield from [one for one in self.claims.values() if self.made_at[one.id] >= since]

    def payouts(self, account: str, since: datetime) -> Iterator[Payout]:
        """Return payouts."""
        self._called("payouts")
        mine = [one for one in self.sent_out.values() if one.account == account]
        yield from [one for one in mine if self.made_at[one.id] >= since]

    def heard(self, body: bytes, signature: str, now: datetime) -> Event:
        """Read news."""
        if not hmac.compare_digest(signature.encode(), _sign(body).encode()):
            raise Forged("signature")
        said = json.loads(body)
        made_at = datetime.fromtimestamp(said["at"], UTC)
        if not now - timedelta(seconds=PAST) <= made_at <= now + timedelta(seconds=AHEAD):
            raise Forged("time")
        return Event(said["id"], said["kind"], said["subject"], said["account"], made_at)

    # What people do over there.

    def pay(self, session: str) -> Session:
        """Let the buyer pay."""
        page = self._page(session)
        if page.state not in ("open", "unpaid"):
            raise ValueError(f"the page is {page.state}")
        terms = self.terms[session]
        paid = replace(page, state="paid", url="", intent=self._id("pi"), charge=self._id("ch"))
        self.pages[session] = paid
        assert paid.intent is not None
        self.fees[paid.intent] = terms.fee_minor
        self._move(terms.account, page.currency, page.amount_minor - terms.fee_minor)
        self._tell("checkout.session.completed", session)
        return paid

    def send(self, session: str) -> None:
        """Let the buyer pay from a bank that takes its days."""
        self.pages[session] = replace(self._page(session), state="unpaid", url="")
        self._tell("checkout.session.completed", session)

    def refuse(self, session: str) -> None:
        """Let that bank say no."""
        self._tell("checkout.session.async_payment_failed", session)

    def time_out(self, session: str) -> Session:
        """Close a page; one that is paid stays so."""
        page = self._page(session)
        if page.state == "open":
            self.pages[session] = page = replace(page, state="expired", url="")
            self._tell("checkout.session.expired", session)
        return page

    def onboard(self, account: str, *wants: str) -> None:
        """Let the seller tell who they are; money reaches them unless something is wanted yet."""
        self.standings[account] = Standing(account, not wants, wants)
        self._tell("account.updated", account)

    def disputed(self, intent: str, state: DisputeState = "open", amount_minor: int | None = None) -> Dispute:
        """Let the buyer's bank ask for the money, for some of it or for all, or decide; once it has, this is another one."""
        page = self._paid_page(intent)
        going = [one.id for one in self.claims.values() if one.intent == intent and one.state in _GOING]
        known, due_at = next(iter(going), None), clock.now() + ANSWER_WITHIN if state in _GOING else None
        amount = amount_minor or (self.claims[known].amount_minor if known else page.amount_minor)
        made = Dispute(known or self._id("du"), intent, state, amount, page.currency, due_at)
        self.claims[made.id] = made
        what = "updated" if known and state in _GOING else "created" if state in _GOING else "closed"
        self._tell(f"charge.dispute.{what}", made.id)
        return made

    def settle(self, payout: str, state: MoneyState = "done") -> None:
        """Let a payout arrive, or come back."""
        one = self.sent_out[payout]
        self.sent_out[payout] = replace(one, state=state)
        if state == "failed":
            self._move(one.account, one.currency, one.amount_minor)
        self._tell("payout.failed" if state == "failed" else "payout.paid", payout, one.account)

    def fail_refund(self, refund: str) -> None:
        """Let the buyer's bank send a refund back: to the house, and its payment counts as paid back all the same."""
        one = self.given_back[refund]
        self.given_back[refund] = replace(one, state="failed")
        self._tell("refund.failed", refund)

    def news(self, event: Event) -> tuple[bytes, dict[str, str]]:
        """Return an event as it is sent: a body and its headers."""
        said = {"id": event.id, "kind": event.kind, "subject": event.subject, "account": event.account}
        body = json.dumps(said | {"at": event.made_at.timestamp()}).encode()
        return body, {"Stripe-Signature": _sign(body)}

    def _once(self, what: str, key: str, asked: object, do: Callable[[], T]) -> T:
        self._called(what)
        if key in self._done:
            known, answer = self._done[key]
            if known != (what, asked):
                raise Declined("key")
        else:
            answer = do()
            self._done[key] = ((what, asked), answer)
        if self.loses:
            raise self.loses.pop(0)
        found: T = answer
        return found

    def _called(self, what: str) -> None:
        self.calls.append(what)
        if self.fails:
            raise self.fails.pop(0)

    def _id(self, kind: str) -> str:
        made = f"{kind}_till{next(self._numbers)}"
        self.made_at[made] = clock.now()
        return made

    def _open(self, abroad: bool) -> str:
        made = self._id("acct")
        self.abroad[made] = abroad
        self.standings[made] = Standing(made, is_active=False, wants=("identity",))
        return made

    def _standing(self, account: str) -> Standing:
        """An account that was not opened here is one that a test made up: money reaches it."""
        return self.standings.get(account) or Standing(account, is_active=True)

    def _page(self, session: str) -> Session:
        return _found(self.pages, session)

    def _paid_page(self, intent: str) -> Session:
        found = next((one for one in self.pages.values() if one.intent == intent), None)
        if found is None:
            raise Declined("missing")
        return found

    def _refunds_of(self, intent: str) -> list[Refund]:
        return [one for one in self.given_back.values() if one.intent == intent]

    def _move(self, account: str, currency: str, by: int) -> None:
        self.balances[account, currency] = self.balances.get((account, currency), 0) + by

    def _tell(self, kind: str, subject: str, account: str | None = None) -> None:
        self.sent.append(Event(self._id("evt"), kind, subject, account, clock.now()))


def _found(known: dict[str, T], name: str) -> T:
    if name not in known:
        raise Declined("missing")
    return known[name]


def _sign(body: bytes) -> str:
    return hmac.new(_SECRET, body, hashlib.sha256).hexdigest()
