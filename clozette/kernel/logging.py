"""Logs: one event a line, with the request's id and never anything about a person.

Errors are logged by kind and place; their texts may hold what a person typed (a database quotes the row that it
refused), so only development shows them. What still looks like a mail address is struck out.
"""

import logging
import re
import secrets
import sys
import time
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import Any

import structlog
from flask import Flask, Response, g, has_request_context, request
from structlog.typing import EventDict, Processor, WrappedLogger

from clozette.kernel.context import kept
from clozette.settings import Settings

SLOW_SECONDS = 1.0
FRAMES = 12
_MAIL = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+")
log = structlog.get_logger()
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def configure(env: str) -> None:
    """Set the whole process's logs up: JSON lines on stderr, or coloured text in development."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper("iso", utc=True),
        add_request_id,
    ]
    last: list[Processor] = [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    if env != "development":
        last = [hide_error_text, strike_addresses, structlog.processors.JSONRenderer()]
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler()
    formatting = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=formatting))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def init_app(app: Flask) -> None:
    """Give every request an id, and log the answers that went wrong or took long."""
    settings: Settings = app.extensions["clozette.settings"]
    if settings.env != "test":
        configure(settings.env)
    app.before_request(_begin)
    app.after_request(_end)


def add_request_id(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Name the request that a line belongs to."""
    if has_request_context() and "request_id" in g:
        event["request_id"] = g.request_id
    return event


def hide_error_text(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Keep an error's kind and place, not its text."""
    given = event.pop("exc_info", None)
    if given:
        kind, error, trace = _info(given)
        if error is not None and kind is not None:
            event["error"] = kind.__name__
            event["where"] = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(trace)[-FRAMES:]]
    return event


def strike_addresses(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Strike out what looks like a mail address."""
    for name, value in event.items():
        if isinstance(value, str) and "@" in value:
            event[name] = _MAIL.sub("[address]", value)
    return event


def _info(given: Any) -> ExcInfo | tuple[None, None, None]:
    if isinstance(given, BaseException):
        return type(given), given, given.__traceback__
    if isinstance(given, tuple):
        return given
    return sys.exc_info()


def _begin() -> None:
    kept().update(request_id=secrets.token_hex(8), request_began=time.monotonic())


def _end(response: Response) -> Response:
    values = kept()
    if "request_id" not in values:
        return response
    response.headers["X-Request-ID"] = values["request_id"]
    seconds = time.monotonic() - values["request_began"]
    if response.status_code >= 500 or seconds > SLOW_SECONDS:
        write: Callable[..., Any] = log.error if response.status_code >= 500 else log.warning
        event = "request_failed" if response.status_code >= 500 else "request_slow"
        write(
            event, endpoint=request.endpoint, method=request.method, status=response.status_code, ms=int(seconds * 1000)
        )
    return response
