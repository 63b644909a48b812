"""Turns the OpenAPI document into what the page shows: operations by room, their fields, and what they answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Field:
    """One parameter or one field of a body."""

    name: str
    kind: str
    required: bool
    note: str


@dataclass(frozen=True)
class Answer:
    """What an operation answers with one status; ``fields`` describes the body, or one element of a list."""

    status: str
    description: str
    schema: str
    fields: list[Field]


@dataclass(frozen=True)
class Operation:
    """One method of one address."""

    method: str
    path: str
    summary: str
    description: str
    scopes: list[str] | None
    parameters: list[Field]
    body_type: str
    body: list[Field]
    answers: list[Answer]

    @property
    def anchor(self) -> str:
        """A name for the address bar."""
        return "-".join([self.method, *self.path.translate({ord(mark): " " for mark in "/{}"}).split()])


def operations(document: Mapping[str, Any]) -> dict[str, list[Operation]]:
    """Return every operation under the description of its room, in the order of the document."""
    titles = {tag["name"]: tag.get("description") or tag["name"] for tag in document.get("tags", ())}
    grouped: dict[str, list[Operation]] = {title: [] for title in titles.values()}
    reader = Reader(document)
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                shared = methods.get("parameters", [])
                tag = (methods[method].get("tags") or [""])[0]
                grouped.setdefault(titles.get(tag, tag), []).append(
                    reader.operation(method, path, methods[method], shared)
                )
    return {title: found for title, found in grouped.items() if found}


class Reader:
    """Reads one OpenAPI document, following its references."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document

    def operation(self, method: str, path: str, raw: Mapping[str, Any], shared: list[Any]) -> Operation:
        """Read one operation; ``shared`` are its path's parameters."""
        security = raw.get("security")
        body_type, body = self._body(raw.get("requestBody", {}).get("content", {}))
        return Operation(
            method=method.upper(),
            path=path,
            summary=raw.get("summary", ""),
            description=raw.get("description", ""),
            scopes=None if security is None else [scope for one in security for scope in one.get("bearer", [])],
            parameters=[self._parameter(self.follow(one)) for one in [*shared, *raw.get("parameters", [])]],
            body_type=body_type,
            body=body,
            answers=list(self._answers(raw.get("responses", {}))),
        )

    def follow(self, raw: Any) -> Any:
        """Replace a reference by what it points to."""
        while isinstance(raw, Mapping) and "$ref" in raw:
            found: Any = self.document
            for step in raw["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            raw = found
        return raw

    def fields(self, schema: Any) -> list[Field]:
        """Return the fields of an object, or of the elements of a list."""
        schema = self.follow(schema)
        if schema.get("type") == "array":
            schema = self.follow(schema.get("items", {}))
        required = set(schema.get("required", ()))
        properties = schema.get("properties", {})
        return [Field(name, self.kind(raw), name in required, self._note(raw)) for name, raw in properties.items()]

    def kind(self, raw: Any) -> str:
        """Return a value's kind in few words: ``string``, ``list of ItemOut``, ``integer or null``."""
        if "$ref" in raw:
            return str(raw["$ref"].rsplit("/", 1)[-1])
        for union in ("anyOf", "oneOf", "allOf"):
            if union in raw:
                return " or ".join(self.kind(one) for one in raw[union])
        kinds = raw.get("type", "any")
        names = [kinds] if isinstance(kinds, str) else list(kinds)
        if "array" in names:
            return f"list of {self.kind(raw.get('items', {}))}"
        text = " or ".join(names)
        return f"{text} ({raw['format']})" if raw.get("format") else text

    def _parameter(self, raw: Mapping[str, Any]) -> Field:
        schema = raw.get("schema", {})
        return Field(
            raw["name"], self.kind(schema), bool(raw.get("required")), raw.get("description") or self._note(schema)
        )

    def _body(self, content: Mapping[str, Any]) -> tuple[str, list[Field]]:
        for content_type, media in content.items():
            return content_type, self.fields(media.get("schema", {}))
        return "", []

    def _answers(self, responses: Mapping[str, Any]) -> Iterator[Answer]:
        for status, reference in responses.items():
            raw = self.follow(reference)
            content = raw.get("content", {})
            schema: Any = next((media.get("schema", {}) for media in content.values()), {})
            name = self.kind(schema) if schema else ""
            success = str(status).startswith("2")
            yield Answer(
                str(status), raw.get("description", ""), name, self.fields(schema) if schema and success else []
            )

    def _note(self, raw: Any) -> str:
        raw = self.follow(raw)
        notes = [raw.get("description", "")]
        if "enum" in raw:
            notes.append(", ".join(str(value) for value in raw["enum"]))
        notes += [f"{word} {raw[key]}" for key, word in _LIMITS.items() if key in raw]
        return "; ".join(note for note in notes if note)


_LIMITS = {
    "maxLength": "≤ characters:",
    "minimum": "≥",
    "maximum": "≤",
    "maxItems": "≤ elements:",
    "default": "default",
}
