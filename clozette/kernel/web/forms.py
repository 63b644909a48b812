"""A deed's form as a page shows it: what was typed, the errors per field, and the data a schema made of it."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import marshmallow as ma
from flask import request
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from clozette.kernel.refusal import Refusal
from clozette.kernel.schemas import looks_like_card

NOT_FIELDS = frozenset({"csrf_token", "_method", "_notice"})


class Form:
    """One schema and one try to fill it.

    ``load()`` reads the request; afterwards either ``data`` holds what the schema made of it, or ``errors`` holds
    messages per field and ``values`` what was typed, ready to be shown again.
    """

    def __init__(self, schema: type[ma.Schema] | ma.Schema, values: Mapping[str, Any] | None = None) -> None:
        self.schema = made(schema) if isinstance(schema, type) else schema
        self.values: dict[str, Any] = dict(values or {})
        self.errors: dict[str, list[str]] = {}
        self.data: dict[str, Any] = {}
        self.status = 200

    def load(self) -> bool:
        """Read ``request.form`` and ``request.files``; say whether the schema took it."""
        typed = self._typed()
        self.values.update(
            {name: value for name, value in typed.items() if not isinstance(value, FileStorage) and _may_echo(value)}
        )
        for name in self._unticked(typed):
            self.values.pop(name, None)
        try:
            self.data = self.schema.load(typed)
        except ma.ValidationError as error:
            self.errors = _flatten(_by_field(error))
            self.status = 422
            return False
        return True

    def refuse(self, refusal: Refusal) -> None:
        """Show a rule's reason beside its field, or above the form."""
        self.errors.setdefault(refusal.field or "_schema", []).append(refusal.message)
        self.status = 409

    def value(self, name: str, default: Any = "") -> Any:
        """Return what to show in a field."""
        value = self.values.get(name, default)
        return default if value is None else value

    def error(self, name: str) -> list[str]:
        """Return a field's messages."""
        return self.errors.get(name, [])

    @property
    def summary(self) -> list[str]:
        """Messages that belong to no field."""
        return self.errors.get("_schema", [])

    def _typed(self) -> dict[str, Any]:
        """Read fields and files. An empty field counts as absent; repeated keys count where the schema has a list."""
        typed: dict[str, Any] = {}
        sources = (request.form, request.files)
        for source in sources:
            for name in source:
                if name in NOT_FIELDS:
                    continue
                field = self.schema.load_fields.get(name)
                in_order = field is not None and field.metadata.get("keep_empty")  # the n-th belongs to the n-th photo
                values = [value for value in source.getlist(name) if in_order or not _is_empty(value)]
                if isinstance(field, ma.fields.List):
                    typed[name] = values
                elif values:
                    typed[name] = values[-1]
                elif field is not None and field.allow_none:
                    typed[name] = None
        return typed

    def _unticked(self, typed: Mapping[str, Any]) -> list[str]:
        """Names of tick boxes and lists that were shown but left empty: browsers send nothing for them."""
        empties = (ma.fields.Boolean, ma.fields.List)
        return [
            name for name, field in self.schema.load_fields.items() if isinstance(field, empties) and name not in typed
        ]


def made(kind: type[ma.Schema]) -> ma.Schema:
    """Return the schema of a class. One that its class alone decides is made once: it copies each of its fields."""
    return _kept(kind) if kind.__init__ is ma.Schema.__init__ else kind()


@lru_cache(maxsize=512)  # a survey's class is made for its questions
def _kept(kind: type[ma.Schema]) -> ma.Schema:
    return kind()


def _by_field(error: ma.ValidationError) -> dict[str, Any]:
    messages = error.messages
    return messages if isinstance(messages, dict) else {"_schema": messages}


def _is_empty(value: Any) -> bool:
    if isinstance(value, FileStorage):
        return not value.filename
    return bool(value == "")


def _may_echo(value: Any) -> bool:
    """A card number typed by mistake is never shown again."""
    texts = value if isinstance(value, list) else [value]
    return not any(isinstance(text, str) and looks_like_card(text) for text in texts)


def _flatten(messages: Mapping[str, Any]) -> dict[str, list[str]]:
    flat: dict[str, list[str]] = {}
    for name, found in messages.items():
        flat[str(name)] = [_("We don't know this field.")] if found == ["Unknown field."] else list(_texts(found))
    return flat


def _texts(found: Any) -> list[str]:
    if isinstance(found, Mapping):
        return [text for inner in found.values() for text in _texts(inner)]
    if isinstance(found, list | tuple):
        return [text for inner in found for text in _texts(inner)]
    return [str(found)]
