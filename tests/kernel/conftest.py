"""A workshop: the whole application with a few views more, to try the edge on what no real page does."""

import pytest
from flask import abort, jsonify, redirect, request

from clozette import create_app
from clozette.kernel.web.gate import everyone, viewer
from tests.support import databases, processes
from tests.support.application import test_settings
from tests.support.client import Client


@pytest.fixture(scope="session")
def workshop_app():
    with processes.scratch("workshop") as folder:
        app = create_app(test_settings(f"sqlite:///{folder / 'clozette.db'}", folder), TESTING=True)
        app.config["PROPAGATE_EXCEPTIONS"] = False
        app.test_client_class = Client
        databases.create_schema(app)
        _add_views(app)
        yield app


@pytest.fixture
def workshop(workshop_app):
    yield workshop_app.test_client()
    workshop_app.extensions["clozette.limits"].reset()


def _add_views(app):
    @app.get("/workshop/page")
    @everyone()
    def page():
        return "<!doctype html><title>A page</title>"

    @app.post("/workshop/form")
    @everyone()
    def form():
        return jsonify(fields=len(request.form), files=len(request.files))

    @app.post("/api/workshop")
    @everyone()
    def api():
        return jsonify(request.get_json())

    @app.get("/workshop/boom")
    @everyone()
    def boom():
        raise RuntimeError("on purpose")

    @app.get("/workshop/status/<int:status>")
    @app.get("/api/workshop/status/<int:status>")
    @everyone()
    def status(status):
        abort(status)

    @app.get("/workshop/away")
    @everyone()
    def away():
        return redirect("/workshop/page", 303)

    @app.get("/workshop/own")
    @everyone()
    def own():
        viewer()
        said = {
            "Content-Security-Policy": "default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            "Vary": "Accept-Language",
        }
        return "data", said

    @app.get("/workshop/address")
    @everyone()
    def address():
        return jsonify(remote=request.remote_addr, host=request.host, scheme=request.scheme)

    @app.get("/workshop/undeclared")
    def undeclared():
        return "nobody said who may see this"
