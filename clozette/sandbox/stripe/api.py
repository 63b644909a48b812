"""The addresses of the API: who may call, what was asked before with the same key, and the faults it is told to have."""

import hashlib
import json
import socket
import time
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from clozette.sandbox.stripe import deeds
from clozette.sandbox.stripe.books import Books, Object, Problem, shown
from clozette.sandbox.stripe.forms import nested

FAULTS: dict[str, tuple[int, str]] = {
    "429": (429, '{"error": {"type": "invalid_request_error", "code": "rate_limit"}}'),
    "500": (500, '{"error": {"type": "api_error"}}'),
    "503": (503, ""),
    "401": (401, '{"error": {"type": "invalid_request_error"}}'),
    "odd": (200, '{"object": "nothing"}'),
    "text": (200, "<p>Sorry</p>"),
    "redirect": (302, ""),
}
BEFORE, AFTER, SLOW = "dropped-before", "dropped-after", "slow-after"
"""The line breaks before anything is done, or when everything is; or the answer comes too late. An empty name spoils nothing."""
NAMES = ("", *FAULTS, BEFORE, AFTER, SLOW)
SLOWNESS = 12.0


def pages(books: Books) -> Blueprint:
    """Return its addresses."""
    blueprint = Blueprint("stripe_api", __name__)
    blueprint.register_error_handler(Problem, _problem)
    _sessions(blueprint, books)
    _money(blueprint, books)
    _disputes(blueprint, books)
    _payouts(blueprint, books)
    _accounts(blueprint, books)
    return blueprint


def _reads(books: Books, do: Callable[[], Object]) -> ResponseReturnValue:
    fault, answer = _gate(books)
    if answer is not None:
        return answer
    if fault:
        raise Problem(500, "", kind="api_error")
    with books.lock:
        return _answer(json.dumps(do()))


def _writes(books: Books, do: Callable[[dict[str, Any]], Object]) -> ResponseReturnValue:
    """Do it once for each key; the same again is answered as before, something else by the same key refused."""
    fault, spoilt = _gate(books)
    if spoilt is not None:
        return spoilt
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        raise Problem(400, "idempotency_key_missing")
    asked = _asked()
    scope = f"{_account() or ''}:{key}"
    said = hashlib.sha256(json.dumps([request.path, asked], sort_keys=True).encode()).hexdigest()
    with books.deed():
        known = books.state["answers"].get(scope)
        if known and known["said"] != said:
            raise Problem(400, "idempotency_key_in_use", kind="idempotency_error")
        if not known:
            body = json.dumps(shown(do(asked)))
            books.state["answers"][scope] = known_now = {"said": said, "body": body}
    if fault == AFTER:
        return _break_line()
    if fault == SLOW:
        time.sleep(SLOWNESS)
    answer = _answer(known["body"] if known else known_now["body"])
    if known:
        answer.headers["Idempotent-Replayed"] = "true"
    return answer


def _gate(books: Books) -> tuple[str, Response | None]:
    """Let nobody in without a key; return the fault that spoils this call once it is done, or the answer that spoils it now."""
    books.calls.append((request.method, request.path, request.headers.get("Idempotency-Key", "")))
    if not request.headers.get("Authorization", "").startswith("Bearer sk_test_"):
        raise Problem(401, "")
    if not books.faults:
        return "", None
    fault = books.faults.pop(0)
    if fault in ("", AFTER, SLOW):
        return fault, None
    if fault == BEFORE:
        return fault, _break_line()
    status, body = FAULTS[fault]
    where = {"Location": "/v1/refunds"} if status == 302 else {}
    return fault, Response(body, status, where, content_type="application/json")


def _break_line() -> Response:
    line: socket.socket = request.environ["werkzeug.socket"]
    line.shutdown(socket.SHUT_RDWR)
    return Response(b"")


def _asked() -> dict[str, Any]:
    if request.path.startswith("/v2/"):
        said: dict[str, Any] = request.get_json(force=True)
        return said
    return nested(request.form.items())


def _account() -> str | None:
    return request.headers.get("Stripe-Account")


def _answer(body: str) -> Response:
    return Response(body, content_type="application/json")


def _problem(problem: Problem) -> Response:
    said = {"type": problem.kind, "code": problem.code, "message": problem.code or "Invalid", "param": problem.param}
    body = {"error": {name: value for name, value in said.items() if value}}
    return Response(json.dumps(body), problem.status, content_type="application/json")


def _list(found: list[Object]) -> Object:
    """Return a page of a list: newer than a moment, after an object, so many."""
    since = int(request.args.get("created[gte]", 0))
    after, most = request.args.get("starting_after"), int(request.args.get("limit", 10))
    known = [one for one in found if one["created"] >= since]
    if after:
        names = [one["id"] for one in known]
        known = known[names.index(after) + 1 :]
    rows = [shown(one) for one in known[:most]]
    return {"object": "list", "url": request.path, "has_more": len(known) > most, "data": rows}


