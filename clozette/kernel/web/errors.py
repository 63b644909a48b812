"""Errors in the user's words: a page for people, problem+json (RFC 9457) for programs, never a bare 500."""

import errno
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, jsonify, render_template, request
from flask_babel import lazy_gettext as _l
from sqlalchemy import exc
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.http import HTTP_STATUS_CODES

from clozette.kernel.database import db
from clozette.kernel.refusal import Refused

log = structlog.get_logger()

MESSAGES = {
    400: _l("That request could not be read. Go back and try again."),
    403: _l("This page was open for too long, or the form came from somewhere else. Reload it and try again."),
    404: _l("There is nothing here, or it isn't shared with you."),
    405: _l("This address can't be used that way."),
    409: _l("Somebody was quicker, or this was already done. Reload the page to see how things stand."),
    413: _l("That is too large. Photos may be up to 25 MB each."),
    415: _l("That kind of file or message isn't taken here."),
    422: _l("Something in the form needs another look."),
    429: _l("That was many tries in a short time. Wait a moment, then try again."),
    500: _l("Something went wrong on our side. Nothing was lost; please try again."),
    503: _l("We are a little busy right now. Please try again in a moment."),
    507: _l("There is no room for more right now. Nothing was changed; please try again later."),
}


def wants_json() -> bool:
    """Whether to answer as a program expects."""
    return request.path.startswith("/api/")


def problem(status: int, detail: str, *, code: str | None = None, errors: Any = None) -> Response:
    """Return an ``application/problem+json`` answer; ``errors`` are messages per field."""
    body: dict[str, Any] = {"type": "about:blank", "title": HTTP_STATUS_CODES.get(status, "Error"), "status": status}
    body["detail"] = detail
    if code:
        body["code"] = code
    if errors:
        body["errors"] = errors
    response = jsonify(body)
    response.status_code = status
    response.mimetype = "application/problem+json"
    return response


def answer(status: int, detail: str | None = None, *, code: str | None = None, errors: Any = None) -> Response:
    """Return an error page or a problem document, as the caller expects."""
    text = detail or str(MESSAGES.get(status, MESSAGES[400]))
    if wants_json():
        return problem(status, text, code=code, errors=errors)
    page = render_template("error.html", status=status, detail=text)
    return current_app.make_response((page, status))


def answer_for_database(error: exc.DBAPIError) -> Response:
    """A broken constraint is a conflict (409); a locked or lost database is a pause (503)."""
    if isinstance(error, exc.IntegrityError):
        return answer(409)
    response = answer(503)
    response.headers["Retry-After"] = "2"
    return response


def init_app(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(exc.IntegrityError, _database)
    app.register_error_handler(exc.OperationalError, _database)
    app.register_error_handler(Exception, _unexpected)


def _http(error: HTTPException) -> Any:
    if error.response is not None or (error.code or 500) < 400:
        return error
    data = getattr(error, "data", None) or {}  # webargs leaves its messages here
    messages = data.get("messages")
    if isinstance(messages, dict):
        messages = _flatten(messages)
    known = error.code in MESSAGES
    response = answer(error.code or 500, None if known else error.description, errors=messages)
    for name, value in error.get_headers():
        if name.lower() in {"allow", "retry-after", "www-authenticate"}:
            response.headers[name] = value
    return response


def _flatten(messages: dict[str, Any]) -> dict[str, Any]:
    """Drop webargs' layer that names where a field came from."""
    flat: dict[str, Any] = {}
    for place in messages.values():
        flat.update(place if isinstance(place, dict) else {"_schema": place})
    return flat


def _refused(error: Refused) -> Response:
    db.session.rollback()
    refusal = error.refusal
    errors = {refusal.field: [refusal.message]} if refusal.field else None
    return answer(409, refusal.message, code=refusal.code, errors=errors)


def _database(error: exc.DBAPIError) -> Response:
    log.warning("database_refused", kind=type(error.orig).__name__, endpoint=request.endpoint)
    db.session.rollback()
    return answer_for_database(error)


def _unexpected(error: Exception) -> Response:
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:  # an upload's passing file, say
        log.error("disk_full", endpoint=request.endpoint)
        db.session.rollback()
        return answer(507)
    if current_app.config["PROPAGATE_EXCEPTIONS"]:
        raise error
    log.exception("unexpected", endpoint=request.endpoint, request_id=g.get("request_id"))
    db.session.rollback()
    return answer(InternalServerError.code)
