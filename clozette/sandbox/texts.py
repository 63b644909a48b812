"""A provider of text messages to try things out with: it takes them once, shows them, and lets their reader answer.

It speaks the JSON of ``docs/text-messages.md``, as a real provider's gateway has to.
"""

import json
import secrets
import ssl
import time
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from urllib.parse import urlsplit

from flask import Blueprint, abort, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from clozette.sandbox.inbox import Inbox
from clozette.sandbox.mailchimp import sign

SIGNING_SECRET = "texts_sandbox"  # noqa: S105 - a toy's
WORDS = ("STOP", "HELP", "START")
PATIENCE = 10.0
Send = Callable[[str, bytes, dict[str, str]], None]


def pages(inbox: Inbox, send: Send | None = None) -> Blueprint:
    """Return its addresses.

    :param send: what takes an answer to the site.
    """
    blueprint = Blueprint("texts", __name__)

    @blueprint.get("/sms")
    def texts() -> str:
        said = {"answered": request.args.get("answered", "")}
        return render_template("texts.html", texts=list(inbox.texts()), words=WORDS, **said)

    @blueprint.get("/sms.json")
    def texts_json() -> ResponseReturnValue:
        to = request.args.get("to")
        return jsonify([text.as_json() for text in inbox.texts() if to is None or text.to == to])

    @blueprint.post("/sms.json")
    def take() -> ResponseReturnValue:
        given = request.get_json()
        if not isinstance(given, dict) or not all(isinstance(given.get(name), str) for name in ("to", "text")):
            return jsonify(error="message"), 422
        name = str(given.get("id") or secrets.token_hex(8))
        inbox.keep_text(given["to"], given["text"], name=name, answers=str(given.get("answers", "")))
        return jsonify(ref=f"sandbox-{name}"[:64]), 202

    @blueprint.post("/sms/<name>/answer")
    def answer(name: str) -> ResponseReturnValue:
        text, words = inbox.text(name) or abort(404), request.form.get("text", "")
        if not words or urlsplit(text.answers).hostname not in {"localhost", "127.0.0.1"}:
            abort(422)
        said = {"kind": "answer", "id": secrets.token_hex(8), "from": text.to, "text": words}
        try:
            tell(text.answers, said, send or _post)
        except (OSError, HTTPException) as error:
            return f"The site did not take it ({type(error).__name__}).", 502
        return redirect("/sms?answered=1", 303)

    return blueprint


def tell(address: str, said: dict[str, str], send: Send) -> None:
    """Send the site a message, signed."""
    body = json.dumps(said).encode()
    signature = sign(SIGNING_SECRET, body, int(time.time()))
    send(address, body, {"Content-Type": "application/json", "X-Texts-Signature": signature})


def _post(address: str, body: bytes, headers: dict[str, str]) -> None:
    context = ssl._create_unverified_context()  # noqa: S323 - a toy that talks to this machine alone
    asked = urllib.request.Request(address, data=body, headers=headers, method="POST")  # noqa: S310 - this machine
    with urllib.request.urlopen(asked, timeout=PATIENCE, context=context):  # noqa: S310 - this machine
        pass
