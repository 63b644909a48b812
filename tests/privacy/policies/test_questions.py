"""Asking again: only what changed, only who agreed, and silence ends it."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import clock, tasks
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from clozette.privacy import consents, ledger
from clozette.privacy.policies import questions, rules
from clozette.rights.changes import queries
from clozette.rights.changes import tasks as changes
from tests.factories.accounts import PASSWORD, make_member, sign_in
from tests.privacy.policies.conftest import Publish
from tests.support.application import Clock
from tests.support.client import Client, location


@pytest.fixture
def ada(db_session: orm.Session, stopped_clock: Clock) -> Any:
    """Somebody who agreed to our news by mail and to research, and said no to partners."""
    member = make_member("ada")
    agree(member, "our_news", "email")
    agree(member, "research", "site")
    consents.answer(member.subject_id, "partner_offers", "email", "refused", now=clock.now(), method="form:test")
    db_session.commit()
    stopped_clock.forward(hours=1)
    return member


def agree(member: Any, purpose: str, channel: str) -> None:
    consents.answer(member.subject_id, purpose, channel, "given", now=clock.now(), method="form:test")


def stamp_of(page: str) -> str:
    return page.split('name="_notice" value="')[1].split('"', maxsplit=1)[0]


def name_of(page: str) -> str:
    return page.split('name="question" value="')[1].split('"', maxsplit=1)[0]


def reply(client: Client, answer: str) -> Any:
    page = client.get("/privacy/changes").text
    data = {"question": name_of(page), "answer": answer, "_notice": stamp_of(page)}
    return client.post("/privacy/changes", data=data)


@pytest.mark.requirement(29)
def test_only_the_changed_purpose_is_asked_and_only_of_those_who_agreed(ada: Any, publish: Publish) -> None:
    bea = make_member("bea")
    made = publish(30, material={"our_news", "partner_offers"}, editorial={"research"})
    (question,) = questions.pending(ada.subject_id)
    assert (question.purpose, question.channel, question.version) == ("our_news", "email", made)
    assert questions.pending(bea.subject_id) == []


@pytest.mark.requirement(29, 32)
@pytest.mark.parametrize(
    ("mark", "asked"),
    [
        ("promote", {"our_news"}),
        ("research", {"research"}),
        ("consented", {"our_news", "research"}),
        ("law", set()),
    ],
)
def test_a_change_of_the_policys_own_purpose_asks_what_rests_on_it(
    ada: Any, publish: Publish, stopped_clock: Clock, mark: str, asked: set[str]
) -> None:
    publish(30, material={mark})
    assert {one.purpose for one in questions.pending(ada.subject_id)} == asked
    stopped_clock.forward(days=31)
    assert questions.lapse(clock.now()) == len(asked)


def test_each_purpose_can_be_marked_once() -> None:
    named = rules.purposes_of("policy")
    assert len(named) == len(set(named))
    assert rules.asks_again({"research"}) == {"research", "personalisation", "analytics", "newsletter_tracking"}


@pytest.mark.requirement(26)
def test_no_version_is_published_further_ahead_than_a_year(publish: Publish) -> None:
    with pytest.raises(Refused, match="too_far"):
        publish(366, material={"our_news"})
    assert publish(365, material={"our_news"})


@pytest.mark.requirement(29)
def test_a_typo_asks_nothing(ada: Any, publish: Publish) -> None:
    publish(1, editorial={"our_news"})
    assert questions.pending(ada.subject_id) == []


@pytest.mark.requirement(28, 29)
def test_a_new_yes_is_kept_under_the_new_version(
    app: Flask, client: Client, ada: Any, publish: Publish, stopped_clock: Clock
) -> None:
    made = publish(30, material={"our_news"})
    sign_in(client, ada)
    assert "Something new." in client.get("/privacy/changes").text
    assert location(reply(client, "yes")) == "/privacy/changes"
    assert questions.pending(ada.subject_id) == []
    entry = ledger.entries_of(ada.subject_id)[-1]
    assert (entry.action, entry.purpose, entry.policy_version) == ("given", "our_news", made.id)
    stopped_clock.forward(days=40)
    changes.sweep.run()
    assert consents.stands(ada.subject_id, "our_news", "email") == entry.id


def test_a_no_ends_it_at_once(client: Client, ada: Any, publish: Publish) -> None:
    publish(30, material={"our_news"})
    sign_in(client, ada)
    assert reply(client, "no").status_code == 303
    assert consents.current(ada.subject_id)["our_news", "email"].action == "withdrawn"
    assert consents.stands(ada.subject_id, "research", "site")


@pytest.mark.requirement(28, 32)
def test_without_an_answer_it_ends_on_the_day_however_much_the_site_is_used(
    app: Flask, client: Client, ada: Any, publish: Publish, stopped_clock: Clock
) -> None:
    made = publish(30, material={"our_news"})
    sign_in(client, ada)
    for _ in range(3):
        assert client.get("/feed").status_code == 200
        assert client.get("/policy").status_code == 200
    stopped_clock.forward(days=29)
    changes.sweep.run()
    assert consents.stands(ada.subject_id, "our_news", "email")
    stopped_clock.forward(days=2)
    changes.sweep.run()
    state = consents.current(ada.subject_id)
    assert state["our_news", "email"].action == "expired"
    assert state["research", "site"].action == "given"
    entry = ledger.entries_of(ada.subject_id)[-1]
    assert (entry.action, entry.actor, entry.id) == ("expired", "system", state["our_news", "email"].entry_id)
    assert questions.lapse(clock.now()) == 0
    assert made.id > "2026-11-22"


@pytest.mark.requirement(28, 32)
def test_what_nobody_answered_counts_no_more_from_the_moment_on_however_late_the_sweep(
    ada: Any, publish: Publish, stopped_clock: Clock
) -> None:
    publish(30, material={"our_news"})
    assert consents.stands(ada.subject_id, "our_news", "email")
    stopped_clock.forward(days=31)
    assert consents.stands(ada.subject_id, "our_news", "email") is None
    assert consents.stands(ada.subject_id, "research", "site")
    assert consents.current(ada.subject_id)["our_news", "email"].stands, "the sweep has yet to write it down"


def test_the_sweep_goes_on_while_its_batch_was_full(
    app: Flask, ada: Any, publish: Publish, stopped_clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    bea = make_member("bea")
    agree(bea, "our_news", "email")
    publish(30, material={"our_news"})
    stopped_clock.forward(days=31)
    monkeypatch.setattr(questions, "BATCH", 1)
    tasks.enqueue(changes.sweep)
    tasks.drain(app)
    assert questions.lapse(clock.now()) == 0


@pytest.mark.requirement(27)
def test_who_came_after_it_was_published_holds_nothing_back(ada: Any, publish: Publish, stopped_clock: Clock) -> None:
    made = publish(30, material={"our_news"}, tell=False)
    assert queries.is_waited_for(made)
    stopped_clock.forward(minutes=5)
    late = make_member("late")
    assert late.id in dict(queries.untold(made, 0, 9, clock.now()))
    ada.confirmed_at = clock.now()
    db.session.flush()
    assert not queries.is_waited_for(made)


@pytest.mark.requirement(32)
def test_a_yes_given_to_the_old_words_before_the_day_ends_too(ada: Any, publish: Publish, stopped_clock: Clock) -> None:
    bea = make_member("bea")
    publish(30, material={"our_news"})
    stopped_clock.forward(days=5)
    agree(bea, "our_news", "email")
    assert len(questions.pending(bea.subject_id)) == 1
    stopped_clock.forward(days=30)
    assert questions.lapse(clock.now()) == 2
    agree(bea, "our_news", "email")  # now to the new words
    assert questions.pending(bea.subject_id) == []
    assert questions.lapse(clock.now()) == 0


@pytest.mark.requirement(31)
def test_signing_in_from_another_browser_asks_the_server(app: Flask, ada: Any, publish: Publish) -> None:
    publish(30, material={"our_news"})
    for _ in range(2):
        browser = app.test_client()
        answer = browser.post("/login", data={"email": ada.email, "password": PASSWORD, "next": "/closet"})
        assert location(answer) == "/privacy/changes?next=%2Fcloset"
        assert len(questions.pending(ada.subject_id)) == 1, "looking stamps nothing"
    assert location(reply(browser, "no")) == "/privacy/changes"
    other = app.test_client().post("/login", data={"email": ada.email, "password": PASSWORD, "next": "/closet"})
    assert location(other) == "/closet"


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({}, 422),
        ({"question": "{slug}/our_news/email", "answer": "maybe"}, 422),
        ({"question": "{slug}/our_news/email", "answer": "yes"}, 422),
        ({"question": "{slug}/our_news/email", "answer": "yes", "_notice": "x"}, 422),
        ({"question": "our_news/email", "answer": "no"}, 422),
        ({"question": "{slug}/research/site", "answer": "no"}, 422),
        ({"question": "x" * 64, "answer": "no"}, 422),
        ({"version": "x", "question": "{slug}/our_news/email", "answer": "no"}, 422),
    ],
)
def test_what_is_no_answer_changes_nothing(client: Client, ada: Any, publish: Publish, data: dict, status: int) -> None:
    made = publish(30, material={"our_news"})
    sign_in(client, ada)
    before = len(ledger.entries_of(ada.subject_id))
    data = {name: value.replace("{slug}", made.slug) for name, value in data.items()}
    assert client.post("/privacy/changes", data=data).status_code == status
    assert len(ledger.entries_of(ada.subject_id)) == before


def test_a_second_tab_is_told_that_it_is_over(client: Client, ada: Any, publish: Publish) -> None:
    publish(30, material={"our_news"})
    sign_in(client, ada)
    page = client.get("/privacy/changes").text
    sent = {"question": name_of(page), "answer": "yes", "_notice": stamp_of(page)}
    assert client.post("/privacy/changes", data=sent).status_code == 303
    assert client.post("/privacy/changes", data=sent).status_code == 422


@pytest.mark.requirement(16, 25, 29)
def test_a_yes_counts_for_the_words_that_were_shown_alone(
    client: Client, ada: Any, publish: Publish, stopped_clock: Clock
) -> None:
    older = publish(30, material={"our_news"}, summary="First news.")
    sign_in(client, ada)
    page = client.get("/privacy/changes").text
    seen = {"question": name_of(page), "answer": "yes", "_notice": stamp_of(page)}
    newer = publish(31, material={"our_news", "research"}, summary="Other news.", text="# Other\n\nOther news.\n")
    again = client.post("/privacy/changes", data=seen)
    assert again.status_code == 422
    assert "Other news." in again.text
    forged = {**seen, "question": seen["question"].replace(older.slug, newer.slug)}
    assert client.post("/privacy/changes", data=forged).status_code == 422
    other = {"question": f"{newer.slug}/research/site", "answer": "yes", "_notice": stamp_of(again.text)}
    assert client.post("/privacy/changes", data=other).status_code == 422, "the stamp is the other question's"
    plain = stamp_of(client.get("/contact").text)
    assert client.post("/privacy/changes", data={**forged, "_notice": plain}).status_code == 422
    fresh = {**forged, "_notice": stamp_of(again.text)}
    assert client.post("/privacy/changes", data=fresh).status_code == 303
    served, given = ledger.entries_of(ada.subject_id)[-2:]
    assert (given.action, given.policy_version, served.action) == ("given", newer.id, "served")
    assert served.wording == given.wording


def test_nothing_is_ticked_and_both_answers_are_alike(client: Client, ada: Any, publish: Publish) -> None:
    publish(30, material={"our_news"})
    sign_in(client, ada)
    page = client.get("/privacy/changes").text.split("<main")[1].split("</main>")[0]
    assert "checked" not in page
    yes, no = (
        f'<button class="button button--quiet" type="submit" name="answer" value="{word}">' for word in ("yes", "no")
    )
    assert yes in page
    assert no in page


def test_terms_are_asked_apart(app: Flask, client: Client, ada: Any, publish: Publish, stopped_clock: Clock) -> None:
    made = publish(30, kind="terms", material={"terms"})
    sign_in(client, ada)
    page = client.get("/privacy/changes").text
    assert "I accept the terms of use" in page
    assert "We ask you again" not in page
    assert client.post("/terms/acceptance", data={"version": "2026-11-22.co.en"}).status_code == 409
    assert client.post("/terms/acceptance", data={}).status_code == 422
    assert client.post("/terms/acceptance", data={"version": made.slug}).status_code == 303
    entry = ledger.entries_of(ada.subject_id)[-1]
    assert (entry.action, entry.purpose, entry.method) == ("acknowledged", None, "form:terms")
    assert client.post("/terms/acceptance", data={"version": made.slug}).status_code == 409
    tasks.drain(app)
