"""Joining: what is taken, what is kept, and that an address can't be found out."""

from datetime import date

import pytest
import sqlalchemy as sa

from clozette.accounts.ages import MINIMUM_AGES, minimum_age
from clozette.accounts.models import Handle, Member, Ticket
from clozette.kernel import clock, tasks
from clozette.privacy import consents, ledger
from clozette.privacy.models import LedgerEntry, Subject, Wording
from clozette.privacy.policies import acceptances
from tests.factories.accounts import make_member, sign_in


def count(session, *models):
    return [session.scalar(sa.select(sa.func.count()).select_from(model)) for model in models]


def test_join(client, db_session, person, mailbox):
    answer = client.post("/register", data=person)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/register/sent")
    assert "Check your mail" in client.get("/register/sent").text

    member = db_session.scalars(sa.select(Member)).one()
    assert (member.email, member.email_canonical) == ("Ada@Example.test", "ada@example.test")
    assert (member.handle, member.display_name, member.country) == ("ada_l", "Ada L.", "DE")
    assert member.birth_date == date(1990, 5, 17)
    assert member.confirmed_at is None
    assert member.password.startswith("$argon2id$")
    assert db_session.scalars(sa.select(Handle.member_id)).all() == [member.id]
    assert [message.subject for message in mailbox.to("Ada@Example.test")] == ["Confirm your mail address"]


@pytest.mark.requirement(2)
@pytest.mark.requirement(19)
def test_the_notice_is_shown_and_what_was_shown_is_kept(client, db_session, person):
    assert "How long it is kept" in client.get("/register").text
    client.post("/register", data=person, headers={"User-Agent": "Mozilla/5.0 (X11; Linux) Firefox/140"})
    member = db_session.scalars(sa.select(Member)).one()
    entry, terms = ledger.entries_of(member.subject_id)
    assert (entry.point, entry.action, entry.method) == ("CP1", "acknowledged", "form:register")
    assert entry.wording != terms.wording


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("email", "", "fill this in"),
        ("email", "no address", "not a mail address"),
        ("email", "ada@localhost", "not a mail address"),
        ("email", "a" * 250 + "@example.test", "keep this to 254"),
        ("password", "", "fill this in"),
        ("password", "short", "at least 10"),
        ("password", "qwertyuiop", "first that others would try"),
        ("password", "password123", "first that others would try"),
        ("password", "aaaaaaaaaaaa", "first that others would try"),
        ("password", "ada@example.test", "your own name"),
        ("password", "Ada_l-1990-05-17", "your own name"),
        ("password", "x" * 257, "keep this to 256"),
        ("display_name", "", "fill this in"),
        ("display_name", "x" * 61, "keep this to 60"),
        ("display_name", "a\x00b", "can&#39;t be shown"),
        ("display_name", "a\u202eb", "can&#39;t be shown"),
        ("handle", "ab", "3 to 30"),
        ("handle", "a" * 31, "3 to 30"),
        ("handle", "ada lovelace", "3 to 30"),
        ("handle", "Ädä", "3 to 30"),
        ("handle", "___", "3 to 30"),
        ("handle", "admin", "kept for the site"),
        ("handle", "adm1n", "kept for the site"),
        ("handle", "cl0zette", "kept for the site"),
        ("country", "XX", "from the list"),
        ("country", "", "choose one"),
        ("birth_date", "17.5.1990", "year-month-day"),
        ("birth_date", "2999-01-01", "not come yet"),
        ("birth_date", "1800-01-01", "look at the year"),
        ("birth_date", "", "fill this in"),
        ("display_name", "4111 1111 1111 1111", "payment card"),
    ],
)
@pytest.mark.engines("sqlite")
def test_bad_input(client, db_session, person, field, value, said):
    answer = client.post("/register", data={**person, field: value})
    assert answer.status_code == 422
    assert said in answer.text
    if field != "email":
        assert 'value="Ada@Example.test"' in answer.text
    assert person["password"] not in answer.text
    assert "4111" not in answer.text
    assert count(db_session, Member, Subject, Handle) == [0, 0, 0]


@pytest.mark.engines("sqlite")
def test_every_fault_is_named_at_once(client, db_session):
    answer = client.post("/register", data={"password": "qwertyuiop"})
    assert answer.status_code == 422
    for field in ("email", "password", "display_name", "handle", "country", "birth_date"):
        assert f'id="f-{field}-error"' in answer.text


@pytest.mark.engines("sqlite")
def test_unknown_fields_are_refused(client, db_session, person):
    answer = client.post("/register", data={**person, "roles": "admin", "confirmed_at": "2020-01-01"})
    assert answer.status_code == 422
    assert count(db_session, Member) == [0]


