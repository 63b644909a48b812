"""Photos through a form and an upload, and the answers when something is wrong. The views here are the tests' own."""

import errno
import io
import os
import threading
import time
from collections.abc import Iterator
from typing import Any

import marshmallow as ma
import pytest
from flask import Flask, current_app
from sqlalchemy import orm

from clozette import create_app
from clozette.kernel import clock, images, tasks
from clozette.kernel.database import db
from clozette.kernel.ports import storage
from clozette.kernel.schemas import Schema
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form
from clozette.media import files, intake, services
from clozette.media.models import Photo
from clozette.media.schemas import PhotoOut, Upload
from clozette.privacy import subjects
from tests.factories import photos
from tests.support.application import test_settings
from tests.support.client import Client


class UploadForm(Schema):
    """One photo or several."""

    photo = Upload(required=True)
    more = ma.fields.List(Upload())


@pytest.fixture(scope="module")
def apps() -> Iterator[dict[str, Flask]]:
    """Keep the applications that ``site_app`` made, one for each database."""
    made: dict[str, Flask] = {}
    yield made
    for app in made.values():
        with app.app_context():
            for engine in db.engines.values():
                engine.dispose()


@pytest.fixture
def site_app(site: Any, engine: str, apps: dict[str, Flask]) -> Flask:
    """Give an application on the test's database with views that take photos, as a page and as the API."""
    if engine not in apps:
        settings = test_settings(site.database.url, site.folder)
        apps[engine] = app = create_app(settings, TESTING=True, PROPAGATE_EXCEPTIONS=False)
        app.test_client_class = Client
        app.add_url_rule("/try", "try", take, methods=["POST"])
        app.add_url_rule("/api/v1/try", "api_try", take, methods=["POST"])
    with apps[engine].app_context():
        apps[engine].config["OWNER"] = subjects.create(clock.now()).id
        db.session.commit()
    return apps[engine]


@gate.everyone()
def take() -> Any:
    """Take a photo, as a room's view does."""
    form = Form(UploadForm)
    if not form.load():
        return {"errors": form.errors}, 422
    photo = services.add_photo(current_app.config["OWNER"], form.data["photo"], clock.now())
    return {"photo": PhotoOut().dump(photo)}, 201


def send(app: Flask, data: bytes, name: str = "x.jpg", path: str = "/try", **more: Any) -> Any:
    return app.test_client().post(path, data={"photo": (io.BytesIO(data), name), **more})


def rows(app: Flask) -> int:
    with app.app_context():
        return db.session.query(Photo).count()


def test_a_good_photo(site_app: Flask) -> None:
    answer = send(site_app, photos.encoded(photos.quarters(800, 600), "PNG"), "photo.txt")
    assert answer.status_code == 201
    photo = answer.json["photo"]
    assert (photo["width"], photo["height"]) == (800, 600)
    assert set(photo) == {"id", "width", "height", "colours", "placeholder", "address"}
    shown = site_app.test_client().get(photo["address"])
    assert (shown.status_code, shown.mimetype) == (200, "image/webp")


@pytest.mark.parametrize("path", ["/try", "/api/v1/try"])
@pytest.mark.parametrize(
    "data",
    [
        photos.jpeg() + photos.zipped(),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        photos.animated("GIF"),
        photos.png_bomb(),
        photos.jpeg()[:500],
        b"nothing",
    ],
)
def test_a_bad_photo_is_422_and_says_what_is_taken(site_app: Flask, data: bytes, path: str) -> None:
    answer = send(site_app, data, "photo.png", path)
    assert answer.status_code == 422
    assert "We take photos as JPEG, PNG" in answer.get_data(as_text=True)
    if path.startswith("/api"):
        assert answer.json["code"].startswith("photo-")
    assert rows(site_app) == 0


def test_one_byte_too_many(site_app: Flask) -> None:
    data = photos.jpeg() + bytes(images.MAX_BYTES + 1 - len(photos.jpeg()))
    answer = send(site_app, data)
    assert answer.status_code == 422
    assert "too large" in answer.json["errors"]["photo"][0]
    assert send(site_app, data[:-1]).status_code == 201


