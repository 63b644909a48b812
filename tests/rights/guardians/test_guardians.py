"""A parent's or guardian's yes: asked by mail, decided by one press, taken back as easily, over with the 18th birthday."""

import io
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from clozette.kernel import clock, tasks
from clozette.kernel.database import db
from clozette.kernel.ports import mail
from clozette.privacy import consents, receipts, subjects
from clozette.privacy.models import LedgerEntry, Subject
from clozette.rights.erasure import tasks as erasure_tasks
from clozette.rights.guardians import rules, services
from clozette.rights.guardians import tasks as guardian_tasks
from clozette.rights.guardians.models import GuardianAsk
from tests.factories import accounts

ASK = "/privacy/guardian"
PARENT = "augusta@example.test"
NEWS = {"purpose": "our_news", "channel": "email"}
YES = {"answer": "yes", "guardian_name": "Augusta King"}


@pytest.fixture(autouse=True)
def _empty_outbox(app):
    app.extensions[mail.KEY].clear()


@pytest.fixture
def minor(client, db_session):
    made = accounts.make_minor("mina")
    accounts.sign_in(client, made)
    db_session.commit()
    return made


@pytest.fixture
def parent(app, minor):
    """A browser that nobody is signed in to."""
    return app.test_client()


def stamped(page):
    return {"_notice": re.search(r'name="_notice" value="([^"]+)"', page)[1]}


def ask(client, address=PARENT, **changes):
    return client.post(ASK, data={**NEWS, "guardian_email": address, **changes})


def mailed(app):
    """Do the tasks; return the paths of the links that went out, oldest first."""
    tasks.drain(app)
    sent = app.extensions[mail.KEY].messages
    return [re.search(r"https://[^/]+(/guardian/\S+)", one.text)[1] for one in sent if "/guardian/" in one.text]


def agree(app, client, parent):
    """Ask, and let the parent say yes; return the link that takes it back."""
    assert ask(client).status_code == 303
    (link,) = mailed(app)
    answer = parent.post(link, data={**YES, **stamped(parent.get(link).text)})
    assert answer.status_code == 200 and "You agreed" in answer.text
    return mailed(app)[-1]


def stands(minor):
    db.session.rollback()
    return consents.stands(minor.subject_id, "our_news", "email")


def entries(minor):
    db.session.rollback()
    mine = sa.select(LedgerEntry).where(LedgerEntry.subject_id == minor.subject_id).order_by(LedgerEntry.id)
    return [one for one in db.session.scalars(mine) if one.purpose]


@pytest.mark.requirement(24)
def test_a_guardians_yes_counts_once_it_is_given_and_not_before(app, client, minor, parent):
    page = client.get("/privacy/consents").text
    assert f"{ASK}?purpose=our_news&amp;channel=email" in page and 'value="given"' not in page
    assert "guardian_email" in client.get(f"{ASK}?purpose=our_news&channel=email").text
    assert ask(client).status_code == 303
    assert PARENT in client.get("/privacy/consents").text, "the member sees whom they asked"
    (link,) = mailed(app)
    (message,) = app.extensions[mail.KEY].messages
    assert message.to == PARENT and "Our own news" in message.text and "@mina" in message.text
    assert minor.email not in message.text and minor.display_name not in message.text, "nobody's own words go out"
    page = parent.get(link)
    assert page.status_code == 200 and "@mina" in page.text and "Our own news" in page.text
    assert 'type="checkbox"' not in page.text and stands(minor) is None, "opening the link decides nothing"
    assert parent.post(link, data={**YES, **stamped(page.text)}).status_code == 200
    (given,) = entries(minor)
    assert stands(minor) == given.id
    assert (given.action, given.actor, given.method, given.point) == ("given", "guardian", "mail:guardian", "CP5")
    told = receipts.of(given)["entry"]
    assert "I am a parent or guardian" in told["wording"] and "[ ] Our own news" in told["wording"]
    assert told["circumstances"]["guardian"] == f"Augusta King <{PARENT}>"
    assert told["circumstances"]["evidence"].startswith("link ") and told["served"]


