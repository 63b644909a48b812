"""The archive once more in the shapes of the Data Transfer Project, which other services read (requirement 82).

``dtp/photos.json`` holds albums (``PhotoAlbum``) and photos (``PhotoModel``), ``dtp/social.json`` activities
(``SocialActivityModel``). What a photo is of, and what is an activity, the rooms know: each registers a function on the
wiring page that yields the models of one kind for a member.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Literal

import sqlalchemy as sa
from flask import Flask, current_app

from clozette.accounts.models import Member
from clozette.kernel.database import db
from clozette.rights.export import cells, pages
from clozette.rights.export.archive import Archive, File

Kind = Literal["albums", "photos", "activities"]
Model = dict[str, Any]
Source = Callable[[int, Kind], Iterator[Model]]

_SOURCES = "clozette.rights.portable"
MEDIA_TYPES = {"jpg": "image/jpeg", "webp": "image/webp"}


def register(app: Flask, source: Source) -> None:
    """Let a room give its models; for the wiring page."""
    app.extensions.setdefault(_SOURCES, []).append(source)


def album(name: str, title: str, description: str = "") -> Model:
    """Return a ``PhotoAlbum``."""
    return {"id": name, "name": title, "description": description}


def photo(photo_id: int, suffix: str, *, album: str, title: str, description: str, at: datetime) -> Model:
    """Return a ``PhotoModel`` of a photo in this archive."""
    path = pages.photo_path(photo_id, suffix)
    return {
        "title": title,
        "fetchableUrl": path,
        "description": description,
        "mediaType": MEDIA_TYPES.get(suffix, "application/octet-stream"),
        "dataId": path.removeprefix("media/").partition(".")[0],
        "albumId": album,
        "sha1": None,
        "uploadedTime": _moment(at),
        "favoriteInfo": None,
    }


def activity(name: str, *, kind: str, at: datetime | None, content: str, photos: list[Model], url: str) -> Model:
    """Return a ``SocialActivityModel``; its photos are attachments."""
    return {
        "id": name,
        "published": _moment(at) if at else None,
        "type": kind,
        "attachments": [
            {"type": "IMAGE", "url": one["fetchableUrl"], "name": one["title"], "content": one["description"]}
            for one in photos
        ],
        "location": None,
        "title": None,
        "content": content,
        "url": url,
    }


def write(archive: Archive, subject_id: int, sha1: dict[str, str]) -> None:
    """Write both documents; people without an account have neither.

    :param sha1: digests of the photos that are in the archive, by their paths.
    """
    member_id = db.session.scalar(sa.select(Member.id).where(Member.subject_id == subject_id))
    if member_id is None:
        return
    with archive.file("dtp/photos.json") as file:
        file.write(b'{"albums": [')
        _list(file, _models(member_id, "albums"))
        file.write(b'], "photos": [')
        there = (one for one in _models(member_id, "photos") if one["fetchableUrl"] in sha1)
        _list(file, ({**one, "sha1": sha1[one["fetchableUrl"]]} for one in there))
        file.write(b"]}\n")
    with archive.file("dtp/social.json") as file:
        file.write(b'{"activities": [')
        _list(file, _models(member_id, "activities"))
        file.write(b"]}\n")


def _models(member_id: int, kind: Kind) -> Iterator[Model]:
    sources: list[Source] = current_app.extensions.get(_SOURCES, [])
    for source in sources:
        yield from source(member_id, kind)


def _list(file: File, models: Iterator[Model]) -> None:
    for number, model in enumerate(models):
        file.write((b",\n" if number else b"\n") + cells.line(model))


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
