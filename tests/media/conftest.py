"""What the tests of photos share: somebody to own them, and a photo."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import clock
from clozette.media import files, services
from clozette.media.models import Photo
from clozette.privacy import subjects
from tests.factories import photos
from tests.support import seaweed


@pytest.fixture
def owner(db_session: orm.Session) -> int:
    """Give the id of a person."""
    return subjects.create(clock.now()).id


@pytest.fixture
def add(owner: int) -> Callable[..., Photo]:
    """Give ``add(data)``: a photo of the owner."""

    def make(data: bytes | None = None, subject_id: int | None = None) -> Photo:
        return services.add_photo(subject_id or owner, photos.upload(data), clock.now())

    return make


@pytest.fixture
def kept(app: Flask) -> Callable[[], list[str]]:
    """Give ``kept()``: the keys of all files in the store."""

    def keys() -> list[str]:
        with app.app_context():
            return [stored.key for stored in files.store().stored()]

    return keys


@pytest.fixture(scope="session")
def seaweed_server() -> Iterator[seaweed.Server]:
    """Give a real S3 server."""
    with seaweed.server() as server:
        yield server