@pytest.mark.requirement(24)
def test_a_link_works_once_and_not_for_ever(app, client, minor, parent, stopped_clock):
    ask(client)
    (link,) = mailed(app)
    page = stamped(parent.get(link).text)
    assert parent.post(link, data={"answer": "no"}).status_code == 200
    assert parent.get(link).status_code == parent.post(link, data={**YES, **page}).status_code == 404
    (refused,) = entries(minor)
    assert (refused.action, refused.actor) == ("refused", "guardian")
    assert PARENT not in str(receipts.of(refused)["entry"]["circumstances"]), "a no needs no proof of who said it"
    stopped_clock.forward(days=31)
    assert ask(client).status_code == 303
    link = mailed(app)[-1]
    stopped_clock.forward(days=7, seconds=1)
    assert parent.get(link).status_code == parent.post(link, data={**YES, **page}).status_code == 404
    assert stands(minor) is None


@pytest.mark.requirement(21, 24)
def test_a_guardian_takes_it_back_by_one_press_without_signing_in(app, client, minor, parent):
    back = agree(app, client, parent)
    assert back.endswith("/end") and parent.get(back).status_code == 200 and stands(minor)
    assert parent.post(back.removesuffix("/end"), data=YES).status_code == 404, "it decides nothing else"
    assert parent.post(back).status_code == 200
    assert [(one.action, one.actor) for one in entries(minor)][-1] == ("withdrawn", "guardian")
    assert stands(minor) is None and parent.get(back).status_code == parent.post(back).status_code == 404
    assert ask(client).status_code == 409, "a no is respected for a while"


def test_what_a_guardian_gave_a_minor_may_end_and_ask_for_again(app, client, minor, parent):
    back = agree(app, client, parent)
    assert client.post("/privacy/consents", data={**NEWS, "action": "withdrawn"}).status_code == 303
    assert stands(minor) is None and parent.get(back).status_code == 404
    assert ask(client).status_code == 303 and stands(minor) is None
    assert client.get(back).status_code == 404


@pytest.mark.requirement(24)
def test_on_the_eighteenth_birthday_it_ends_and_the_member_is_asked(app, client, minor, parent, stopped_clock):
    agree(app, client, parent)
    entry_id = stands(minor)
    birthday = minor.birth_date.replace(year=minor.birth_date.year + 18)
    stopped_clock.forward(days=(birthday - clock.today()).days - 1)
    guardian_tasks.sweep()
    db.session.commit()
    assert stands(minor) == entry_id
    stopped_clock.forward(days=1)
    assert stands(minor) is None, "at once, not with the sweep"
    guardian_tasks.sweep()
    db.session.commit()
    assert [(one.action, one.actor, one.method) for one in entries(minor)][-1] == (
        "expired",
        "system",
        "guardian:of-age",
    )
    assert not db.session.scalars(sa.select(GuardianAsk)).all(), "the address is not needed any more"
    accounts.sign_in(client, minor)
    page = client.get("/privacy/consents").text
    assert 'value="given"' in page and ASK not in page
    assert client.get(f"{ASK}?purpose=our_news&channel=email").status_code == 303 and ask(client).status_code == 409


def test_a_question_is_not_put_twice_and_can_be_taken_back(app, client, minor, parent):
    ask(client)
    (link,) = mailed(app)
    again = ask(client)
    assert again.status_code == 409
    assert client.post(f"{ASK}/end", data=NEWS).status_code == 303
    assert parent.get(link).status_code == 404
    assert ask(client).status_code == 303 and len(mailed(app)) == 2


def test_what_cant_be_asked(app, client, minor):
    assert ask(client, minor.email.upper()).status_code == 409, "nobody is their own guardian"
    assert ask(client, "nobody").status_code == 422
    for changes in (
        {"purpose": "analytics", "channel": "site"},
        {"purpose": "sponsor:1", "channel": "site"},
        {"channel": "post"},
    ):
        assert ask(client, **changes).status_code == 409
    assert ask(client, _notice="forged").status_code == 409
    assert not mailed(app) and not db.session.scalars(sa.select(GuardianAsk)).all()


def test_who_is_of_age_is_not_sent_to_anybody(app, client, db_session):
    accounts.sign_in(client, accounts.make_member("ada"))
    assert client.get(f"{ASK}?purpose=our_news&channel=email").status_code == 303
    assert ask(client).status_code == 409


