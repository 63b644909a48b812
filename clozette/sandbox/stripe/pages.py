"""The pages that people see: where a card is typed, where a seller says who they are, and what banks do."""

import re
from collections.abc import Callable
from decimal import Decimal

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from clozette.sandbox.stripe import api
from clozette.sandbox.stripe.books import CARDS, SECURE, Books, Problem, shown

WORDS = {
    "generic_decline": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "incorrect_number": "This is not one of the test cards below. Never type a real card here.",
    "not_proven": "We could not prove that the card is yours. Try again, or take another one.",
}
_WHOLE = frozenset(
    ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"]
)
_THOUSANDTHS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])
"""Currencies whose smallest coins are not hundredths."""


def pages(books: Books) -> Blueprint:
    """Return the routes."""
    blueprint = Blueprint("stripe_pages", __name__)
    blueprint.add_app_template_filter(amount)
    blueprint.register_error_handler(Problem, lambda problem: (str(problem), problem.status))
    _checkout(blueprint, books)
    _connect(blueprint, books)
    _controls(blueprint, books)
    return blueprint


def amount(minor: int, currency: str) -> str:
    """Say how much so many of a currency's smallest coins are: ``75.55 EUR``."""
    code = currency.upper()
    digits = 0 if code in _WHOLE else 3 if code in _THOUSANDTHS else 2
    return f"{Decimal(minor).scaleb(-digits):,.{digits}f} {code}"


def _checkout(blueprint: Blueprint, books: Books) -> None:
    def answer(name: str, outcome: str, status: int = 422) -> ResponseReturnValue:
        page = books.page(name)
        if outcome == "paid":
            return redirect(page["success_url"].replace("{CHECKOUT_SESSION_ID}", name), 303)
        if outcome == "challenge":
            return redirect(f"/pay/{name}/challenge", 303)
        return render_template("stripe_pay.html", page=page, cards=CARDS, said=WORDS.get(outcome)), status

    @blueprint.get("/pay/<name>")
    def pay(name: str) -> ResponseReturnValue:
        page = books.page(name)
        return answer(name, "paid" if page["status"] == "complete" else page["status"], 200)

    @blueprint.post("/pay/<name>")
    def take(name: str) -> ResponseReturnValue:
        return answer(name, books.pay(name, re.sub(r"\D", "", request.form.get("number", ""))))

    @blueprint.get("/pay/<name>/challenge")
    def challenge(name: str) -> ResponseReturnValue:
        return render_template("stripe_challenge.html", page=books.page(name))

    @blueprint.post("/pay/<name>/challenge")
    def prove(name: str) -> ResponseReturnValue:
        is_proven = request.form.get("prove") == "yes"
        return answer(name, books.pay(name, SECURE, challenged=True) if is_proven else "not_proven")


def _connect(blueprint: Blueprint, books: Books) -> None:
    @blueprint.get("/connect/<account>")
    def connect(account: str) -> ResponseReturnValue:
        return render_template("stripe_connect.html", account=books.find(account, "v2.core.account"))

    @blueprint.post("/connect/<account>")
    def told(account: str) -> ResponseReturnValue:
        books.onboard(account, wants="" if request.form.get("enough") == "yes" else "identity.individual.verification")
        return redirect(books.find(account, "v2.core.account").get("_back") or "/stripe", 303)


def _controls(blueprint: Blueprint, books: Books) -> None:
    @blueprint.get("/stripe")
    def overview() -> ResponseReturnValue:
        kinds = ("checkout.session", "refund", "dispute", "v2.core.account")
        known = {kind: books.every(kind) for kind in kinds}
        known["payout"] = [one for one in books.state["objects"].values() if one["object"] == "payout"]
        return render_template("stripe.html", known=known, balances=books.state["balances"], faults=books.faults)

    @blueprint.get("/stripe.json")
    def overview_json() -> ResponseReturnValue:
        return {"objects": [shown(one) for one in books.state["objects"].values()], **_plain(books)}

    @blueprint.post("/stripe/faults")
    def faults() -> ResponseReturnValue:
        books.faults[:] = [name for name in request.get_json(force=True)["next"] if name in api.NAMES]
        return "", 204

    @blueprint.post("/stripe/banks")
    def banks() -> ResponseReturnValue:
        deed, name = request.form.get("deed", ""), request.form.get("name", "")
        deeds: dict[str, Callable[[], object]] = {
            "inquire": lambda: books.dispute(name, "warning_needs_response"),
            "drop": lambda: books.dispute(name, "warning_closed"),
            "dispute": lambda: books.dispute(name),
            "won": lambda: books.dispute(name, "won"),
            "lost": lambda: books.dispute(name, "lost"),
            "arrive": lambda: books.settle(name),
            "come_back": lambda: books.settle(name, "failed"),
            "refuse": lambda: books.fail_refund(name),
        }
        if deed not in deeds or name not in books.state["objects"]:
            abort(422)
        deeds[deed]()
        return redirect("/stripe", 303)


def _plain(books: Books) -> dict[str, object]:
    return {"balances": books.state["balances"], "calls": books.calls, "faults": books.faults}
