"""The API's description: OpenAPI 3.1, true to the gate, and a page that needs nothing from elsewhere."""

import re
from typing import Any

import pytest
from flask import Flask

from clozette import wiring
from clozette.api import docs, openapi
from clozette.kernel.web import gate
from tests.support.client import Client


@pytest.fixture
def document(client: Client) -> dict[str, Any]:
    answer = client.get("/api/v1/openapi.json")
    assert answer.mimetype == "application/json"
    found: dict[str, Any] = answer.json
    return found


def json_views(app: Flask) -> list[tuple[str, str, str]]:
    """Return every address under the API, with its methods and endpoint."""
    names = {blueprint.name for blueprint in wiring.JSON_BLUEPRINTS}
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.partition(".")[0] in names]
    return [
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower(), rule.endpoint)
        for rule in rules
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    ]


@pytest.mark.engines("sqlite")
def test_every_view_of_the_api_is_described(app: Flask, document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    described = {
        (path, method) for path, methods in document["paths"].items() for method in methods if method in docs.METHODS
    }
    assert described == {(path, method) for path, method, _ in json_views(app)}


@pytest.mark.engines("sqlite")
def test_the_description_names_the_scope_that_the_gate_wants(app: Flask, document: dict[str, Any]) -> None:
    for path, method, endpoint in json_views(app):
        entry = gate.entry_of(app, endpoint)
        assert entry is not None, endpoint
        operation = document["paths"][path][method]
        assert operation["summary"], endpoint
        if entry.who == "member":
            assert entry.scope, f"{endpoint} could be called with any token"
            assert operation["security"] == [{"bearer": [entry.scope]}]


@pytest.mark.engines("sqlite")
def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    reader = docs.Reader(document)
    references: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if "$ref" in value:
                references.append(value["$ref"])
            for one in value.values():
                walk(one)
        elif isinstance(value, list):
            for one in value:
                walk(one)

    walk(document)
    assert references
    for reference in references:
        assert reader.follow({"$ref": reference})


@pytest.mark.engines("sqlite")
def test_the_page_shows_every_operation_and_needs_no_script(
    app: Flask, client: Client, document: dict[str, Any]
) -> None:
    answer = client.get("/api/docs")
    assert answer.status_code == 200
    text = answer.text
    for path, method, _ in json_views(app):
        assert f"{method.upper()} {path}" in text
    main = text[text.index("<main") : text.index("</main>")]
    assert "<script" not in main
    assert "http://" not in main
    assert re.findall(r'(?:src|href)="https?://[^"]*"', text) == []


@pytest.mark.engines("sqlite")
def test_the_document_is_the_same_as_its_source(app: Flask, document: dict[str, Any]) -> None:
    with app.app_context():
        assert openapi.description() == document