def test_the_page_answers_alike_for_every_address(app, client, minor, db_session):
    friend, grown = accounts.make_minor("minna"), accounts.make_member("ada")
    db_session.commit()
    answers = set()
    for address in (friend.email, grown.email, "nobody@example.test"):
        answer = ask(client, address)
        answers.add((answer.status_code, answer.location, client.get("/privacy/consents").text.count("guardian/end")))
        tasks.drain(app)
        client.post(f"{ASK}/end", data=NEWS)
    assert len(answers) == 1
    assert {one.to for one in app.extensions[mail.KEY].messages} == {grown.email, "nobody@example.test"}


def test_a_yes_needs_a_name_and_what_was_shown(app, client, minor, parent):
    ask(client)
    (link,) = mailed(app)
    page = stamped(parent.get(link).text)
    assert parent.post(link, data={"answer": "yes", **page}).status_code == 422
    assert parent.post(link, data={**YES}).status_code == 409
    assert parent.post(link, data={**YES, "_notice": "forged"}).status_code == 409
    assert parent.post(link[:-1] + ("0" if link[-1] != "0" else "1"), data={**YES, **page}).status_code == 404
    assert parent.post("/guardian/é.é", data={**YES, **page}).status_code == 404
    assert stands(minor) is None and not entries(minor)


def test_nobody_decides_for_who_is_hidden(app, client, minor, parent, db_session):
    ask(client)
    (link,) = mailed(app)
    db_session.rollback()
    minor.deactivated_at = clock.now()
    db_session.commit()
    assert parent.get(link).status_code == 404


def test_of_two_presses_at_once_one_counts(app, client, minor, parent):
    ask(client)
    (link,) = mailed(app)
    form = {**YES, **stamped(parent.get(link).text)}

    def press(answer):
        return app.test_client().post(link, data={**form, "answer": answer}).status_code

    with ThreadPoolExecutor(4) as pool:
        codes = sorted(pool.map(press, ["yes", "no", "yes", "no"]))
    assert codes.count(200) == 1 and set(codes) <= {200, 404, 409, 503}
    assert len(entries(minor)) == 1


def test_what_is_over_is_forgotten(app, client, minor, stopped_clock):
    ask(client)
    tasks.drain(app)
    stopped_clock.forward(days=7, seconds=1)
    guardian_tasks.sweep()
    db.session.commit()
    assert not db.session.scalars(sa.select(GuardianAsk)).all()


def test_nothing_at_rest_opens_a_link(app, client, minor):
    ask(client)
    (link,) = mailed(app)
    signature = link.partition(".")[2]
    (row,) = db.session.execute(sa.select(GuardianAsk.__table__)).all()
    assert len(signature) == 64 and signature not in str(row)
    with app.test_request_context():
        one = services.of(minor.subject_id, "our_news", "email")
        assert services.token(one, services.DECIDE) != services.token(one, services.END)


@pytest.mark.parametrize(
    ("today", "last"),
    [
        (date(2026, 11, 23), date(2008, 11, 23)),
        (date(2028, 2, 29), date(2010, 2, 28)),
        (date(2026, 2, 28), date(2008, 2, 28)),
    ],
)
def test_who_is_of_age(today, last):
    assert rules.born_by(today) == last


def test_a_no_rests():
    now = clock.now()
    assert rules.why_not_yet(rules.AGREED, now, now, now) is None
    assert rules.why_not_yet(None, None, now, now + timedelta(seconds=1)) is None


@pytest.mark.requirement(80, 105)
def test_the_address_is_exported_with_the_minor_and_goes_with_them(app, client, minor, parent, stopped_clock):
    subject_id = minor.subject_id
    agree(app, client, parent)
    page = client.post("/privacy/exports").location
    tasks.drain(app)
    archive = zipfile.ZipFile(io.BytesIO(client.post(f"{page}/download").data))
    (name,) = [one for one in archive.namelist() if one.endswith("rights_guardian_asks.json")]
    assert PARENT in archive.read(name).decode()
    client.post("/privacy/erasure")
    stopped_clock.forward(days=14, seconds=1)
    erasure_tasks.execute_due()
    db.session.commit()
    tasks.drain(app)
    db.session.rollback()
    assert not db.session.scalars(sa.select(GuardianAsk)).all()
    left = db.session.scalars(sa.select(LedgerEntry).where(LedgerEntry.subject_id == subject_id)).all()
    with pytest.raises(subjects.Erased):
        subjects.unseal(db.session.get_one(Subject, subject_id), left[0].sealed)
