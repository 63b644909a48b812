"""A gallery: every piece of the design on pages of its own, served to a browser, with nothing of the rooms behind it."""

import threading
import time
from pathlib import Path

import pytest
from flask import Flask, flash, g, redirect, render_template, request
from flask_wtf import CSRFProtect
from jinja2 import ChoiceLoader, FileSystemLoader
from PIL import Image
from werkzeug.serving import make_server

from clozette.kernel.paging import Page
from clozette.kernel.viewer import GUEST, Viewer
from clozette.kernel.web import headers, locale, pages
from clozette.settings import ROOT

MEMBER = Viewer(member_id=1, subject_id=1, handle="mei", display_name="Mei Tan", is_confirmed=True)
GALLERY = Path(__file__).parent / "gallery"


class TypedForm:
    """What the field macros need of a form."""

    def __init__(self, values=None, errors=None):
        self.values = values or {}
        self.errors = errors or {}

    def value(self, name, default=""):
        return self.values.get(name, default)

    def error(self, name):
        return self.errors.get(name, [])

    @property
    def summary(self):
        return self.errors.get("_schema", [])


def make_app(folder):
    """Make the gallery; ``app.got`` keeps what was sent to it."""
    app = Flask("gallery", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.jinja_loader = ChoiceLoader([app.jinja_loader, FileSystemLoader(GALLERY)])
    app.config.update(SECRET_KEY="for the gallery alone", TEMPLATES_AUTO_RELOAD=False)
    app.got = []
    headers.init_app(app)
    CSRFProtect(app)
    locale.init_app(app)
    pages.init_app(app)
    Image.new("RGB", (600, 800), "#778899").save(folder / "photo.webp")
    app.before_request(lambda: setattr(g, "viewer", GUEST if "guest" in request.args else MEMBER))
    app.context_processor(lambda: {"viewer": g.viewer, "Form": TypedForm, "Page": Page})
    _add_views(app, folder)
    return app


def _add_views(app, folder):
    for path in (
        "/feed",
        "/discover",
        "/closet",
        "/search",
        "/notifications",
        "/settings",
        "/policy",
        "/login",
        "/admin",
    ):
        app.add_url_rule(path, path, lambda: redirect("/pieces", 303))

    @app.get("/photo.webp")
    def photo():
        return (folder / "photo.webp").read_bytes(), 200, {"Content-Type": "image/webp"}

    @app.get("/pieces", defaults={"name": "pieces"})
    @app.get("/form", defaults={"name": "form"})
    def show(name):
        return render_template(f"{name}.html")

    @app.get("/wrong/<int:status>")
    def wrong(status):
        return render_template(
            "error.html", status=status, detail="There is nothing here, or it isn't shared with you."
        ), status

    @app.post("/love")
    def love():
        app.got.append(("love", request.form["_method"]))
        return redirect("/login?next=/pieces" if "expired" in request.args else "/pieces", 303)

    @app.post("/form")
    def form():
        time.sleep(0.5)
        app.got.append(("form", dict(request.form), [file.filename for file in request.files.getlist("photos")]))
        if not request.form.get("name"):
            return render_template("form.html", errors={"name": ["Please fill this in."], "_schema": ["Not yet."]}), 422
        flash("Saved, all of it.", "success")
        return redirect("/pieces", 303)


@pytest.fixture(scope="session")
def gallery_app(tmp_path_factory):
    return make_app(tmp_path_factory.mktemp("gallery"))


@pytest.fixture
def gallery(gallery_app):
    return gallery_app.test_client()


@pytest.fixture
def got(gallery_app):
    gallery_app.got.clear()
    return gallery_app.got


@pytest.fixture(scope="session")
def gallery_url(gallery_app):
    server = make_server("localhost", 0, gallery_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
