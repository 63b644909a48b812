"""Somebody who can name a number, and read none of its texts, brings nothing to its holder."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.kernel import clock
from clozette.newsletters.texts import codes, services
from clozette.newsletters.texts.models import PhoneCode
from clozette.privacy import ledger
from tests.factories import accounts
from tests.newsletters.texts.test_pages import NUMBER, agree, ask, digits
from tests.support.application import Clock
from tests.support.client import Client, location

OTHER = "+4915112345678"
pytestmark = pytest.mark.usefixtures("provider")


@pytest.fixture
def ada(app: Flask, client: Client) -> Member:
    """Let a member be signed in whose number it is."""
    member = accounts.make_member("ada", time_zone="Europe/Berlin")
    accounts.sign_in(client, member)
    agree(app, client)
    return member


@pytest.fixture
def stranger(app: Flask) -> Client:
    """Give the browser of somebody else."""
    found = app.test_client()
    assert isinstance(found, Client)
    return found


def _from(client: Client, network: int, **data: str) -> Any:
    given = {"number": NUMBER, "do": "end", **data}
    return client.post("/texts", data=given, environ_base={"REMOTE_ADDR": f"203.0.{network}.7"})


@pytest.mark.requirement(66)
def test_a_code_that_a_stranger_asks_for_is_not_the_holders(
    ada: Member, stranger: Client, db_session: orm.Session
) -> None:
    before = len(ledger.entries_of(ada.subject_id))
    assert location(ask(stranger, partner_offers="true")) == "/texts/code"
    assert stranger.post("/texts/code", data={"code": "000000"}).status_code == 422
    asked = db_session.scalars(sa.select(PhoneCode.subject_id).order_by(PhoneCode.id.desc())).first()
    assert asked != ada.subject_id
    assert len(ledger.entries_of(ada.subject_id)) == before
    assert services.standing(ada.subject_id) == {"our_news"}
    assert "ending in 67" not in stranger.get("/texts").text


@pytest.mark.requirement(66)
def test_the_holder_can_go_on_while_a_stranger_asks(app: Flask, ada: Member, client: Client, stranger: Client) -> None:
    assert location(ask(client, partner_offers="true")) == "/texts/code"
    mine = digits(app)
    ask(stranger, do="end")
    for _try in range(codes.MOST_TRIES + 1):
        stranger.post("/texts/code", data={"code": "000000"})
    assert location(client.post("/texts/code", data={"code": mine})) == "/texts"
    assert services.standing(ada.subject_id) == {"our_news", "partner_offers"}


@pytest.mark.requirement(66, 71)
def test_strangers_do_not_use_up_what_the_holder_may_ask(ada: Member, client: Client, stranger: Client) -> None:
    answers = [_from(stranger, network).status_code for network in range(8)]
    assert answers == [303] * 5 + [429] * 3, "nobody is texted without end"
    assert location(ask(client, do="end")) == "/texts/code"


@pytest.mark.requirement(66, 71)
def test_one_stranger_leaves_room_for_a_holder_without_an_account(app: Flask, client: Client, stranger: Client) -> None:
    assert [_from(stranger, 1).status_code for _ask in range(5)] == [303] * 3 + [429] * 2
    agree(app, client)


@pytest.mark.requirement(66)
def test_who_proves_a_number_after_its_holder_left_it_changes_nothing_of_theirs(
    app: Flask, ada: Member, client: Client, stranger: Client
) -> None:
    """The code was asked for while the number was Ada's; when its digits are typed she has another."""
    ask(stranger, partner_offers="true")
    theirs = digits(app)
    hers = agree(app, client, OTHER)
    assert location(stranger.post("/texts/code", data={"code": theirs})) == "/texts"
    assert (hers.number, hers.subject_id) == (OTHER, ada.subject_id)
    assert services.standing(ada.subject_id) == {"our_news"}
    phone = services.by_number(NUMBER)
    assert phone is not None and services.standing(phone.subject_id) == {"partner_offers"}


@pytest.mark.requirement(66, 71)
def test_a_guest_who_reads_the_texts_is_the_holder(app: Flask, ada: Member, stranger: Client) -> None:
    phone = agree(app, stranger, NUMBER, "partner_offers")
    assert (phone.subject_id, phone.zone) == (ada.subject_id, "Europe/Berlin")
    assert services.standing(ada.subject_id) == {"our_news", "partner_offers"}


@pytest.mark.requirement(66)
def test_a_browser_knows_a_number_no_more_when_somebody_else_proved_it(
    app: Flask, client: Client, stranger: Client, stopped_clock: Clock
) -> None:
    agree(app, stranger)
    assert "ending in 67" in stranger.get("/texts").text
    stopped_clock.forward(minutes=1)
    member = accounts.make_member("ada")
    accounts.sign_in(client, member)
    agree(app, client)
    stranger.post("/texts/choices", data={"do": "stop_all"})
    assert services.standing(member.subject_id) == {"our_news"}
    assert "ending in 67" not in stranger.get("/texts").text


def test_what_a_guest_was_is_forgotten_when_the_holder_is_another(
    app: Flask, ada: Member, stranger: Client, db_session: orm.Session
) -> None:
    agree(app, stranger)
    codes.forget_old(clock.now() + codes.KEPT + timedelta(minutes=1))
    people = set(db_session.scalars(sa.text("SELECT id FROM privacy_subjects")))
    assert people == {ada.subject_id}
