"""What members tell of their own accord (CP7): all of it optional, kept while they agree to it, and used as numbers alone."""

import re
from typing import Any

import pytest
import sqlalchemy as sa

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.privacy import consents
from clozette.privacy.points import POINTS
from clozette.shop.tastes import queries, services
from clozette.shop.tastes.models import Taste
from tests.factories.accounts import make_member
from tests.support.races import at_once

HERE = "/settings/shopping"
TOLD = {"likes": ["outerwear", "tops"], "ways": ["swap"], "age": "25-34", "gender": "", "household": ""}


@pytest.fixture
def ada(db_session: Any) -> Any:
    """Give somebody who may tell."""
    return make_member("ada")


def stamp_of(browser: Any) -> str:
    return re.search(r'name="_notice" value="([^"]+)"', browser.get(HERE).text)[1]


def kept() -> list[Taste]:
    db.session.expire_all()
    return list(db.session.scalars(sa.select(Taste)))


@pytest.mark.requirement(4, 6)
def test_nothing_of_it_is_asked_for(client_of: Any, ada: Any) -> None:
    assert POINTS["CP7"].mandatory == ()
    browser = client_of(ada)
    page = browser.get(HERE).text
    assert not re.search(r'type="checkbox"[^>]*checked', page)
    assert "What it is for" in page
    empty = browser.post(HERE, data={"_notice": stamp_of(browser)})
    assert (empty.status_code, kept()) == (303, [])
    assert consents.stands(ada.subject_id, "research", "site") is None


def test_what_is_told_is_kept_while_it_is_agreed_to(client_of: Any, ada: Any) -> None:
    browser = client_of(ada)
    done = browser.post(HERE, data={**TOLD, "agree": "true", "_notice": stamp_of(browser)})
    assert done.status_code == 303
    (told,) = kept()
    assert (told.likes, told.ways, told.age, told.gender) == (["outerwear", "tops"], ["swap"], "25-34", None)
    page = browser.get(HERE).text
    assert 'name="agree"' not in page  # it stands: nobody is asked again
    assert 'value="25-34" checked' in page
    taken = browser.post("/privacy/consents", data={"purpose": "research", "channel": "site", "action": "withdrawn"})
    assert (taken.status_code, kept()) == (303, [])


def test_without_a_yes_nothing_is_kept(client_of: Any, ada: Any) -> None:
    browser = client_of(ada)
    refused = browser.post(HERE, data={**TOLD, "_notice": stamp_of(browser)})
    assert (refused.status_code, kept()) == (409, [])
    assert 'value="outerwear" checked' in refused.text


@pytest.mark.parametrize("wrong", [{"likes": "hats!"}, {"age": "12"}, {"ways": "steal"}, {"income": "1"}])
def test_what_is_not_on_the_form_is_not_taken(client_of: Any, ada: Any, wrong: dict[str, str]) -> None:
    answer = client_of(ada).post(HERE, data={**TOLD, "agree": "true", **wrong})
    assert (answer.status_code, kept()) == (422, [])


def test_all_of_it_is_forgotten_at_a_press(client_of: Any, ada: Any) -> None:
    browser = client_of(ada)
    browser.post(HERE, data={**TOLD, "agree": "true", "_notice": stamp_of(browser)})
    assert (browser.post(HERE, data={"_method": "DELETE"}).status_code, kept()) == (303, [])


def test_told_and_taken_back_at_once_nothing_stays_unagreed(app: Any, ada: Any) -> None:
    subject_id, told = ada.subject_id, {**TOLD, "gender": None, "household": None, "agree": False}
    consents.answer(subject_id, "research", "site", "given", now=clock.now(), method="form:test")
    db.session.commit()

    def tell() -> None:
        services.save(db.session.get_one(type(ada), ada_id), told, None, now=clock.now())

    def take_back() -> None:
        consents.answer(subject_id, "research", "site", "withdrawn", now=clock.now(), method="form:test")

    ada_id = ada.id
    at_once(app, tell, take_back, tell)
    assert kept() == []


def test_numbers_are_about_many(app: Any, db_session: Any) -> None:
    for number in range(queries.LEAST):
        told = {"likes": ["tops"], "ways": ["swap"] if number else [], "changed_at": clock.now()}
        db.session.add(Taste(member_id=make_member().id, **told))
    db.session.flush()
    found = queries.tallies()
    assert found["likes"] == [("tops", 5)]
    assert found["ways"] == []  # four are too few


@pytest.mark.requirement(4)
def test_the_checkout_asks_for_nothing_of_it() -> None:
    assert not {"likes", "age", "gender"} & set(POINTS["CP4"].mandatory + POINTS["CP4"].optional)