def test_text_where_a_photo_belongs(site_app: Flask) -> None:
    answer = site_app.test_client().post("/try", data={"photo": "a.jpg"})
    assert answer.status_code == 422
    assert answer.json["errors"] == {"photo": ["Choose a photo."]}
    assert site_app.test_client().post("/try", data={}).status_code == 422


@pytest.mark.parametrize(("code", "status"), [(errno.ENOSPC, 507), (errno.EDQUOT, 507), (errno.EIO, 503)])
@pytest.mark.parametrize("path", ["/try", "/api/v1/try"])
def test_a_failing_disk_is_said_clearly_and_recovers(
    site_app: Flask, monkeypatch: pytest.MonkeyPatch, code: int, status: int, path: str
) -> None:
    before = send(site_app, photos.jpeg()).json["photo"]

    def fail(*arguments: Any) -> None:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patched:
        patched.setattr(storage, "_sync", fail)
        answer = send(site_app, photos.jpeg(), path=path)
        assert answer.status_code == status
        assert "Nothing was changed" in answer.get_data(as_text=True)
        assert (status == 503) is ("Retry-After" in answer.headers)
        assert site_app.test_client().get(before["address"]).status_code == 200
    assert rows(site_app) == 1
    with site_app.app_context():
        assert len(list(files.store().stored())) == 3
    assert send(site_app, photos.jpeg(), path=path).status_code == 201


def test_no_room_for_the_upload_itself(site_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large upload passes through a temporary file before anybody looks at it."""

    def fail(*arguments: Any, **options: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(site_app.request_class, "_get_file_stream", fail)
    assert send(site_app, photos.jpeg()).status_code == 507
    assert send(site_app, photos.jpeg(), path="/api/v1/try").json["status"] == 507


def test_too_many_photos_at_once_is_503(site_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*arguments: Any) -> None:
        raise images.Busy

    monkeypatch.setattr(intake, "read_photo", busy)
    answer = send(site_app, photos.jpeg())
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


@pytest.mark.engines("sqlite")
def test_decoding_holds_no_lock(site_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """On SQLite one writer locks out all: nobody may wait for somebody's photo."""
    decoding, go_on = threading.Event(), threading.Event()
    real = intake.read_photo

    def slow(source: Any) -> images.CleanPhoto:
        decoding.set()
        go_on.wait(10)
        return real(source)

    monkeypatch.setattr(intake, "read_photo", slow)
    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.append(send(site_app, photos.jpeg())))
    thread.start()
    assert decoding.wait(10)
    with site_app.app_context():
        started = time.monotonic()
        subjects.create(clock.now())
        db.session.commit()
        waited = time.monotonic() - started
    go_on.set()
    thread.join()
    assert waited < 1
    assert answers[0].status_code == 201


def test_no_more_than_six_are_decoded_ahead(site_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    real = intake.read_photo
    monkeypatch.setattr(intake, "read_photo", lambda source: seen.append(source) or real(source))
    more = [(io.BytesIO(photos.jpeg()), f"{number}.jpg") for number in range(40)]
    assert send(site_app, photos.jpeg(), more=more).status_code == 201
    assert len(seen) == 6


def test_an_upload_is_decoded_once(site_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    real = intake.read_photo
    monkeypatch.setattr(intake, "read_photo", lambda source: seen.append(source) or real(source))
    assert send(site_app, photos.jpeg()).status_code == 201
    assert len(seen) == 1


@pytest.mark.parametrize("kind", ["memory", "s3"])
def test_other_stores(kind: str, app: Flask, db_session: orm.Session, request: pytest.FixtureRequest) -> None:
    if kind == "s3":
        store = storage.from_url(request.getfixturevalue("seaweed_server").url("site"))
    else:
        store = storage.from_url("memory://")
    usual = files.store()
    files.use(app, store)
    try:
        photo = services.add_photo(subjects.create(clock.now()).id, photos.upload(), clock.now())
        services.publish_photo(photo)
        tasks.drain(app)
        db.session.refresh(photo)
        assert photo.variants == [160, 320, 640]
        assert app.test_client().get(f"/media/{photo.public_token}/640.webp").status_code == 200
        services.delete_photo(photo)
        tasks.drain(app)
        assert list(store.stored("photos/")) == []
    finally:
        files.use(app, usual)
