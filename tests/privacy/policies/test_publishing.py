"""Publishing: notice before effect, marks per purpose, and a language that stays behind."""

import time

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import clock, tasks
from clozette.kernel.ports import mail
from clozette.kernel.refusal import Refused
from clozette.kernel.tasks import enqueue
from clozette.kernel.tasks.store import client_of
from clozette.privacy import ledger, notices, policies, subjects
from clozette.privacy.policies import models, publishing, tellings, versions
from clozette.privacy.policies.versions import PolicyVersion
from clozette.rights.changes import tasks as changes
from clozette.rights.desk.models import Address
from tests.factories.accounts import make_member
from tests.privacy.policies.conftest import Publish
from tests.support.application import Clock


@pytest.mark.requirement(27)
def test_everybody_is_told_before_it_holds(app: Flask, publish: Publish, stopped_clock: Clock) -> None:
    ada = make_member("ada")
    make_member("gone", deactivated_at=clock.now())
    make_member("nobody", confirmed=False)
    made = publish(30, material={"our_news"})
    (message,) = app.extensions[mail.KEY].messages
    assert message.to == ada.email
    assert "Something new." in message.text
    assert f"/policy/2026-11-22.co.en...{made.slug}" in message.text
    assert made.announced_at is not None
    assert made.announced_at < made.effective_at
    assert policies.here().id == "2026-11-22"
    stopped_clock.forward(days=31)
    assert policies.here().id == made.id


@pytest.mark.requirement(27)
def test_nothing_holds_before_everybody_was_told(app: Flask, publish: Publish, stopped_clock: Clock) -> None:
    """The worker stood still past the day: the old version goes on until the mails are out."""
    make_member("ada")
    made = publish(15, material={"our_news"}, tell=False)
    stopped_clock.forward(days=20)
    assert policies.here().id == "2026-11-22"
    tasks.drain(app)
    assert policies.here().id == made.id
    (version,) = [one for one in versions.every("policy") if one.id == made.id]
    assert version.holds_from == clock.now()


@pytest.mark.requirement(2, 16)
def test_a_notice_names_the_version_that_holds_at_the_moment(
    app: Flask, publish: Publish, stopped_clock: Clock
) -> None:
    before = notices.wording("CP3")
    made = publish(30, material={"our_news"})
    assert notices.wording("CP3") == before
    stopped_clock.forward(days=31)
    assert notices.wording("CP3") == before.replace("version 2026-11-22", f"version {made.id}") != before


@pytest.mark.requirement(27)
@pytest.mark.parametrize("in_days", [-1, 0, 1, 13])
def test_a_material_change_without_notice_is_refused(publish: Publish, stopped_clock: Clock, in_days: int) -> None:
    with pytest.raises(Refused) as refused:
        publish(in_days, material={"our_news"})
    assert refused.value.refusal.field == "day"


@pytest.mark.requirement(26)
def test_publishing_sees_what_another_process_published_just_now(
    app: Flask, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "testing", False)  # remember versions as a server does
    before = versions.every("policy")
    publish(40, material={"our_news"}, tell=False)
    app.extensions["clozette.policies"] = {"policy": (time.monotonic(), before)}
    with pytest.raises(Refused, match="not_newer"):
        publish(30, material={"our_news"}, text="# Other\n\nWords.\n", tell=False)


@pytest.mark.requirement(16, 28)
def test_the_mail_is_recorded_as_served_once(app: Flask, publish: Publish, stopped_clock: Clock) -> None:
    ada = make_member("ada")
    made = publish(30, material={"our_news"})
    changes.announce.run(policy_id=made.row_id)
    tasks.drain(app)
    (entry,) = ledger.entries_of(ada.subject_id)
    assert (entry.action, entry.policy_version, entry.policy_sha256) == ("served", made.id, made.sha256)
    assert entry.purpose is None
    assert len(app.extensions[mail.KEY].messages) == 1


def test_who_joins_meanwhile_is_told_too(
    app: Flask, db_session: orm.Session, publish: Publish, stopped_clock: Clock
) -> None:
    publish(30, material={"our_news"})
    late = make_member("late")
    db_session.commit()
    changes.sweep.run()
    tasks.drain(app)
    assert [message.to for message in app.extensions[mail.KEY].messages] == [late.email]


