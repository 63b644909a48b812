"""What the service knows: plain values, kept in a file if it is given one, and the rules that hurt."""

import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Object = dict[str, Any]
Tell = Callable[[list[Object]], None]
HALF_AN_HOUR, A_DAY = 30 * 60, 24 * 3600
ANSWER_WITHIN = 9 * A_DAY
ASKS = ("needs_response", "warning_needs_response")
DECIDED = ("won", "lost", "warning_closed")
PAID, DECLINED, INSUFFICIENT, SECURE = "4242424242424242", "4000000000000002", "4000000000009995", "4000002500003155"
CARDS = {PAID: "paid", DECLINED: "generic_decline", INSUFFICIENT: "insufficient_funds", SECURE: "challenge"}


class Problem(Exception):
    """An answer of 400 and more."""

    def __init__(self, status: int, code: str, *, param: str = "", kind: str = "invalid_request_error") -> None:
        super().__init__(code)
        self.status, self.code, self.param, self.kind = status, code, param, kind


class Books:
    """One platform and its connected accounts.

    :param home: the platform's country: without ``on_behalf_of`` money stays in its region.
    :param tell: takes the events of one deed, once what it did is kept.
    :param now: the clock, for whoever tells of days that are over.
    """

    def __init__(
        self,
        file: Path | None = None,
        tell: Tell | None = None,
        now: Callable[[], float] = time.time,
        *,
        home: str = "SG",
    ) -> None:
        self.now, self.home = now, home
        self.lock = threading.RLock()
        self.tell: Tell = tell or (lambda _events: None)
        self._file = file
        self.state: dict[str, Any] = {"objects": {}, "answers": {}, "balances": {}}
        self.events: list[Object] = []
        self.faults: list[str] = []
        self.calls: list[tuple[str, str, str]] = []
        self.busy: set[str] = set()
        if file is not None and file.exists():
            self.state |= json.loads(file.read_text())

    @contextmanager
    def deed(self) -> Iterator[None]:
        """Do something alone; what came of it is kept and told of."""
        with self.lock:
            before = len(self.events)
            yield
            new = self.events[before:]
            if self._file is not None:
                self._file.write_text(json.dumps(self.state))
        if new:
            self.tell(new)

    def add(self, prefix: str, kind: str, **values: Any) -> Object:
        """Add an object with a new id."""
        made = {"id": f"{prefix}_{secrets.token_hex(12)}", "object": kind, "created": int(self.now()), **values}
        self.state["objects"][made["id"]] = made
        return made

    def find(self, name: str, kind: str, account: str | None = None) -> Object:
        """Return an object; those of a connected account are seen by that account alone.

        :raises Problem: 404.
        """
        found: Object | None = self.state["objects"].get(name)
        if found is None or found["object"] != kind or found.get("_account") != account:
            raise Problem(404, "resource_missing", param="id")
        return found

    def every(self, kind: str, account: str | None = None) -> list[Object]:
        """Return all of a kind, the newest first."""
        known = [one for one in self.state["objects"].values() if one["object"] == kind]
        return [one for one in reversed(known) if one.get("_account") == account]

    def move(self, account: str, currency: str, by: int) -> None:
        """Change what an account has."""
        mine = self.state["balances"].setdefault(account, {})
        mine[currency] = mine.get(currency, 0) + by

    def balance(self, account: str, currency: str) -> int:
        """Return what an account has."""
        return int(self.state["balances"].get(account, {}).get(currency, 0))

    def balances_of(self, account: str) -> dict[str, int]:
        """Return what an account has, by currency."""
        found: dict[str, int] = self.state["balances"].get(account, {})
        return found

    def happened(self, kind: str, about: Object, account: str | None = None) -> None:
        """Note an event of the first kind, which carries its object."""
        event = {"type": kind, "livemode": False, "data": {"object": shown(about)}}
        if account:
            event["account"] = account
        self.events.append(self.add("evt", "event", **event))

    def account_changed(self, account: str) -> None:
        """Note an event of the second kind, which only names its object."""
        about = {"id": account, "type": "v2.core.account", "url": f"/v2/core/accounts/{account}"}
        kind = "v2.core.account[configuration.recipient].capability_status_updated"
        made = self.add("evt", "v2.core.event", type=kind, livemode=False, related_object=about)
        self.events.append({**made, "created": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(made["created"]))})

    # What buyers, sellers and banks do.

    def page(self, name: str) -> Object:
        """Return a payment page, closed if its time is over."""
        with self.deed():
            found = self.find(name, "checkout.session")
            if found["status"] == "open" and found["expires_at"] <= self.now():
                self.close(found)
        return found

    def close(self, page: Object) -> None:
        """Close a page that nobody paid."""
        page.update(status="expired", url=None)
        self.happened("checkout.session.expired", page)

    def pay(self, name: str, number: str = PAID, *, challenged: bool = False) -> str:
        """Pay by a card; return ``paid``, ``challenge``, ``closed`` or why not. Nothing of the card is kept but four digits."""
        page = self.page(name)
        with self.deed():
            if page["status"] != "open":
                return "closed"
            outcome = CARDS.get(number, "incorrect_number")
            if outcome == "challenge" and challenged:
                outcome = "paid"
            if outcome == "paid":
                self._take(page, number[-4:])
            return outcome

    def _take(self, page: Object, last4: str) -> None:
        asked = page["_intent"]
        amount, currency, account = page["amount_total"], page["currency"], asked["transfer_data"]["destination"]
        fee = int(asked.get("application_fee_amount", 0))
        money = {"amount": amount, "currency": currency}
        taken = self.add("fee", "application_fee", amount=fee, currency=currency, amount_refunded=0, account=account)
        moved = self.add("tr", "transfer", **money, destination=account, amount_reversed=0)
        card = {"brand": "visa", "last4": last4}
        charge = self.add(
            "ch", "charge", **money, amount_refunded=0, application_fee=taken["id"], transfer=moved["id"], card=card
        )
        intent = self.add("pi", "payment_intent", **money, status="succeeded", latest_charge=charge["id"])
        charge["payment_intent"] = intent["id"]
        page.update(status="complete", payment_status="paid", payment_intent=intent["id"], url=None)
        self.move(account, currency, amount - fee)
        for kind, about in (("payment_intent.succeeded", intent), ("charge.succeeded", charge)):
            self.happened(kind, about)
        self.happened("checkout.session.completed", page)

    def onboard(self, account: str, *, wants: str = "") -> None:
        """Let a seller say who they are; the service may want something yet."""
        with self.deed():
            one = self.find(account, "v2.core.account")
            one["_wants"] = [wants] if wants else []
            self.account_changed(account)

    def dispute(self, intent: str, state: str = "needs_response", amount: int | None = None) -> Object:
        """Let a buyer's bank ask (``warning_needs_response``), take the money (``needs_response``), or decide (``won`` …).

        Once one is decided this is another one.
        """
        with self.deed():
            found = self.find(intent, "payment_intent")
            mine = [one for one in self.every("dispute") if one["payment_intent"] == intent]
            going = [one for one in mine if one["status"] not in DECIDED]
            values = {"amount": amount or found["amount"], "currency": found["currency"], "payment_intent": intent}
            values["evidence_details"] = {"due_by": int(self.now()) + ANSWER_WITHIN, "submission_count": 0}
            one = going[0] if going else self.add("du", "dispute", **values, charge=found["latest_charge"])
            if state == "needs_response" and one.get("status", "").startswith("warning_"):
                one["evidence_details"] = values["evidence_details"]  # it asks anew
            one["status"] = state
            what = "closed" if state in DECIDED else "updated" if going else "created"
            self.happened(f"charge.dispute.{what}", one)
            return one

    def settle(self, payout: str, status: str = "paid") -> None:
        """Let a payout arrive (``paid``) or come back (``failed``)."""
        with self.deed():
            one: Object = self.state["objects"][payout]
            if one["status"] == "failed" or one["status"] == status:
                return
            one["status"] = status
            if status == "failed":
                self.move(one["_account"], one["currency"], one["amount"])
            self.happened(f"payout.{status}", one, one["_account"])

    def fail_refund(self, refund: str) -> None:
        """Let a buyer's bank send a refund back: to the platform; what was taken from the seller stays taken."""
        with self.deed():
            one = self.find(refund, "refund")
            one["status"] = "failed"
            self.happened("refund.failed", one)


def shown(one: Mapping[str, Any]) -> Object:
    """Return an object as the API gives it: without what is for ourselves."""
    return {name: value for name, value in one.items() if not name.startswith("_")}
