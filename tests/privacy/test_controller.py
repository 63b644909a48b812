"""Who answers for people's data: named on receipts, in the record of processing and on the pages that say so."""

from dataclasses import replace

import pytest

from clozette.kernel import clock
from clozette.privacy import consents, receipts, subjects
from clozette.privacy.controller import Controller, controller
from clozette.settings import BadSettings, Settings

NAME, ADDRESS, CONTACT = "Clozette Pte Ltd", "1 High Street, Singapore", "hello@clozette.test"
PRODUCTION = {
    "CLOZETTE_ENV": "production",
    "CLOZETTE_BASE_URL": "https://clozette.example",
    "CLOZETTE_SECRET_KEYS": "x" * 40,
    "CLOZETTE_SMTP_URL": "smtps://mail.clozette.example",
    "CLOZETTE_CONTROLLER_NAME": NAME,
    "CLOZETTE_CONTROLLER_ADDRESS": ADDRESS,
}


@pytest.mark.requirement(7, 22)
def test_receipts_and_the_record_name_the_controller(app, client, db_session):
    subject = subjects.create(clock.now()).id
    said = consents.answer(subject, "our_news", "email", "refused", now=clock.now(), method="form:test")
    with app.test_request_context():
        (named,) = receipts.of(said)["piiControllers"]
    assert named == {
        "piiController": NAME,
        "contact": NAME,
        "email": CONTACT,
        "address": {"streetAddress": ADDRESS},
        "onBehalf": False,
    }
    record = client.get("/privacy/processing.json").json
    assert record["controller"] == {"site": "https://localhost", "name": NAME, "address": ADDRESS, "contact": CONTACT}
    for path in ("/privacy/processing", "/policy", "/contact"):
        page = client.get(path).text
        assert NAME in page and ADDRESS in page and f"mailto:{CONTACT}" in page, path
    assert ADDRESS not in client.get("/policy/2012-10-03").text, "an old version says what it said"


@pytest.mark.engines("sqlite")
def test_without_the_settings_the_senders_name_stands_in(app, monkeypatch):
    plain = replace(app.extensions["clozette.settings"], controller_name="", controller_address="")
    monkeypatch.setitem(app.extensions, "clozette.settings", plain)
    with app.app_context():
        assert controller() == Controller("Clozette", "", CONTACT)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NAME", ""),
        ("ADDRESS", ""),
        ("ADDRESS", "1 High Street\nSingapore"),
        ("CONTACT", "a telephone"),
        ("COUNTRY", "Singapore"),
    ],
)
def test_production_wants_them(name, value):
    Settings.from_environment(PRODUCTION)
    with pytest.raises(BadSettings, match=f"CLOZETTE_CONTROLLER_{name}"):
        Settings.from_environment({**PRODUCTION, f"CLOZETTE_CONTROLLER_{name}": value})
