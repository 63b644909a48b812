"""The payment service of the demo: the sandbox's own books, kept where the sandbox finds them when it starts."""

from datetime import UTC, datetime
from pathlib import Path

from clozette.kernel import clock
from clozette.kernel.ports.payments import Declined, Payout, Refund, Session, Standing, Terms, depart
from clozette.kernel.ports.release import Release
from clozette.sandbox.stripe import deeds
from clozette.sandbox.stripe.books import Books


class Counter:
    """As much of the service as buying and selling ask for, with currencies of hundredths alone."""

    origins: tuple[str, ...] = ()

    def __init__(self, file: Path, origin: str, home: str) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        self._books = Books(file, now=lambda: clock.now().timestamp(), home=home)
        self._origin = origin

    def open_account(self, release: Release, key: str, *, abroad: bool = False) -> str:
        """Open an account whose owner has told everything."""
        told = depart(release)
        wishes: dict[str, object] = {
            "recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}},
            "merchant": {"capabilities": {"card_payments": {"requested": abroad}}},
        }
        asked = {"contact_email": told["email"], "identity": {"country": told["country"]}, "configuration": wishes}
        with self._books.deed():
            account = str(deeds.create_account(self._books, asked)["id"])
            self._books.find(account, "v2.core.account")["_payouts"] = "manual"
        self._books.onboard(account)
        return account

    def onboarding(self, account: str, return_url: str, refresh_url: str, key: str) -> str:
        """Lead nowhere: everything is told."""
        return return_url

    def account(self, account: str) -> Standing:
        """Say that money reaches an account."""
        return Standing(account, is_active=not self._books.find(account, "v2.core.account")["_wants"])

    def start(self, release: Release, terms: Terms, key: str) -> Session:
        """Open a page."""
        told = depart(release)
        price = {"currency": told["currency"].lower(), "unit_amount": told["amount_minor"]}
        money = {"application_fee_amount": terms.fee_minor, "transfer_data": {"destination": terms.account}}
        money |= {"on_behalf_of": terms.account} if terms.abroad else {}
        asked = {
            "mode": "payment",
            "client_reference_id": told["ref"],
            "line_items": [{"price_data": {**price, "product_data": {"name": terms.title}}}],
            "payment_intent_data": money,
            "success_url": terms.paid_url,
            "cancel_url": terms.left_url,
            "expires_at": int(terms.expires_at.timestamp()),
        }
        with self._books.deed():
            made = str(deeds.create_session(self._books, asked, self._origin)["id"])
        return self.session(made)

    def pay(self, session: str) -> Session:
        """Pay with a card that nobody asks about."""
        outcome = self._books.pay(session)
        if outcome != "paid":
            raise Declined(outcome)
        return self.session(session)

    def refund(
        self, intent: str, amount_minor: int, currency: str, key: str, *, reference: str = "", from_seller: bool = True
    ) -> Refund:
        """Give money back; it arrives at once."""
        asked = {"payment_intent": intent, "amount": amount_minor, "reverse_transfer": from_seller}
        with self._books.deed():
            made = deeds.create_refund(self._books, {**asked, "metadata": {"reference": reference}})
        return Refund(str(made["id"]), intent, "done", amount_minor, currency, reference)

    def give_fee(self, intent: str, amount_minor: int, currency: str, key: str, *, reference: str = "") -> None:
        """Give a seller a part of the fee back."""
        charge = self._books.find(self._books.find(intent, "payment_intent")["latest_charge"], "charge")
        with self._books.deed():
            deeds.refund_fee(self._books, charge["application_fee"], {"amount": amount_minor})

    def payout(self, account: str, amount_minor: int, currency: str, key: str, *, reference: str = "") -> Payout:
        """Send a seller's money; it arrives at once."""
        asked = {"amount": amount_minor, "currency": currency.lower(), "metadata": {"reference": reference}}
        with self._books.deed():
            made = deeds.create_payout(self._books, asked, account)
            made["status"] = "paid"
        return Payout(str(made["id"]), account, "done", amount_minor, currency, reference)

    def expire(self, session: str, key: str) -> Session:
        """Close a page."""
        with self._books.deed():
            deeds.expire_session(self._books, session)
        return self.session(session)

    def session(self, session: str) -> Session:
        """Return a page as it is."""
        page = self._books.page(session)
        intent = page["payment_intent"]
        return Session(
            id=session,
            ref=page["client_reference_id"],
            state={"open": "open", "expired": "expired"}.get(page["status"], "paid"),  # type: ignore[arg-type]
            amount_minor=page["amount_total"],
            currency=page["currency"].upper(),
            expires_at=datetime.fromtimestamp(page["expires_at"], UTC),
            url=page["url"] or "",
            intent=intent,
            charge=self._books.find(intent, "payment_intent")["latest_charge"] if intent else None,
        )
