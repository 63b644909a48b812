"""Pictures that come with the editor's form: each is taken in at once, and the form remembers it from then on."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime

import marshmallow as ma
from flask import request
from werkzeug.datastructures import FileStorage

from clozette.kernel import ids
from clozette.kernel.images import BadPhoto
from clozette.kernel.web import edge
from clozette.kernel.web.forms import Form
from clozette.media.schemas import Upload
from clozette.newsletters.campaigns.blocks import kinds
from clozette.newsletters.campaigns.pictures import kind, services
from clozette.newsletters.campaigns.schemas import MAX_BLOCKS

_FILE = Upload(ahead=MAX_BLOCKS)


def prepare(shown: Sequence[str]) -> None:
    """Decode what was chosen, before the first query takes SQLite's one lock."""
    for _name, upload in _chosen(shown):
        with suppress(ma.ValidationError):
            _FILE.deserialize(upload)


def take_in(shown: Sequence[str], now: datetime) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Take in what was chosen for the blocks of a form; return the fields that name it, and what is wrong with others.

    What was taken in stays although the form is refused: nobody should have to choose it again.
    """
    taken, refused = {}, {}
    for name, upload in _chosen(shown):
        try:
            taken[name] = ids.encode(services.take_in(_FILE.deserialize(upload), now).id)
        except BadPhoto as bad:
            refused[f"{name}_file"] = [str(bad.message)]
        except ma.ValidationError as bad:
            refused[f"{name}_file"] = [str(message) for message in bad.messages]
    if taken:
        edge.keep()
    return taken, refused


def thumbnails(form: Form, shown: Sequence[str]) -> dict[str, str]:
    """Return small pictures of what the form's blocks have already, by field."""
    blocks = {name: {"kind": services.KIND, "picture": form.value(name)} for name in _fields(shown)}
    known = services.of_blocks(blocks.values())
    found = {name: kind.thumbnail(block, known) for name, block in blocks.items()}
    return {name: address for name, address in found.items() if address is not None}


def _chosen(shown: Sequence[str]) -> Iterator[tuple[str, FileStorage]]:
    for name in _fields(shown):
        upload = request.files.get(f"{name}_file")
        if upload is not None and upload.filename:
            yield name, upload


def _fields(shown: Sequence[str]) -> Iterator[str]:
    for number, kind_id in enumerate(shown):
        yield from (f"b{number}_{one.name}" for one in kinds()[kind_id].inputs if one.look == "picture")
