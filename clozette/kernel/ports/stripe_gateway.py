"""Stripe: hosted Checkout with destination charges, and connected accounts that are paid out by hand.

Its own client (``stripe`` 16.1.0) does the talking; it is imported when it is first needed, for it takes a while.
"""

import io
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    SessionState,
    Shown,
    Standing,
    Terms,
    depart,
    depart_with,
)
from clozette.kernel.ports.release import Release

if TYPE_CHECKING:
    from stripe.params import DisputeUpdateParamsEvidence
    from stripe.params.checkout import SessionCreateParams
    from stripe.params.v2.core import AccountCreateParams

PAGES = ("https://checkout.stripe.com", "https://connect.stripe.com")
MOST = 100
_HUNDREDFOLD = frozenset({"ISK", "UGX"})
"""Currencies without minor units that Stripe counts in hundredths all the same; MGA it counts whole."""
_WHOLE = frozenset({"MGA"})
_REFUNDS: dict[str, MoneyState] = {"succeeded": "done", "failed": "failed", "canceled": "failed"}
_PAYOUTS: dict[str, MoneyState] = {"paid": "done", "failed": "failed", "canceled": "failed"}
_DISPUTES: dict[str, DisputeState] = {
    "warning_needs_response": "inquiry",
    "warning_under_review": "inquiry",
    "warning_closed": "dropped",
    "prevented": "won",
    "won": "won",
    "lost": "lost",
    "appeal_needs_response": "lost",
    "appeal_under_review": "lost",
}
_ASKS = ("needs_response", "warning_needs_response")
Said = Mapping[str, Any]