def test_a_known_address_answers_like_a_new_one(client, app, db_session, person, mailbox):
    new = client.post("/register", data=person)
    again = app.test_client().post("/register", data={**person, "handle": "someone_else", "email": "ADA@example.TEST"})
    assert (again.status_code, again.headers["Location"]) == (new.status_code, new.headers["Location"])
    assert {*new.headers.keys()} == {*again.headers.keys()}
    assert again.get_data() == new.get_data()

    assert count(db_session, Member, Subject) == [1, 1]
    subjects = [message.subject for message in mailbox.to("Ada@Example.test")]
    assert subjects == ["Confirm your mail address", "You already have an account"]


def test_the_handle_is_taken_either_way(client, app, db_session, person):
    """Otherwise asking for it once more would tell whether the address was known."""
    make_member("grace", email=person["email"])
    client.post("/register", data={**person, "handle": "wanted"})
    answer = app.test_client().post("/register", data={**person, "email": "eve@example.test", "handle": "wanted"})
    assert answer.status_code == 409
    assert "Somebody has, or once had, this handle" in answer.text


def test_look_alike_handles_are_refused(client, db_session, person):
    make_member("paul1ne_o")
    answer = client.post("/register", data={**person, "handle": "paullne_0"})
    assert answer.status_code == 409
    assert 'value="paullne_0"' in answer.text
    assert count(db_session, Member) == [1]


def test_too_young(client, db_session, person, mailbox):
    today = clock.today()
    almost = date(today.year - 16, today.month, min(today.day, 28)).toordinal() + 4
    young = {**person, "birth_date": date.fromordinal(almost).isoformat()}
    answer = client.post("/register", data=young)
    assert answer.status_code == 409
    assert "at least 16 years old" in answer.text
    assert count(db_session, Member, Subject, Handle, Ticket, LedgerEntry) == [0] * 5
    assert mailbox.read() == []

    answer = client.post("/register", data={**young, "country": "AT"})
    assert answer.status_code == 303  # 14 there


def test_minimum_ages():
    assert minimum_age("DE") == 16
    assert minimum_age("AT") == 14
    assert minimum_age("GB") == 13
    assert minimum_age("AQ") == 16
    assert all(rule.source.strip() and 13 <= rule.years <= 18 for rule in MINIMUM_AGES.values())


def test_nothing_is_mailed_if_the_request_fails(app, client, db_session, person, mailbox, monkeypatch):
    def fail(**ignored):
        raise sa.exc.OperationalError("a test", {}, Exception("disk full"))

    monkeypatch.setattr("clozette.accounts.services.registration.ledger.record", fail)
    assert client.post("/register", data=person).status_code == 503
    assert count(db_session, Member, Handle) == [0, 0]
    assert tasks.drain(app) == 0


def test_members_are_led_home(client, db_session, person):
    sign_in(client, make_member("ada"))
    assert client.get("/register").headers["Location"] == "/"
    assert client.post("/register", data=person).headers["Location"] == "/"


def test_without_token_nothing_happens(client, db_session, person):
    assert client.post("/register", data=person, csrf=False).status_code == 403
    assert count(db_session, Member) == [0]


class TestTerms:
    """The terms of use are accepted apart from the policy, by a tick of one's own."""

    def test_the_box_is_empty_and_names_the_version(self, client):
        page = client.get("/register").text
        box = page.split('name="terms"')[1].split(">")[0]
        assert "checked" not in box
        assert 'value="2026-11-22.co.en"' in box
        assert 'href="/terms/2026-11-22.co.en"' in page

    @pytest.mark.parametrize("value", ["", "false", "2025-01-01.co.en", "nonsense", "2026-11-22.co.xx"])
    def test_without_them_nobody_joins(self, client, db_session, person, value):
        answer = client.post("/register", data={**person, "terms": value})
        assert answer.status_code == 422
        assert "erms of use" in answer.text
        assert db_session.scalar(sa.select(sa.func.count()).select_from(Member)) == 0

    def test_the_acceptance_stands_apart_from_the_policy(self, client, db_session, person):
        client.post("/register", data={**person, "terms": "2026-11-22.co.en"})
        subject_id = db_session.scalars(sa.select(Member.subject_id)).one()
        words = [db_session.get_one(Wording, one.wording).text for one in ledger.entries_of(subject_id)]
        assert sum("I accept the terms of use, version 2026-11-22" in text for text in words) == 1
        accepted = acceptances.accepted(subject_id)
        assert accepted is not None
        assert accepted.slug == "2026-11-22.co.en"
        assert consents.current(subject_id) == {}, "accepting the terms agrees to nothing else"