def _whole(books: Books, page: Object) -> Object:
    """Return a page with its money inside it."""
    intent = page["payment_intent"]
    return {**shown(page), "payment_intent": intent and shown(books.find(intent, "payment_intent"))}


def _sessions(blueprint: Blueprint, books: Books) -> None:
    path = "/v1/checkout/sessions"

    @blueprint.post(path)
    def create_session() -> ResponseReturnValue:
        return _writes(books, lambda asked: deeds.create_session(books, asked, request.host_url.rstrip("/")))

    @blueprint.get(path)
    def sessions() -> ResponseReturnValue:
        def do() -> Object:
            listed = _list(books.every("checkout.session"))
            listed["data"] = [_whole(books, one) for one in listed["data"]]
            return listed

        return _reads(books, do)

    @blueprint.get(f"{path}/<name>")
    def session(name: str) -> ResponseReturnValue:
        return _reads(books, lambda: _whole(books, books.page(name)))

    @blueprint.post(f"{path}/<name>/expire")
    def expire(name: str) -> ResponseReturnValue:
        return _writes(books, lambda _asked: deeds.expire_session(books, name))


def _money(blueprint: Blueprint, books: Books) -> None:
    @blueprint.post("/v1/refunds")
    def create_refund() -> ResponseReturnValue:
        return _writes(books, lambda asked: deeds.create_refund(books, asked))

    @blueprint.get("/v1/refunds")
    def refunds() -> ResponseReturnValue:
        return _reads(books, lambda: _list(books.every("refund")))

    @blueprint.get("/v1/refunds/<name>")
    def refund(name: str) -> ResponseReturnValue:
        return _reads(books, lambda: shown(books.find(name, "refund")))

    @blueprint.post("/v1/application_fees/<name>/refunds")
    def refund_fee(name: str) -> ResponseReturnValue:
        return _writes(books, lambda asked: deeds.refund_fee(books, name, asked))

    @blueprint.post("/v1/transfers/<name>/reversals")
    def reverse(name: str) -> ResponseReturnValue:
        return _writes(books, lambda asked: deeds.reverse_transfer(books, name, asked))

    @blueprint.get("/v1/transfers/<name>/reversals")
    def reversals(name: str) -> ResponseReturnValue:
        return _reads(
            books, lambda: _list([one for one in books.every("transfer_reversal") if one["transfer"] == name])
        )

    @blueprint.get("/v1/payment_intents/<name>")
    def intent(name: str) -> ResponseReturnValue:
        def do() -> Object:
            found = books.find(name, "payment_intent")
            return {**shown(found), "latest_charge": shown(books.find(found["latest_charge"], "charge"))}

        return _reads(books, do)


def _disputes(blueprint: Blueprint, books: Books) -> None:
    @blueprint.get("/v1/disputes")
    def disputes() -> ResponseReturnValue:
        return _reads(books, lambda: _list(books.every("dispute")))

    @blueprint.post("/v1/disputes/<name>")
    def contest(name: str) -> ResponseReturnValue:
        return _writes(books, lambda asked: deeds.submit_evidence(books, name, asked))

    @blueprint.post("/v1/files")
    def upload() -> ResponseReturnValue:
        sent = request.files["file"].read()
        return _writes(books, lambda asked: deeds.upload(books, asked, sent))

    @blueprint.get("/v1/disputes/<name>")
    def dispute(name: str) -> ResponseReturnValue:
        return _reads(books, lambda: shown(books.find(name, "dispute")))


def _payouts(blueprint: Blueprint, books: Books) -> None:
    @blueprint.post("/v1/payouts")
    def create_payout() -> ResponseReturnValue:
        return _writes(books, lambda asked: deeds.create_payout(books, asked, _account() or ""))

    @blueprint.get("/v1/payouts")
    def payouts() -> ResponseReturnValue:
        return _reads(books, lambda: _list(books.every("payout", _account())))

    @blueprint.get("/v1/payouts/<name>")
    def payout(name: str) -> ResponseReturnValue:
        return _reads(books, lambda: shown(books.find(name, "payout", _account())))

    @blueprint.get("/v1/balance")
    def balance() -> ResponseReturnValue:
        return _reads(books, lambda: deeds.balance(books, _account() or ""))

    @blueprint.post("/v1/balance_settings")
    def set_payouts() -> ResponseReturnValue:
        return _writes(books, lambda asked: deeds.set_payouts(books, asked, _account() or ""))


def _accounts(blueprint: Blueprint, books: Books) -> None:
    @blueprint.post("/v2/core/accounts")
    def create_account() -> ResponseReturnValue:
        return _writes(books, lambda asked: deeds.create_account(books, asked))

    @blueprint.get("/v2/core/accounts/<name>")
    def account(name: str) -> ResponseReturnValue:
        return _reads(books, lambda: shown(deeds.account(books.find(name, "v2.core.account"))))

    @blueprint.post("/v2/core/account_links")
    def create_link() -> ResponseReturnValue:
        return _writes(books, lambda asked: deeds.create_link(books, asked, request.host_url.rstrip("/")))