@pytest.mark.requirement(27)
def test_people_who_are_no_members_are_told_too(
    app: Flask, db_session: orm.Session, publish: Publish, stopped_clock: Clock
) -> None:
    now = clock.now()
    for name, verified_at in (("reader", now), ("unproved", None), ("ada", now)):
        email = f"{name}@example.test"
        subject_id = subjects.create(now).id
        db_session.add(
            Address(subject_id=subject_id, address=email, canonical=email, made_at=now, verified_at=verified_at)
        )
    make_member("ada")
    made = publish(30, material={"our_news"})
    messages = app.extensions[mail.KEY].messages
    assert sorted(message.to for message in messages) == ["ada@example.test", "reader@example.test"]
    assert made.announced_at is not None


def test_a_mail_server_that_is_down_holds_the_version_back(
    app: Flask, publish: Publish, stopped_clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = make_member("ada")
    made = publish(30, material={"our_news"}, tell=False)

    def down(message: mail.Message) -> None:
        raise mail.Unavailable("the mail server answered 421")

    with monkeypatch.context() as patched:
        patched.setattr(app.extensions[mail.KEY], "send", down)
        with pytest.raises(mail.Unavailable):
            tasks.drain(app)
    assert ledger.entries_of(ada.subject_id) == []
    for days in range(5):
        stopped_clock.forward(hours=4, days=days)
        with monkeypatch.context() as patched:
            patched.setattr(app.extensions[mail.KEY], "send", down)
            changes.sweep.run()
            with pytest.raises(mail.Unavailable):
                tasks.drain(app)
        assert not policies_told(made)
    stopped_clock.forward(hours=4)
    changes.sweep.run()
    tasks.drain(app)
    assert [message.to for message in app.extensions[mail.KEY].messages] == [ada.email]
    (version,) = [one for one in versions.every("policy") if one.row_id == made.row_id]
    assert version.announced_at == clock.now()


def test_an_address_that_takes_no_mail_holds_nothing_up(app: Flask, publish: Publish, stopped_clock: Clock) -> None:
    broken = make_member("broken", email="no address")
    made = publish(30, material={"our_news"})
    assert made.announced_at is not None
    assert not ledger.entries_of(broken.subject_id), "nobody is said to have been told who was not"
    assert tellings.missed_counts() == {made.row_id: 1}


@pytest.mark.requirement(27)
def test_an_address_that_puts_mail_off_for_days_is_given_up(
    app: Flask, db_session: orm.Session, publish: Publish, stopped_clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, full = make_member("ada"), make_member("full")
    made, sent = publish(30, material={"our_news"}, tell=False), app.extensions[mail.KEY].send
    tried, address = [], full.email
    db_session.commit()

    def send(message: mail.Message) -> None:
        if message.to == address:
            tried.append(clock.now())
            raise mail.TryLater("the mail server answered 452")
        sent(message)

    monkeypatch.setattr(app.extensions[mail.KEY], "send", send)
    tasks.drain(app)
    for _ in range(4 * 5):
        stopped_clock.forward(hours=6)
        changes.sweep.run()
        tasks.drain(app)
    assert len(tried) == len(tellings.WAITS) + 1
    assert [message.to for message in app.extensions[mail.KEY].messages] == [ada.email]
    (version,) = [one for one in versions.every("policy") if one.row_id == made.row_id]
    assert version.announced_at is not None
    assert tellings.missed_counts() == {made.row_id: 1}
    assert [one.action for one in ledger.entries_of(ada.subject_id)] == ["served"]
    assert not ledger.entries_of(full.subject_id)


def test_who_waits_for_a_mail_is_not_put_on_the_list_again(
    app: Flask, db_session: orm.Session, publish: Publish, stopped_clock: Clock
) -> None:
    """The worker is busy for half a day with other things, and the clock rings meanwhile."""
    ada = make_member("ada")
    made = publish(30, material={"our_news"}, tell=False)
    changes.announce.run(policy_id=made.row_id)
    for _ in range(12):
        stopped_clock.forward(hours=1)
        changes.sweep.run()
        db_session.commit()
    assert waiting_tells(app) == 1
    tasks.drain(app)
    assert [message.to for message in app.extensions[mail.KEY].messages] == [ada.email]


def test_an_attempt_that_was_lost_is_made_anew_and_the_late_one_does_nothing(
    app: Flask, db_session: orm.Session, publish: Publish, stopped_clock: Clock
) -> None:
    ada = make_member("ada")
    made = publish(30, material={"our_news"}, tell=False)
    assert tellings.claim(made.row_id, ada.subject_id, clock.now()) == 1
    assert tellings.claim(made.row_id, ada.subject_id, clock.now()) is None
    stopped_clock.forward(days=2)
    assert tellings.claim(made.row_id, ada.subject_id, clock.now()) == 2
    db_session.commit()
    for turn in (1, 2, 2):
        enqueue(changes.tell, policy_id=made.row_id, member_id=ada.id, turn=turn)
        db_session.commit()
    tasks.drain(app)
    assert [message.to for message in app.extensions[mail.KEY].messages] == [ada.email]


def waiting_tells(app: Flask) -> int:
    """Count the tasks to tell a member that wait."""
    client = client_of(app)
    found = client.list_workflows(status="ENQUEUED", queue_name=None, load_input=True)
    return sum("rights.tell_of_policy" in str(one.input) for one in found)


def policies_told(made: PolicyVersion) -> bool:
    """Whether a version counts as announced."""
    return next(one for one in versions.every("policy") if one.row_id == made.row_id).announced_at is not None


@pytest.mark.requirement(29)
def test_a_typo_holds_at_once_and_asks_nobody(app: Flask, publish: Publish, stopped_clock: Clock) -> None:
    ada = make_member("ada")
    stopped_clock.forward(days=1)
    made = publish(0, editorial={"our_news"})
    assert policies.here().id == made.id
    assert not app.extensions[mail.KEY].messages
    assert not ledger.entries_of(ada.subject_id)


@pytest.mark.requirement(30)
def test_one_language_alone_is_a_version_and_flagged(publish: Publish, stopped_clock: Clock) -> None:
    assert versions.lagging("policy", "clozette.co") == []
    before = publish(30, material={"our_news"}, language="id")
    (behind,) = versions.lagging("policy", "clozette.co")
    assert (behind.language, behind.id) == ("en", "2026-11-22")
    assert versions.lagging("policy", "clozette.co.id") == []
    same = versions.text_of(behind)
    publish(30, text=same)  # the English needs no change: published again, word for word
    assert versions.lagging("policy", "clozette.co") == []
    assert before.sha256 != behind.sha256


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("same_text", {"text": None, "material": {"our_news"}}),
        ("unmarked", {}),
        ("unknown_purpose", {"material": {"nonsense"}}),
        ("unknown_purpose", {"material": {"our_news"}, "editorial": {"our_news"}}),
        ("unknown_edition", {"language": "fr", "material": {"our_news"}}),
        ("no_title", {"text": "Just text.", "material": {"our_news"}}),
        ("too_long", {"text": "# T\n" + "x" * models.MAX_TEXT, "material": {"our_news"}}),
        ("too_long", {"text": "# T\n" + "- x\n" * 1000, "material": {"our_news"}}),
    ],
)
def test_what_is_refused(publish: Publish, stopped_clock: Clock, code: str, change: dict) -> None:
    if change.get("text", "") is None:
        change = {**change, "text": versions.text_of(versions.in_force("clozette.co", "en", clock.now()))}
    with pytest.raises(Refused) as refused:
        publish(30, **change)
    assert refused.value.refusal.code == code


def test_a_day_has_one_version(publish: Publish, db_session: orm.Session, stopped_clock: Clock) -> None:
    publish(30, material={"our_news"})
    with pytest.raises(Refused) as refused:
        publish(30, material={"our_news"})
    assert refused.value.refusal.code == "not_newer"
    newer = sa.select(sa.func.count()).select_from(models.Policy).where(models.Policy.version > "2026-11-22")
    assert db_session.scalar(newer) == 1


def test_of_two_at_once_one_wins(publish: Publish, monkeypatch: pytest.MonkeyPatch, stopped_clock: Clock) -> None:
    """Both have looked and found the day free; the constraint decides."""
    publish(30, material={"our_news"})
    monkeypatch.setattr(publishing, "check", lambda draft, now: None)
    with pytest.raises(Refused):
        publish(30, material={"our_news"})


def test_concluding_twice_is_once(db_session: orm.Session, publish: Publish, stopped_clock: Clock) -> None:
    made = publish(30, material={"our_news"})
    stopped_clock.forward(minutes=1)
    publishing.conclude(made.row_id, clock.now())
    assert db_session.get_one(models.Announcement, made.row_id).at == made.announced_at
