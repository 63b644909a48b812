"""What is kept about me: counted by the declarations, told in plain words, and nothing that is not mine to know."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.services import blocks
from clozette.kernel import clock
from clozette.kernel.personal import Personal
from clozette.privacy import disclosures
from clozette.rights import declared
from clozette.rights.desk import kept, words
from tests.factories.accounts import make_member, sign_in
from tests.factories.looks import make_look
from tests.support.client import Client


def counts(subject_id: int) -> dict[str, int]:
    return {one.name: one.rows for category in kept.about(subject_id) for one in category.tables}


@pytest.mark.engines("sqlite")
def test_every_personal_table_has_a_name_in_plain_words(app: Flask) -> None:
    with app.app_context():
        silent = [one.name for one in declared.personal_tables() if not one.said.title]
    assert not silent, "give the table a title in its room's personal_data.py"


@pytest.mark.engines("sqlite")
def test_every_phrase_of_a_declaration_is_marked_for_translation(app: Flask) -> None:
    marked = {str(phrase) for phrase in words.PHRASES}
    with app.app_context():
        columns = [said for one in declared.tables() for said in one.said.columns.values()]
    said = {
        phrase
        for one in columns
        if isinstance(one, Personal)
        for phrase in (one.retention, one.kept_because, one.hidden_because)
    }
    assert not {str(phrase) for phrase in said if phrase} - marked, "add it to clozette/rights/desk/words.py"


@pytest.mark.requirement(2, 3)
def test_the_page_says_what_why_how_long_and_what_erasure_does(client: Client, db_session: orm.Session) -> None:
    member = make_member("ada")
    make_look(member)
    sign_in(client, member)
    page = client.get("/privacy/kept").text
    assert "Your account" in page
    assert "running the service you use" in page
    assert "until a month after it ended" in page
    assert "stays: a handle is never given to anybody else" in page
    assert counts(member.subject_id)["Looks"] == 1
    assert counts(make_member("bo").subject_id).get("Looks") is None


@pytest.mark.requirement(84)
def test_who_blocks_me_is_not_counted(db_session: orm.Session) -> None:
    ada, bo = make_member("ada"), make_member("bo")
    blocks.block(ada.id, bo.id, now=clock.now())
    assert counts(ada.subject_id)["Members you block"] == 1
    assert "Members you block" not in counts(bo.subject_id)


@pytest.mark.requirement(77)
def test_what_the_law_keeps_secret_is_not_counted(client: Client, db_session: orm.Session) -> None:
    ada, staff = make_member("ada"), make_member("staff")
    now = clock.now()
    police = disclosures.recipient(
        legal_name="A police", address="1 Street", country="SG", contact="desk@police.example", now=now
    )
    release = disclosures.disclose(
        recipient=police,
        agreement=disclosures.Agreement(purpose="law", trigger="law", basis="law", duty="an order"),
        people={ada.subject_id: {"accounts_members.email": ada.email}},
        fields=["accounts_members.email"],
        now=now,
        actor_id=staff.subject_id,
    )
    assert counts(ada.subject_id)["Who got your data"] == 1
    disclosures.silence(
        handover_id=release.handover_id,
        until=now + timedelta(days=90),
        because="an order",
        now=now,
        by_id=staff.subject_id,
    )
    assert "Who got your data" not in counts(ada.subject_id)
    assert "A police" not in client.get("/privacy/processing").text
