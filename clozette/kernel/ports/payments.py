"""A payment service: the promise. Its twin in memory is ``ports.till``; the real one is ``ports.stripe_gateway``.

Cards are typed at the service's own page, and no card ever comes here. What tells the service something new about a person
takes a ``Release``; its payload is JSON with one object, whose fields are known by what stands after their last dot. Each
deed takes an idempotency key: the same deed with the same key is done once, however often it is asked for.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from flask import Flask

from clozette.kernel import context, tasks
from clozette.kernel.ports import departures
from clozette.kernel.ports.release import NotReleased, Release
from clozette.kernel.web import edge

KEY = "clozette.payments"
PORT = "payments"
PAST, AHEAD = 300, 60
"""So many seconds old may news be, and so many ahead of our clock."""

SessionState = Literal["open", "paid", "unpaid", "expired"]
MoneyState = Literal["sent", "done", "failed"]
DisputeState = Literal["inquiry", "dropped", "open", "won", "lost"]


class Later(Exception):
    """The service can't be reached, asks to wait, or answered what can't be trusted: try again with the same key.

    Whether it was done is not known. The text is a word of ours.
    """


class Declined(Exception):
    """The service says no, and would say it again; nothing was done. ``why`` is a word, the service's own text may name people.

    ``missing``; ``key``: the key was used for another deed; ``refunded``: more than is left; ``forbidden``; ``invalid``; or
    the service's own code.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Forged(Exception):
    """News that the service did not sign, or signed too long ago, or in the future."""


@dataclass(frozen=True)
class Terms:
    """How an order is paid; what it is and what it costs stands in the payload.

    :ivar account: whose money it is; the service keeps ``fee_minor`` of it for the house.
    :ivar paid_url: where the buyer comes back to, ``left_url`` where from a page that they leave.
    :ivar expires_at: when the page closes; half an hour from now at least.
    :ivar title: what the page calls the order. Nothing of a person.
    :ivar abroad: whether the account is of another region than the house: then it takes the charge as its own.
    """

    account: str
    fee_minor: int
    title: str
    paid_url: str
    left_url: str
    expires_at: datetime
    abroad: bool = False


@dataclass(frozen=True)
class Session:
    """A payment page.

    :ivar ref: what the payload called the order.
    :ivar state: ``unpaid``: the buyer is done, the money is on its way or did not come.
    """

    id: str
    ref: str
    state: SessionState
    amount_minor: int
    currency: str
    expires_at: datetime
    url: str = ""
    intent: str | None = None
    charge: str | None = None


@dataclass(frozen=True)
class Refund:
    """Money on its way back to a buyer."""

    id: str
    intent: str
    state: MoneyState
    amount_minor: int
    currency: str
    reference: str = ""


@dataclass(frozen=True)
class Dispute:
    """A buyer's bank that wants the money back, or asks about it before that.

    :ivar state: ``inquiry``: the bank asks, and has taken nothing; ``dropped``: it asks no more; ``open``: it has the money,
        until it decides.
    :ivar due_at: by when proof must be there; nothing if none is asked for, or no more.
    """

    id: str
    intent: str
    state: DisputeState
    amount_minor: int
    currency: str
    due_at: datetime | None = None


@dataclass(frozen=True)
class Shown:
    """A picture that is shown to a buyer's bank. ``sha256`` of ``data`` stands in the payload, or it is not sent."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Payout:
    """Money on its way to a seller's bank."""

    id: str
    account: str
    state: MoneyState
    amount_minor: int
    currency: str
    reference: str = ""


@dataclass(frozen=True)
class Standing:
    """Whether money reaches a seller's account, and what the service wants of them yet, in words of its own."""

    account: str
    is_active: bool
    wants: tuple[str, ...] = ()


@dataclass(frozen=True)
class Event:
    """That something happened to ``subject``: what, the service is asked anew, because news come late, twice, in any order."""

    id: str
    kind: str
    subject: str
    account: str | None
    made_at: datetime


