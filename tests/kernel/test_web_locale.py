"""Catalogues: looked for once in a context, and again when another language is forced; moments in each."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from flask import Flask
from flask_babel import Domain, force_locale, gettext

from clozette.kernel.viewer import GUEST
from clozette.kernel.web import gate, locale, pages


@pytest.fixture
def german(tmp_path):
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalogue = Catalog(locale="de")
    catalogue.add("Bye", "Tschüss")
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, catalogue)
    app = Flask(__name__)
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(tmp_path)
    locale.init_app(app)
    return app


def test_another_language_that_is_forced_is_spoken_until_its_end(german):
    with german.app_context(), force_locale("en"):
        assert (gettext("Bye"), locale.code()) == ("Bye", "en")
        with force_locale("de"):
            assert (gettext("Bye"), locale.code()) == ("Tschüss", "de")
        assert (gettext("Bye"), locale.code()) == ("Bye", "en")
    with german.app_context(), force_locale("de"):
        assert gettext("Bye") == "Tschüss"


def test_the_catalogue_is_looked_for_once(german, monkeypatch):
    looked, look = [], Domain.get_translations
    monkeypatch.setattr(Domain, "get_translations", lambda domain: looked.append(1) or look(domain))
    with german.app_context(), force_locale("de"):
        assert [gettext("Bye") for _ in range(3)] == ["Tschüss"] * 3
    assert len(looked) == 1


def test_a_moment_is_said_to_the_minute(german):
    at = datetime(2026, 11, 23, 17, 4, 5, tzinfo=UTC)
    with german.app_context():
        with force_locale("en"):
            assert pages.moment(at).replace("\u202f", " ") == "Nov 23, 2026, 5:04 PM"
        with force_locale("de"):
            assert (pages.moment(at), pages.moment(at, "medium")) == ("23.11.2026, 17:04", "23.11.2026, 17:04:05")


@pytest.mark.parametrize(
    ("zone", "day", "minute"), [("UTC", "Nov 23, 2026", "11:04 PM"), ("Asia/Tokyo", "Nov 24, 2026", "8:04 AM")]
)
def test_a_moment_and_its_day_are_the_readers_own(german, monkeypatch, zone, day, minute):
    monkeypatch.setattr(gate, "viewer", lambda: replace(GUEST, time_zone=zone))
    at = datetime(2026, 11, 23, 23, 4, tzinfo=UTC)
    with german.test_request_context(), force_locale("en"):
        for moment in (at, at.replace(tzinfo=None)):  # one without a zone is in UTC
            assert pages.day(moment) == day
            assert pages.moment(moment).replace("\u202f", " ") == f"{day}, {minute}"
        assert pages.day(at.date()) == "Nov 23, 2026"  # a date is a date everywhere
