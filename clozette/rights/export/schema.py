"""JSON Schema (2020-12) of the tables of an archive, made from the tables and what the rooms declare of them."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from clozette.kernel.personal import Personal
from clozette.rights.export import cells
from clozette.rights.export.contents import Section, kept_back

VERSION = 1
FORMAT = "clozette-export"
_ID = {"type": "string", "pattern": "^[0-9a-hjkmnp-tv-z]{1,13}$"}
_MOMENT = {"type": "string", "format": "date-time"}


def document(sections: Iterable[Section]) -> dict[str, Any]:
    """Return the schema of every section, and what is kept back of each table, with the reasons."""
    sections = list(sections)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{FORMAT}:{VERSION}",
        "title": f"{FORMAT} {VERSION}",
        "$defs": {section.name: _table(section) for section in sections},
        "x-kept-back": {section.name: kept_back(section.one) for section in sections if section.is_own},
    }


def _table(section: Section) -> dict[str, Any]:
    row = {
        "type": "object",
        "properties": {column.name: _column(section, column) for column in section.columns},
        "required": [column.name for column in section.columns],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {
            "format": {"const": f"{FORMAT}-table"},
            "version": {"const": VERSION},
            "table": {"const": section.one.name},
            "room": {"const": section.one.room},
            "rows": {"type": "array", "items": row},
        },
        "required": ["format", "version", "table", "room", "rows"],
    }


def _column(section: Section, column: sa.Column[Any]) -> dict[str, Any]:
    said = section.one.said.columns[column.name]
    if isinstance(said, Personal):
        purposes = ", ".join(purpose.value for purpose in said.purposes)
        about = {"x-category": said.category, "x-purposes": purposes, "x-retention": said.retention}
    else:
        about = {"x-not-personal": said.reason}
    kind = _kind(column)
    if column.nullable and "type" in kind:
        kinds = kind["type"] if isinstance(kind["type"], list) else [kind["type"]]
        kind = {**kind, "type": [*kinds, "null"]}
    return {**kind, **about}


def _kind(column: sa.Column[Any]) -> dict[str, Any]:
    kind = column.type
    if cells.is_id(column):
        return dict(_ID)
    if isinstance(kind, sa.JSON):
        return {}
    if isinstance(kind, sa.Boolean):
        return {"type": "boolean"}
    if isinstance(kind, sa.Integer):
        return {"type": ["integer", "string"], "pattern": "^-?[0-9]{16,19}$"}
    if isinstance(kind, sa.LargeBinary):
        return {"type": ["string", "object"], "contentEncoding": "base64"}
    if isinstance(kind, sa.Date):
        return {"type": "string", "format": "date"}
    if isinstance(kind, sa.String):
        return {"type": "string", "maxLength": kind.length} if kind.length else {"type": "string"}
    return dict(_MOMENT)