class Payments(Protocol):
    """What the service can do for us. Every method raises ``Later`` or ``Declined``."""

    origins: tuple[str, ...]
    """Where its pages are: a form of ours may lead there."""

    def start(self, release: Release, terms: Terms, key: str) -> Session:
        """Open the page for the one order of a release: its ``ref``, ``amount_minor`` and ``currency``."""

    def session(self, session: str) -> Session:
        """Return a page as it is now."""

    def expire(self, session: str, key: str) -> Session:
        """Close an open page; one that is paid or closed comes back as it is."""

    def refund(
        self, intent: str, amount_minor: int, currency: str, key: str, *, reference: str = "", from_seller: bool = True
    ) -> Refund:
        """Give ``amount_minor`` back to the buyer: from the seller's account, or else from the house's.

        ``Declined("refunded")`` for more than is left. One that comes back later is the house's, wherever it was from; the
        payment counts as paid back by it all the same.

        :param reference: our own name of it, that comes back with it.
        """

    def give_fee(self, intent: str, amount_minor: int, currency: str, key: str, *, reference: str = "") -> None:
        """Give the seller's account a part of what the house kept of a payment."""

    def refunded(self, refund: str) -> Refund:
        """Return a refund as it is now."""

    def dispute(self, dispute: str) -> Dispute:
        """Return a dispute as it is now."""

    def take_back(self, intent: str, amount_minor: int, currency: str, key: str, *, reference: str = "") -> str:
        """Take money of a payment from the seller's account into the house's, whose bank it was taken from; return its id.

        A no is ``Declined``: the account has less, or so much of the payment never got there.
        """

    def taken_back(self, intent: str) -> dict[str, str]:
        """Return what was taken back of a payment: our references to the service's ids."""

    def contest(self, release: Release, sellers: Release | None, dispute: str, picture: Shown | None, key: str) -> None:
        """Send a bank the proof of a sale, once and for all: of the one buyer of a release, and of the one seller.

        The payloads have ``words``, and may have ``email``, ``name``, ``line1`` …, ``carrier``, ``tracking``,
        ``shipped_at``, ``title`` and ``photo_id``, the digest of the picture. ``Declined`` if it is too late.
        """

    def open_account(self, release: Release, key: str, *, abroad: bool = False) -> str:
        """Open an account for the one seller of a release, ``country`` and ``email``; nothing is paid out by itself.

        :param abroad: whether it has to take charges as its own.
        """

    def onboarding(self, account: str, return_url: str, refresh_url: str, key: str) -> str:
        """Return the address, good for minutes and once, where a seller tells the service who they are."""

    def account(self, account: str) -> Standing:
        """Return how an account stands."""

    def payout(self, account: str, amount_minor: int, currency: str, key: str, *, reference: str = "") -> Payout:
        """Send money of an account to its owner's bank."""

    def paid_out(self, account: str, payout: str) -> Payout:
        """Return a payout as it is now."""

    def balance(self, account: str, currency: str) -> int:
        """Return what an account has in a currency: what could be paid out now, and what can be later."""

    def sessions(self, since: datetime) -> Iterator[Session]:
        """Return every page that was opened since."""

    def refunds(self, since: datetime) -> Iterator[Refund]:
        """Return every refund since."""

    def disputes(self, since: datetime) -> Iterator[Dispute]:
        """Return every dispute since."""

    def payouts(self, account: str, since: datetime) -> Iterator[Payout]:
        """Return every payout of an account since."""

    def heard(self, body: bytes, signature: str, now: datetime) -> Event | None:
        """Read news; nothing if it is about nothing that has an id.

        :raises Forged: if the service did not sign these very bytes a moment ago.
        """


def init_app(app: Flask, make: Callable[[], Payments] | None) -> None:
    """Say how the service is reached, made when it is first needed; nothing for a site without one."""
    app.extensions[KEY] = make


def is_on() -> bool:
    """Whether this site takes payments."""
    return context.app().extensions.get(KEY) is not None


def payments() -> Payments:
    """Return the site's service.

    :raises Later: where there is none, or none at the moment.
    """
    make: Callable[[], Payments] | None = context.app().extensions[KEY]
    if make is None:
        raise Later("off")
    return make()


def depart(release: object) -> dict[str, Any]:
    """Return what a release tells, by the names of its fields; the departure is committed before the network is waited for.

    :raises NotReleased: without a slip that the log knows.
    """
    payload = departures.leave(PORT, release)
    save()
    (told,) = json.loads(payload)
    return {name.rpartition(".")[2]: value for name, value in told.items()}


def depart_with(release: Release, sellers: Release | None, picture: Shown | None) -> dict[str, Any]:
    """Return what two slips tell, the seller's words as ``sellers_words``; a picture goes only if one of them names it."""
    second = depart(sellers) if sellers is not None else {}
    told = {**depart(release), "sellers_words": second.get("words"), "photo_id": second.get("photo_id")}
    if picture is not None and hashlib.sha256(picture.data).hexdigest() != told["photo_id"]:
        raise NotReleased(f"{PORT}: no slip names this picture")
    return told


def save() -> None:
    """Commit what the task or the request did so far, so that no transaction is open while the service is waited for."""
    if tasks.is_task():
        tasks.checkpoint()
    else:
        edge.checkpoint()
