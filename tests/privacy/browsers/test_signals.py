"""Global Privacy Control, for a browser and for an account."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import clock
from clozette.privacy import consents, ledger
from clozette.privacy.browsers import signals
from clozette.privacy.models import LedgerEntry
from clozette.privacy.purposes import PURPOSES
from tests.factories.accounts import make_member, sign_in
from tests.factories.contests import make_contest, make_sharing, make_sponsor
from tests.support.application import Clock
from tests.support.client import Client

ON = {"Sec-GPC": "1"}


@pytest.fixture
def ada(db_session: orm.Session, client: Client, stopped_clock: Clock) -> Any:
    """Somebody signed in who agreed to much."""
    member = make_member("ada")
    sharing = make_sharing(make_contest(), make_sponsor())
    for purpose, channel in (("our_news", "email"), ("partner_offers", "email"), ("research", "site")):
        agree(member, purpose, channel)
    agree(member, consents.about("sponsor", sharing.id), "site")
    sign_in(client, member)
    stopped_clock.forward(minutes=1)
    return member


def agree(member: Any, purpose: str, channel: str) -> None:
    consents.answer(member.subject_id, purpose, channel, "given", now=clock.now(), method="form:test")


def by_signal(member: Any) -> list[LedgerEntry]:
    return [entry for entry in ledger.entries_of(member.subject_id) if entry.method == "gpc"]


@pytest.mark.requirement(114)
def test_the_first_page_with_the_signal_is_the_accounts_no(client: Client, ada: Any) -> None:
    assert client.get("/closet", headers=ON).status_code == 200
    state = consents.current(ada.subject_id)
    assert state["partner_offers", "email"].action == "withdrawn"
    assert state["research", "site"].action == "withdrawn"
    (sponsor,) = [name for name, _channel in state if name.startswith("sponsor:")]
    assert state[sponsor, "site"].action == "withdrawn"
    assert state["partner_offers", "sms"].action == "refused"
    assert state["personalisation", "site"].action == "refused"
    assert state["our_news", "email"].action == "given", "our own news are neither sharing nor a profile"
    assert ("analytics", "site") not in state
    entries = by_signal(ada)
    assert {entry.surface for entry in entries} == {"header:sec-gpc"}
    assert all(signals.covers(entry.purpose) for entry in entries if entry.purpose)


@pytest.mark.requirement(114)
def test_a_later_yes_counts_and_the_signal_asks_no_second_time(client: Client, ada: Any, stopped_clock: Clock) -> None:
    client.get("/closet", headers=ON)
    count = len(by_signal(ada))
    assert consents.stands(ada.subject_id, "partner_offers", "email") is None
    stopped_clock.forward(minutes=1)
    agree(ada, "partner_offers", "email")
    signals._NOTED.clear()
    client.get("/closet", headers=ON)
    client.post("/settings/profile", headers=ON)
    assert len(by_signal(ada)) == count
    assert consents.stands(ada.subject_id, "partner_offers", "email")


@pytest.mark.requirement(114)
def test_it_counts_from_the_first_request_on_for_whoever_hands_data_out(client: Client, ada: Any) -> None:
    assert consents.stands(ada.subject_id, "partner_offers", "email")
    client.get("/closet", headers=ON)
    assert consents.stands(ada.subject_id, "partner_offers", "email") is None
    assert consents.stands(ada.subject_id, "research", "site") is None
    assert consents.stands(ada.subject_id, "our_news", "email")


@pytest.mark.requirement(114)
@pytest.mark.parametrize("headers", [{}, {"Sec-GPC": "0"}, {"Sec-GPC": "true"}, {"Sec-GPC": ""}])
def test_its_absence_is_no_yes(client: Client, ada: Any, headers: dict[str, str]) -> None:
    before = len(ledger.entries_of(ada.subject_id))
    client.get("/closet", headers=headers)
    assert len(ledger.entries_of(ada.subject_id)) == before
    assert consents.stands(ada.subject_id, "personalisation", "site") is None


def test_a_guest_leaves_nothing(app: Flask, db_session: orm.Session) -> None:
    answer = app.test_client().get("/", headers=ON)
    assert answer.status_code == 200
    assert db_session.query(LedgerEntry).count() == 0


@pytest.mark.requirement(114)
def test_it_covers_third_parties_and_profiles() -> None:
    assert {name for name in PURPOSES if signals.covers(f"{name}:1" if PURPOSES[name].about_object else name)} == {
        "partner_offers",
        "sponsor",
        "research",
        "personalisation",
    }


def test_the_page_says_what_the_browser_sends(client: Client) -> None:
    assert "Your browser sends this signal" in client.get("/cookies", headers=ON).text
    answer = client.get("/cookies")
    assert "is no yes" in answer.text
    assert "Sec-GPC" in answer.headers["Vary"]
