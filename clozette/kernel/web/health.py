"""Operations: is the process up, can it serve, how does the work stand."""

import hmac
import ipaddress

import sqlalchemy as sa
from flask import Blueprint, Flask, Response, abort, current_app, request
from sqlalchemy import exc

from clozette.kernel import tasks
from clozette.kernel.database import db
from clozette.kernel.web import gate
from clozette.settings import Settings

blueprint = Blueprint("health", __name__)


def init_app(app: Flask) -> None:
    """Register the three addresses."""
    app.register_blueprint(blueprint)


@blueprint.get("/healthz")
@gate.everyone()
def healthz() -> Response:
    """Say that this process answers."""
    return _plain("ok\n")


@blueprint.get("/readyz")
@gate.everyone()
def readyz() -> Response:
    """Say whether pages can be served: the database answers and has our tables."""
    try:
        with db.get_engine().connect() as connection:
            connection.execute(sa.text("SELECT 1"))
        tasks.standing(current_app)
    except exc.SQLAlchemyError:
        return _plain("database: no answer\n", 503)
    return _plain("ready\n")


@blueprint.get("/metrics")
@gate.everyone()
def metrics() -> Response:
    """Give numbers in Prometheus' text format, to this machine or to who knows the token."""
    if not _may_see_metrics():
        abort(404)
    standing = tasks.standing(current_app)
    numbers = {
        "clozette_tasks_waiting": standing.waiting,
        "clozette_tasks_running": standing.running,
        "clozette_tasks_failed": standing.failed,
        "clozette_tasks_oldest_seconds": round(standing.oldest_seconds, 1),
        "clozette_workers": len(standing.workers),
    }
    lines = [f"# TYPE {name} gauge\n{name} {value}\n" for name, value in numbers.items()]
    return _plain("".join(lines))


def _may_see_metrics() -> bool:
    settings: Settings = current_app.extensions["clozette.settings"]
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if settings.metrics_token and hmac.compare_digest(given.encode(), settings.metrics_token.encode()):
        return True
    # A proxy on this machine makes everybody look local; it says for whom it asks.
    forwarded = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "Via"))
    return not forwarded and _is_loopback(request.remote_addr or "")


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _plain(text: str, status: int = 200) -> Response:
    response = Response(text, status, mimetype="text/plain")
    response.headers["Cache-Control"] = "no-store"
    return response