class Stripe:
    """One platform's account.

    :param secrets: what webhooks are signed with, one for each endpoint; any of them will do.
    :param base: where the API is, if it is not Stripe's own (the sandbox), and ``authority`` who vouches for it.
    """

    def __init__(self, key: str, secrets: tuple[str, ...], *, base: str = "", authority: Path | None = None) -> None:
        from clozette.kernel.ports import stripe_wire

        if base and not base.startswith("https://"):
            raise ValueError("payments go by TLS alone")
        self.origins: tuple[str, ...] = (base,) if base else PAGES
        self._secrets, self._judged = secrets, stripe_wire.judged
        self._client = stripe_wire.client(key, base, authority)

    def start(self, release: Release, terms: Terms, key: str) -> Session:
        """Create a Checkout Session; which ways to pay it offers is set in Stripe's dashboard."""
        asked = _page(depart(release), terms)
        with self._judged():
            return _session(self._client.v1.checkout.sessions.create(asked, {"idempotency_key": key}).to_dict())

    def session(self, session: str) -> Session:
        """Retrieve it, with its money."""
        with self._judged():
            found = self._client.v1.checkout.sessions.retrieve(session, {"expand": ["payment_intent"]})
            return _session(found.to_dict())

    def expire(self, session: str, key: str) -> Session:
        """Expire it; Stripe refuses that for one that is not open, which then is read."""
        try:
            with self._judged():
                done = self._client.v1.checkout.sessions.expire(session, {}, {"idempotency_key": key})
                return _session(done.to_dict())
        except Declined as no:
            if no.why == "missing":
                raise
            return self.session(session)

    def refund(
        self, intent: str, amount_minor: int, currency: str, key: str, *, reference: str = "", from_seller: bool = True
    ) -> Refund:
        """Refund, and take it back from the connected account; not our fee: Stripe divides that otherwise than our books."""
        try:
            with self._judged():
                done = self._client.v1.refunds.create(
                    {
                        "payment_intent": intent,
                        "amount": _outward(amount_minor, currency),
                        "reverse_transfer": from_seller,
                        "refund_application_fee": False,
                        "metadata": {"reference": reference},
                    },
                    {"idempotency_key": key},
                )
                return _refund(done.to_dict())
        except Declined as no:
            raise Declined("refunded" if no.why == "amount" else no.why) from None

    def give_fee(self, intent: str, amount_minor: int, currency: str, key: str, *, reference: str = "") -> None:
        """Refund a part of the application fee. A no is not the buyer's, whose money went back: it is tried until it is seen."""
        try:
            with self._judged():
                paid = self._client.v1.payment_intents.retrieve(intent, {"expand": ["latest_charge"]}).to_dict()
                fee = _id(paid["latest_charge"]["application_fee"])
                self._client.v1.application_fees.refunds.create(
                    fee,
                    {"amount": _outward(amount_minor, currency), "metadata": {"reference": reference}},
                    {"idempotency_key": key},
                )
        except Declined as no:
            raise Later(f"fee: {no.why}") from None

    def take_back(self, intent: str, amount_minor: int, currency: str, key: str, *, reference: str = "") -> str:
        """Reverse a part of the payment's transfer; not of our fee, which the bank took from the house."""
        with self._judged():
            done = self._client.v1.transfers.reversals.create(
                self._transfer(intent),
                {"amount": _outward(amount_minor, currency), "metadata": {"reference": reference}},
                {"idempotency_key": key},
            )
            return str(done.id)

    def taken_back(self, intent: str) -> dict[str, str]:
        """List the reversals of the payment's transfer; refunds made some too, which have no reference."""
        with self._judged():
            listed = self._client.v1.transfers.reversals.list(self._transfer(intent), {"limit": MOST})
            known = [one.to_dict() for one in listed.auto_paging_iter()]
            return {_reference(one): str(one["id"]) for one in known if _reference(one)}

    def _transfer(self, intent: str) -> str:
        paid = self._client.v1.payment_intents.retrieve(intent, {"expand": ["latest_charge"]}).to_dict()
        return _id(paid["latest_charge"]["transfer"])

    def refunded(self, refund: str) -> Refund:
        """Retrieve it."""
        with self._judged():
            return _refund(self._client.v1.refunds.retrieve(refund).to_dict())

    def dispute(self, dispute: str) -> Dispute:
        """Retrieve it."""
        with self._judged():
            return _dispute(self._client.v1.disputes.retrieve(dispute).to_dict())

    def contest(self, release: Release, sellers: Release | None, dispute: str, picture: Shown | None, key: str) -> None:
        """Upload the picture, and submit the evidence; Stripe takes that once."""
        told = depart_with(release, sellers, picture)
        evidence = _evidence(told)
        with self._judged():
            if picture is not None:
                shown = io.BytesIO(picture.data)
                shown.name = picture.name
                made = self._client.v1.files.create(
                    {"purpose": "dispute_evidence", "file": shown}, {"idempotency_key": f"{key}-picture"}
                )
                evidence["uncategorized_file"] = str(made.id)
            self._client.v1.disputes.update(dispute, {"evidence": evidence, "submit": True}, {"idempotency_key": key})

    def open_account(self, release: Release, key: str, *, abroad: bool = False) -> str:
        """Create an account (v2) that can receive transfers, and let its payouts wait for us.

        One of another region is the merchant of its charges, which takes the capability to be paid by card.
        """
        asked = _account(depart(release), abroad=abroad)
        with self._judged():
            made = self._client.v2.core.accounts.create(asked, {"idempotency_key": key})
            account = str(made.id)
            self._client.v1.balance_settings.update(
                {"payments": {"payouts": {"schedule": {"interval": "manual"}}}},
                {"idempotency_key": f"{key}-manual", "stripe_account": account},
            )
            return account

    def onboarding(self, account: str, return_url: str, refresh_url: str, key: str) -> str:
        """Create an account link."""
        with self._judged():
            link = self._client.v2.core.account_links.create(
                {
                    "account": account,
                    "use_case": {
                        "type": "account_onboarding",
                        "account_onboarding": {
                            "refresh_url": refresh_url,
                            "return_url": return_url,
                        },
                    },
                },
                {"idempotency_key": key},
            )
            return str(link.url)

    def account(self, account: str) -> Standing:
        """Retrieve it: whether all that was asked for is active, and what is waited for from the seller."""
        with self._judged():
            found = self._client.v2.core.accounts.retrieve(
                account, {"include": ["configuration.recipient", "configuration.merchant", "requirements"]}
            )
            return _standing(found.to_dict())

    def payout(self, account: str, amount_minor: int, currency: str, key: str, *, reference: str = "") -> Payout:
        """Create a payout on the connected account."""
        with self._judged():
            made = self._client.v1.payouts.create(
                {
                    "amount": _outward(amount_minor, currency),
                    "currency": currency.lower(),
                    "metadata": {"reference": reference},
                },
                {"idempotency_key": key, "stripe_account": account},
            )
            return _payout(account, made.to_dict())

    def paid_out(self, account: str, payout: str) -> Payout:
        """Retrieve it."""
        with self._judged():
            found = self._client.v1.payouts.retrieve(payout, {}, {"stripe_account": account})
            return _payout(account, found.to_dict())

    def balance(self, account: str, currency: str) -> int:
        """Retrieve its balance."""
        with self._judged():
            said = self._client.v1.balance.retrieve({}, {"stripe_account": account}).to_dict()
            mine = [one for one in (*said["available"], *said["pending"]) if one["currency"] == currency.lower()]
            return _inward(sum(one["amount"] for one in mine), currency)[0]

    def sessions(self, since: datetime) -> Iterator[Session]:
        """List them, page after page."""
        with self._judged():
            listed = self._client.v1.checkout.sessions.list(
                {"created": {"gte": int(since.timestamp())}, "limit": MOST, "expand": ["data.payment_intent"]}
            )
            for one in listed.auto_paging_iter():
                yield _session(one.to_dict())

    def refunds(self, since: datetime) -> Iterator[Refund]:
        """List them."""
        with self._judged():
            listed = self._client.v1.refunds.list({"created": {"gte": int(since.timestamp())}, "limit": MOST})
            for one in listed.auto_paging_iter():
                yield _refund(one.to_dict())

    def disputes(self, since: datetime) -> Iterator[Dispute]:
        """List them."""
        with self._judged():
            listed = self._client.v1.disputes.list({"created": {"gte": int(since.timestamp())}, "limit": MOST})
            for one in listed.auto_paging_iter():
                yield _dispute(one.to_dict())

    def payouts(self, account: str, since: datetime) -> Iterator[Payout]:
        """List them."""
        with self._judged():
            listed = self._client.v1.payouts.list(
                {"created": {"gte": int(since.timestamp())}, "limit": MOST}, {"stripe_account": account}
            )
            for one in listed.auto_paging_iter():
                yield _payout(account, one.to_dict())

    def heard(self, body: bytes, signature: str, now: datetime) -> Event | None:
        """Verify Stripe's signature; its client's own look at the time knows no future, and not our clock."""
        refused, signatures = _signatures()
        if not signature.isascii():  # which its client can't compare
            raise Forged("signature")
        for secret in self._secrets:
            try:
                signatures.verify_header(body, signature, secret)
            except (refused, UnicodeDecodeError):
                continue
            at, _ = signatures._get_timestamp_and_signatures(signature, "v1")
            if not timedelta(seconds=-AHEAD) <= now - datetime.fromtimestamp(at, UTC) <= timedelta(seconds=PAST):
                raise Forged("time")
            return _event(body)
        raise Forged("signature")


