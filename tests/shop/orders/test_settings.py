"""The days of an order and who carries parcels, as an operator sets them."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from clozette.kernel import clock, tasks
from clozette.kernel.database import db
from clozette.settings import BadSettings, Settings
from clozette.shop.orders.couriers import COURIERS
from clozette.shop.orders.tasks import tend_orders

SECRET = {"CLOZETTE_SECRET_KEYS": "x" * 32, "CLOZETTE_ENV": "test"}
ONE = """
[ship]
name = "Ships"
legal_name = "Ships Ltd"
address = "Quay 1, London"
country = "GB"
contact = "privacy@ships.example"
track = "https://ships.example/{}"
"""


def test_an_order_has_the_days_that_are_set(app: Any, client_of: Any, order: Any, bea: Any, monkeypatch: Any) -> None:
    settings = replace(app.extensions["clozette.settings"], shop_arrives_days=3, shop_protection_days=20)
    monkeypatch.setitem(app.extensions, "clozette.settings", settings)
    order.state, order.shipped_at = "shipped", clock.now() - timedelta(days=3, minutes=1)
    db.session.commit()
    assert "20 days to complain; after 3 days" in client_of(bea).get(f"/orders/{order.ref}").text
    tasks.enqueue(tend_orders)
    tasks.drain(app)
    db.session.expire_all()
    assert order.state == "received"
    assert order.protected_until - order.received_at == timedelta(days=20)


def test_couriers_are_whom_the_operator_names(
    app: Any, client_of: Any, order: Any, sam: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    (tmp_path / "couriers.toml").write_text(ONE)
    settings = replace(app.extensions["clozette.settings"], shop_couriers=str(tmp_path / "couriers.toml"))
    monkeypatch.setitem(app.extensions, "clozette.settings", settings)
    monkeypatch.setitem(app.extensions, "clozette.shop.couriers", None)
    app.extensions.pop("clozette.shop.couriers")
    assert list(COURIERS) == ["ship"]
    browser, address = client_of(sam), f"/selling/orders/{order.ref}/ship"
    assert browser.post(address, data={"courier": "dhl"}).status_code == 422
    assert browser.post(address, data={"courier": "ship", "tracking": "a b"}).status_code == 303
    assert 'href="https://ships.example/a%20b"' in browser.get(f"/selling/orders/{order.ref}").text


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SHOP_PROTECTION_DAYS", "6", "7 to 60"),
        ("SHOP_SHIP_DAYS", "0", "1 to 30"),
        ("SHOP_ARRIVES_DAYS", "soon", "1 to 60"),
        ("SHOP_COURIERS", "/nowhere/at/all.toml", "can't be read"),
    ],
)
def test_what_makes_no_sense_stops_the_start(name: str, value: str, said: str) -> None:
    with pytest.raises(BadSettings, match=f"CLOZETTE_{name}.*{said}"):
        Settings.from_environment({**SECRET, f"CLOZETTE_{name}": value})


@pytest.mark.parametrize(
    "broken", [ONE.replace("GB", "Britain"), ONE.replace("https", "http"), "[ship]\nname=1", "x ="]
)
def test_a_courier_of_whom_something_is_missing_stops_it_too(tmp_path: Path, broken: str) -> None:
    (tmp_path / "couriers.toml").write_text(broken)
    with pytest.raises(BadSettings, match="CLOZETTE_SHOP_COURIERS"):
        Settings.from_environment({**SECRET, "CLOZETTE_SHOP_COURIERS": str(tmp_path / "couriers.toml")})
