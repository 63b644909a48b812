"""The pages of an archive: plain HTML that opens from a folder, without a network and without scripts."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from flask import current_app

from clozette.kernel import ids
from clozette.rights.desk import kept
from clozette.rights.export.archive import Archive
from clozette.rights.export.contents import Section

ROWS_A_PAGE = 1000
PHOTOS_A_PAGE = 200
GONE, CHANGED = "the file is gone", "the file is not what it was"
"""Why a photo is missing, as the manifest says it."""


def photo_path(photo_id: int, suffix: str) -> str:
    """Return where a photo is in the archive."""
    return f"media/{ids.encode(photo_id)}.{suffix}"


def title(section: Section) -> str:
    """Return what a section is called."""
    name = kept.plain_name(section.one)
    return name if section.is_own else f"{name} *"


def write_table(archive: Archive, section: Section, count: int, rows: Iterator[dict[str, Any]]) -> None:
    """Write a section's pages, a thousand rows each."""
    pages = max(1, -(-count // ROWS_A_PAGE))
    for number in range(1, pages + 1):
        values = {
            "section": section,
            "title": title(section),
            "columns": [column.name for column in section.columns],
            "rows": islice(rows, ROWS_A_PAGE),
            "number": number,
            "pages": pages,
            "count": count,
        }
        _write(archive, table_path(section, number), "rights/export/table.html", values)
    for _ in rows:  # let it notice when there are more than were counted
        pass


def table_path(section: Section, number: int = 1) -> str:
    """Return where a section's page is."""
    return f"pages/{section.name}{'' if number == 1 else f'-{number}'}.html"


def write_photos(archive: Archive, photos: Iterable[Mapping[str, Any]]) -> None:
    """Write the pages that show the photos."""
    there = {file["path"] for file in archive.files}
    shown = (
        {"path": path, "width": photo["width"], "height": photo["height"], "made_at": photo["created_at"]}
        for photo in photos
        if (path := photo_path(photo["id"], photo["suffix"])) in there
    )
    number = 1
    batch = list(islice(shown, PHOTOS_A_PAGE))
    while batch or number == 1:
        following = list(islice(shown, PHOTOS_A_PAGE))
        values = {"photos": batch, "number": number, "is_last": not following}
        _write(archive, photos_path(number), "rights/export/photos.html", values)
        number, batch = number + 1, following


def photos_path(number: int = 1) -> str:
    """Return where a page of photos is."""
    return f"pages/photos{'' if number == 1 else f'-{number}'}.html"


def write_index(
    archive: Archive,
    sections: list[Section],
    counts: Mapping[str, int],
    missing: list[dict[str, str]],
    made_at: datetime,
) -> None:
    """Write ``index.html``, where a reader begins."""
    rooms: dict[str, list[dict[str, Any]]] = {}
    for section in sections:
        line = {
            "title": title(section),
            "path": table_path(section),
            "count": counts[section.name],
            "name": section.name,
        }
        rooms.setdefault(section.one.room, []).append({**line, "is_own": section.is_own})
    photos = sum(1 for file in archive.files if file["path"].startswith("media/"))
    receipts = sum(1 for file in archive.files if file["path"].startswith("receipts/"))
    values = {
        "rooms": rooms,
        "photos": photos,
        "receipts": receipts,
        "missing": missing,
        "made_at": made_at,
        "gone": GONE,
    }
    _write(archive, "index.html", "rights/export/index.html", values)


def _write(archive: Archive, path: str, template: str, values: dict[str, Any]) -> None:
    # Not ``render_template``: its context processors ask who looks, and in a task nobody does.
    page = current_app.jinja_env.get_template(template)
    with archive.file(path) as file:
        for piece in page.generate(values):
            file.write(piece.encode())