@cache
def _signatures() -> tuple[type[Exception], Any]:
    """Return what a wrong signature raises, and who verifies them; the package looks its names up anew each time."""
    from stripe import SignatureVerificationError, WebhookSignature

    return SignatureVerificationError, WebhookSignature


def _page(told: Said, terms: Terms) -> "SessionCreateParams":
    known = {"ref": str(told["ref"]), "reference": str(told["reference"])}
    currency = str(told["currency"])
    asked: SessionCreateParams = {
        "mode": "payment",
        "client_reference_id": known["ref"],
        "metadata": known,
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": currency.lower(),
                    "unit_amount": _outward(told["amount_minor"], currency),
                    "product_data": {"name": terms.title},
                },
            }
        ],
        "payment_intent_data": {"transfer_data": {"destination": terms.account}, "metadata": known},
        "success_url": terms.paid_url,
        "cancel_url": terms.left_url,
        "expires_at": int(terms.expires_at.timestamp()),
    }
    if terms.fee_minor:
        asked["payment_intent_data"]["application_fee_amount"] = _outward(terms.fee_minor, currency)
    if terms.abroad:
        asked["payment_intent_data"]["on_behalf_of"] = terms.account
    return asked


def _account(told: Said, *, abroad: bool) -> "AccountCreateParams":
    asked: AccountCreateParams = {
        "contact_email": str(told["email"]),
        "dashboard": "express",
        "identity": {"country": str(told["country"]).lower()},
        "configuration": {"recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}}},
        "defaults": {"responsibilities": {"fees_collector": "application", "losses_collector": "application"}},
    }
    if abroad:
        asked["configuration"]["merchant"] = {"capabilities": {"card_payments": {"requested": True}}}
    return asked


def _session(said: Said) -> Session:
    amount, currency = _inward(said["amount_total"], said["currency"])
    states: dict[str, SessionState] = {"open": "open", "expired": "expired"}
    done: SessionState = "paid" if said["payment_status"] == "paid" else "unpaid"
    intent = said.get("payment_intent")
    charge = intent.get("latest_charge") if isinstance(intent, Mapping) else None
    return Session(
        id=said["id"],
        ref=said.get("client_reference_id") or "",
        state=states.get(said["status"], done),
        amount_minor=amount,
        currency=currency,
        expires_at=datetime.fromtimestamp(said["expires_at"], UTC),
        url=said.get("url") or "",
        intent=_id(intent) if intent else None,
        charge=_id(charge) if charge else None,
    )


def _refund(said: Said) -> Refund:
    state = _REFUNDS.get(said["status"], "sent")
    return Refund(
        said["id"], _id(said["payment_intent"]), state, *_inward(said["amount"], said["currency"]), _reference(said)
    )


def _dispute(said: Said) -> Dispute:
    """Read a dispute; the day by which proof is due is nothing where the bank takes none."""
    due = (said.get("evidence_details") or {}).get("due_by") if said["status"] in _ASKS else None
    due_at = datetime.fromtimestamp(due, UTC) if due else None
    amount, currency = _inward(said["amount"], said["currency"])
    state = _DISPUTES.get(said["status"], "open")
    return Dispute(said["id"], _id(said["payment_intent"]), state, amount, currency, due_at)


def _evidence(told: Said) -> "DisputeUpdateParamsEvidence":
    """Say it in the fields that Stripe has for it; what is not known is left out."""
    address = ("name", "line1", "line2", "postcode", "city", "country")
    known = {
        "customer_name": told.get("name"),
        "customer_email_address": told.get("email"),
        "shipping_address": "\n".join(str(told[name]) for name in address if told.get(name)),
        "shipping_carrier": told.get("carrier"),
        "shipping_tracking_number": told.get("tracking"),
        "shipping_date": told.get("shipped_at"),
        "product_description": told.get("title"),
        "refund_refusal_explanation": told.get("sellers_words"),
        "uncategorized_text": told.get("words"),
    }
    evidence: DisputeUpdateParamsEvidence = {}
    for name, value in known.items():
        if value:
            evidence[name] = str(value)  # type: ignore[literal-required]  # a field of theirs, as the tests prove
    return evidence


def _payout(account: str, said: Said) -> Payout:
    state = _PAYOUTS.get(said["status"], "sent")
    return Payout(said["id"], account, state, *_inward(said["amount"], said["currency"]), _reference(said))


def _standing(said: Said) -> Standing:
    can = {name: (one or {}).get("capabilities") or {} for name, one in (said.get("configuration") or {}).items()}
    transfers = can.get("recipient", {}).get("stripe_balance", {}).get("stripe_transfers") or {}
    cards = can.get("merchant", {}).get("card_payments")
    wanted = (said.get("requirements") or {}).get("entries") or []
    wants = tuple(str(one["description"]) for one in wanted if one.get("awaiting_action_from") == "user")
    is_active = all(one.get("status") == "active" for one in (transfers, cards) if one is not None)
    return Standing(said["id"], is_active, wants)


def _event(body: bytes) -> Event | None:
    """Read what is told: of a whole object (v1) or of one that is only named (v2); nothing if that has no id (a balance)."""
    said = json.loads(body)
    about = said.get("related_object") if said.get("object") == "v2.core.event" else said["data"]["object"]
    if not about or "id" not in about:
        return None
    made = said["created"]
    at = datetime.fromisoformat(made) if isinstance(made, str) else datetime.fromtimestamp(made, UTC)
    return Event(said["id"], said["type"], str(about["id"]), said.get("account"), at)


def _reference(said: Said) -> str:
    return str((said.get("metadata") or {}).get("reference") or "")


def _id(said: Any) -> str:
    """Return an object's id, whether it came whole or by name."""
    return str(said["id"] if isinstance(said, Mapping) else said)


def _outward(minor: int, currency: str) -> int:
    """Return an amount as Stripe counts it.

    :raises Declined: ``currency`` for what can't be said there.
    """
    if currency in _HUNDREDFOLD:
        return minor * 100
    if currency in _WHOLE:
        if minor % 100:
            raise Declined("currency")
        return minor // 100
    return minor


def _inward(amount: int, currency: str) -> tuple[int, str]:
    code = currency.upper()
    return (amount // 100 if code in _HUNDREDFOLD else amount * 100 if code in _WHOLE else amount), code
