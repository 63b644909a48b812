"""The record of processing is made from the points and the declarations: what they say, it says."""

import dataclasses

import pytest
from flask import Flask

from clozette.privacy import points
from clozette.rights import declared
from tests.support.client import Client


@pytest.mark.requirement(7)
def test_every_point_and_every_personal_column_is_in_it(app: Flask, client: Client) -> None:
    record = client.get("/privacy/processing.json").json
    assert [one["id"] for one in record["collection_points"]] == list(points.POINTS)
    with app.app_context():
        tables = {one.name for one in declared.personal_tables()}
    assert {one["table"] for one in record["data"]} == tables
    members = next(one for one in record["data"] if one["table"] == "accounts_members")
    birth = next(one for one in members["fields"] if one["name"] == "birth_date")
    assert birth["purposes"] == ["verify", "law"]
    page = client.get("/privacy/processing")
    assert page.status_code == 200
    for one in points.POINTS.values():
        assert f"{one.id}: " in page.text


@pytest.mark.requirement(7)
@pytest.mark.engines("sqlite")
def test_adding_a_point_changes_it(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    more = dataclasses.replace(points.POINTS["CP2"], id="CP99", title="Telling fortunes", mandatory=("palm",))
    monkeypatch.setitem(points.POINTS, "CP99", more)
    record = client.get("/privacy/processing.json").json
    assert record["collection_points"][-1]["mandatory"] == ["palm"]
    assert "Telling fortunes" in client.get("/privacy/processing").text
