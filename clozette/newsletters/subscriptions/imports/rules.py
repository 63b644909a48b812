"""What a file of subscribers must look like. No database, no clock."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import marshmallow as ma
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from clozette.accounts.schemas import Email
from clozette.newsletters.subscriptions.schemas import NamesIn

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 200_000
MAX_FAULTS = 100
_NAMES = {
    "email": ("email", "e-mail", "mail", "email address", "e-mail address", "address"),
    "first_name": ("first_name", "first name", "firstname", "fname", "given name"),
    "last_name": ("last_name", "last name", "lastname", "lname", "surname", "family name"),
}
COLUMNS = {"email": "EMAIL", "first_name": "FNAME", "last_name": "LNAME"}
"""What the page calls the columns of a file."""
OUTCOMES: dict[str, LazyString] = {
    "new": _l("new subscribers"),
    "already": _l("subscribed already"),
    "waiting": _l("asked for it themselves and have not confirmed yet"),
    "left": _l("had this newsletter before and ended it, or could not be reached: not subscribed again"),
    "suppressed": _l("suppressed: get no mail from us"),
    "guardian": _l("under 18: a parent or guardian has to agree"),
    "twice": _l("stand in the file twice"),
    "wrong": _l("can't be taken: an address or a name is missing or wrong"),
}


class RowIn(NamesIn):
    """One row: all three are mandatory (requirement 4)."""

    email = Email(required=True)


@dataclass(frozen=True)
class Row:
    """One row of a file: ``number`` counts the lines that a spreadsheet shows; ``data`` is empty where it has faults."""

    number: int
    data: dict[str, str]
    faults: tuple[tuple[str, str], ...] = ()


class Unreadable(Exception):
    """The file is no list of subscribers; the text says why, in the user's words."""


def rows_of(content: bytes) -> Iterator[Row]:
    """Read a file row by row.

    :raises Unreadable: for a file that is none, before the first row or in the middle.
    """
    schema = RowIn()
    for number, cells, columns in _lines_of(content):
        yield _row(number, cells, columns, schema)


def count(content: bytes) -> int:
    """Count the rows of a file, without a look at what stands in them: that takes too long for a page.

    :raises Unreadable: for a file that is none.
    """
    return sum(1 for _line in _lines_of(content))


def _lines_of(content: bytes) -> Iterator[tuple[int, list[str], dict[str, int]]]:
    lines = csv.reader(io.StringIO(_text(content), newline=""), delimiter=_delimiter(content), strict=True)
    try:
        columns = _columns(next(lines, []))
        for number, cells in enumerate(lines, start=2):
            if number > MAX_ROWS + 1:
                raise Unreadable(_("A file may have up to %(most)s rows.", most=MAX_ROWS))
            if any(cell.strip() for cell in cells):
                yield number, cells, columns
    except csv.Error as error:
        raise Unreadable(_("Line %(line)s can't be read as a row.", line=lines.line_num)) from error


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(_("The file is not in UTF-8. Save it as “CSV UTF-8” and send it again.")) from error


def _delimiter(content: bytes) -> str:
    first = content.partition(b"\n")[0]
    return max((",", ";", "\t"), key=lambda one: first.count(one.encode()))


def _columns(header: list[str]) -> dict[str, int]:
    found = [cell.strip().casefold() for cell in header]
    columns = {
        field: next((found.index(name) for name in names if name in found), -1) for field, names in _NAMES.items()
    }
    missing = [COLUMNS[field] for field, place in columns.items() if place < 0]
    if missing:
        raise Unreadable(
            _("The first line must name the columns; these are missing: %(names)s", names=", ".join(missing))
        )
    return columns


def _row(number: int, cells: list[str], columns: dict[str, int], schema: ma.Schema) -> Row:
    typed: dict[str, Any] = {
        field: cells[place] for field, place in columns.items() if place < len(cells) and cells[place].strip()
    }
    try:
        return Row(number, schema.load(typed))
    except ma.ValidationError as error:
        messages = error.messages_dict.items()
        return Row(number, {}, tuple((str(field), str(said[0])) for field, said in messages))
