"""The mailbox page and the text messages, also as JSON."""

import re

from flask import Flask, Response, abort, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from clozette.sandbox import answers, drand, mailchimp, texts
from clozette.sandbox.inbox import Inbox
from clozette.sandbox.stripe import api as stripe_api
from clozette.sandbox.stripe import pages as stripe_pages
from clozette.sandbox.stripe.books import Books

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; form-action 'self' "
    "https://localhost:*; base-uri 'none'; frame-ancestors 'self'"
)
# A mail's own HTML: its styles and pictures of this machine, no scripts; its links open beside the mailbox.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data: https://localhost:*; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
_LINK = re.compile(r"(https?://[^\s<>\"']+[^\s<>\"'.,)])")


def create_app(inbox: Inbox, service: mailchimp.Mailchimp | None = None, books: Books | None = None) -> Flask:
    """Build the pages over ``inbox``, and a Mailchimp and a payment service beside them."""
    app = Flask("clozette.sandbox")
    app.config["TRUSTED_HOSTS"] = ["localhost", "127.0.0.1"]
    app.jinja_env.filters["linked"] = linked
    app.after_request(_harden)
    _mail_pages(app, inbox)
    app.register_blueprint(texts.pages(inbox))
    app.register_blueprint(mailchimp.pages(service or mailchimp.Mailchimp()))
    app.register_blueprint(drand.pages())
    books = books or Books()
    app.register_blueprint(stripe_api.pages(books))
    app.register_blueprint(stripe_pages.pages(books))
    app.add_url_rule("/", "home", lambda: redirect("/mail"))
    return app


def linked(text: str) -> Markup:
    """Make the links in a plain text clickable."""
    parts = _LINK.split(text)
    made = (
        Markup('<a href="{0}" target="_blank" rel="noopener">{0}</a>').format(part) if place % 2 else escape(part)
        for place, part in enumerate(parts)
    )
    return Markup("").join(made)


def _mail_pages(app: Flask, inbox: Inbox) -> None:
    @app.get("/mail")
    def mails() -> str:
        return render_template("mails.html", mails=list(inbox.mails()))

    @app.get("/mail/<name>")
    def mail(name: str) -> str:
        return render_template("mail.html", mail=inbox.mail(name) or abort(404))

    @app.post("/mail/<name>/answer")
    def answer(name: str) -> ResponseReturnValue:
        mail = inbox.mail(name) or abort(404)
        made = answers.ANSWERS.get(request.form.get("kind", ""))
        if made is None or not mail.path or (port := app.config.get("INBOUND_PORT")) is None:
            abort(422)
        try:
            answers.send(port, *made(mail))
        except OSError as error:
            return f"The site did not take it ({type(error).__name__}).", 502
        return redirect(f"/mail/{mail.id}?answered=1", 303)

    @app.get("/mail/<name>/html")
    def mail_html(name: str) -> Response:
        found = inbox.mail(name) or abort(404)
        response = Response('<!doctype html><base target="_blank">' + found.html)
        response.headers["Content-Security-Policy"] = MAIL_POLICY
        return response

    @app.get("/mail.json")
    def mails_json() -> Response:
        to = request.args.get("to")
        return jsonify([mail.as_json() for mail in inbox.mails() if to is None or to in mail.recipients])


def _harden(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
