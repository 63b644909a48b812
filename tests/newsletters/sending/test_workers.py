"""Several workers, dead ones, a restored database: nobody twice, nobody lost, nothing by itself."""

import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette import create_app
from clozette.kernel import clock
from clozette.kernel.database import db, writing
from clozette.kernel.ports import bulk_mail
from clozette.kernel.ports.bulk_mail import Letter, Outcome
from clozette.newsletters.campaigns.models import Arm, Campaign
from clozette.newsletters.sending import engine, senders, services, snapshot
from clozette.newsletters.sending.models import Sender, Sending
from clozette.newsletters.sending.senders import Me
from clozette.newsletters.subscriptions import services as subscriptions
from tests.factories.newsletters import make_campaign
from tests.newsletters.sending.conftest import Run, compile_for
from tests.support.races import at_once, wait_until_blocked

Runs = Callable[..., Run]


def _queue(going: Run) -> None:
    while snapshot.fill(going.campaign.id, clock.now()):
        pass
    db.session.commit()


def _claim_as(going: Run, mark: str, number: int) -> None:
    """Leave some sendings as a worker leaves them that dies in the middle."""
    chosen = [one.contact_id for one in going.subscriptions[:number]]
    mine = (Sending.campaign_id == going.campaign.id, Sending.contact_id.in_(chosen))
    db.session.execute(sa.update(Sending).where(*mine).values(state="submitting", claim=mark, tries=1))
    db.session.commit()


@pytest.mark.requirement(40)
def test_what_a_dead_worker_left_is_in_doubt(run: Runs, db_session: orm.Session, monkeypatch: Any) -> None:
    going = run(4)
    _queue(going)
    db_session.add(Sender(name="other", instance="abc", beats=5, seen_at=clock.now()))
    _claim_as(going, "other:abc", 2)
    going.turn()
    assert going.states() == ["submitting", "submitting", "sent", "sent"], "a living worker's are its own"
    assert going.campaign.state == "running"
    monkeypatch.setattr(senders.time, "monotonic", lambda: 1e9)
    senders.beat(clock.now())
    going.turn()
    assert going.states() == ["uncertain", "uncertain", "sent", "sent"]
    assert (going.campaign.uncertain, going.campaign.sent, going.campaign.state) == (2, 2, "finished")


@pytest.mark.requirement(40)
def test_a_worker_that_starts_again_knows_that_it_died(run: Runs, db_session: orm.Session) -> None:
    going = run(2)
    _queue(going)
    _claim_as(going, f"{senders.me().name}:older", 1)
    going.turn()
    assert going.states() == ["uncertain", "sent"]


@pytest.mark.requirement(40)
def test_a_worker_thought_dead_still_says_what_it_knows(run: Runs) -> None:
    going = run(1)

    def answer(letter: Letter) -> Outcome:
        row = db.session.get_one(Sending, (going.campaign.id, going.subscriptions[0].contact_id))
        senders.doubt([str(row.claim)], clock.now())
        return Outcome(250)

    going.post.answer = answer
    going.turn()
    assert going.states() == ["sent"]
    assert (going.campaign.sent, going.campaign.uncertain) == (1, 0)


@pytest.mark.requirement(40)
def test_an_older_database_does_not_go_on(app: Flask, run: Runs, db_session: orm.Session) -> None:
    """A backup is put back while the campaign runs: what went out since is queued in it again."""
    going = run(3)
    waiting = make_campaign(going.newsletter, state="scheduled", send_at=clock.now())
    senders.beat(clock.now())
    _queue(going)
    before = {row.contact_id: row.state for row in db_session.scalars(sa.select(Sending))}
    beats = db_session.get_one(Sender, senders.me().name).beats
    going.turn()
    assert len(going.post.letters) == 3
    for contact_id, state in before.items():
        db_session.get_one(Sending, (going.campaign.id, contact_id)).state = state
    going.campaign.state = "running"
    db_session.get_one(Sender, senders.me().name).beats = beats
    senders.forget_me(app)
    going.turn()
    assert len(going.post.letters) == 3
    assert (going.campaign.state, going.campaign.paused_because) == ("paused", "restored")
    assert db_session.get_one(Campaign, waiting.id).state == "late"
    services.resume(going.campaign, clock.now())
    going.turn()
    assert going.campaign.state == "finished", "once somebody said so, it goes on"


@pytest.mark.requirement(40)
def test_a_running_worker_sees_an_older_database(run: Runs, db_session: orm.Session) -> None:
    going = run(1, state="running")
    senders.beat(clock.now())
    senders.beat(clock.now())
    db_session.get_one(Sender, senders.me().name).beats = 1
    db_session.commit()
    going.turn()
    assert going.campaign.paused_because == "restored"


@pytest.mark.requirement(40)
def test_a_long_silence_asks_too(app: Flask, run: Runs, db_session: orm.Session, stopped_clock: Any) -> None:
    going = run(1, state="running")
    db_session.add(Sender(name="other", instance="a", beats=9, seen_at=clock.now() - timedelta(minutes=20)))
    shutil.rmtree(app.extensions["clozette.settings"].var / "media" / "newsletters", ignore_errors=True)
    going.turn()
    assert (going.campaign.state, going.got()) == ("paused", [])


@pytest.mark.requirement(50)
def test_arms_split_for_good_and_the_winner_gets_the_rest(app: Flask, run: Runs, db_session: orm.Session) -> None:
    going = run(60, test_percent=50)
    for letter in "ab":
        db_session.add(Arm(campaign_id=going.campaign.id, letter=letter, subject_line=letter))
        compile_for(app, going.campaign, letter, subject=f"Subject {letter}")
    going.turn()
    by_letter = {one.recipient: one.data.partition(b"Subject: Subject ")[2][:1] for one in going.post.letters}
    assert 12 < len(by_letter) < 48 and set(by_letter.values()) == {b"a", b"b"}
    assert going.campaign.state == "running" and going.states().count("queued") == 60 - len(by_letter)
    going.campaign.winner = "b"
    going.turn()
    assert len(set(going.got())) == len(going.got()) == 60 and going.campaign.state == "finished"
    rest = [one for one in going.post.letters if one.recipient not in by_letter]
    assert all(b"Subject: Subject b" in one.data for one in rest)
    letters = {one.contact_id: one.letter for one in db_session.scalars(sa.select(Sending))}
    assert [letters[one.contact_id] for one in going.subscriptions if one.contact.address in by_letter] == [
        by_letter[one.contact.address].decode() for one in going.subscriptions if one.contact.address in by_letter
    ]


@pytest.mark.requirement(50)
def test_a_winner_that_is_chosen_while_letters_go_out(app: Flask, run: Runs, db_session: orm.Session) -> None:
    going = run(60, test_percent=50)
    for letter in "ab":
        db_session.add(Arm(campaign_id=going.campaign.id, letter=letter, subject_line=letter))
        compile_for(app, going.campaign, letter, subject=f"Subject {letter}")

    def choose(letter: Letter) -> Outcome:
        with writing() as session:
            session.execute(sa.update(Campaign).where(Campaign.winner.is_(None)).values(winner="a"))
        return Outcome(250)

    going.post.answer = choose
    going.turn()
    assert len(set(going.got())) == 60 and going.campaign.state == "finished"


def test_the_snapshot_goes_on_where_it_was_cut(run: Runs, monkeypatch: Any, db_session: orm.Session) -> None:
    monkeypatch.setattr(snapshot, "PIECE", 4)
    going = run(10)
    snapshot.fill(going.campaign.id, clock.now())
    db_session.commit()
    going.turn()
    assert len(set(going.got())) == len(going.got()) == 10 and going.campaign.recipients == 10


@pytest.mark.engines("postgresql")
@pytest.mark.requirement(39)
def test_who_is_deleted_while_the_snapshot_is_made_is_left_out(
    app: Flask, run: Runs, db_session: orm.Session, monkeypatch: Any
) -> None:
    going = run(3)
    gone, *stay = [one.contact_id for one in going.subscriptions]
    campaign_id = going.campaign.id
    db_session.commit()
    deleted = threading.Event()

    def fill() -> None:
        assert deleted.wait(5)
        snapshot.fill(campaign_id, clock.now())

    def forget() -> None:
        subscriptions.delete_contact(gone)
        deleted.set()
        wait_until_blocked()

    assert not at_once(app, fill, forget)
    assert sorted(db_session.scalars(sa.select(Sending.contact_id))) == stay
    db_session.refresh(going.campaign)
    assert (going.campaign.state, going.campaign.recipients) == ("running", 2)


@pytest.mark.engines("postgresql")
@pytest.mark.requirement(39)
def test_two_workers_at_once_send_each_once(app: Flask, run: Runs) -> None:
    going = run(80)
    going.campaign.newsletter.sender_name = "Clozette"
    _queue(going)
    others = [create_app(replace(app.extensions["clozette.settings"], worker_id=f"w{one}")) for one in range(2)]
    together = threading.Barrier(2)

    def work(other: Flask) -> None:
        with other.app_context():
            senders.beat(clock.now())
            together.wait()
            engine.step(clock.now())

    workers = [threading.Thread(target=work, args=(other,)) for other in others]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    both = [[letter.recipient for letter in bulk_mail.post(other).letters] for other in others]  # type: ignore[union-attr]
    for other in others:
        with other.app_context():
            for each in db.engines.values():
                each.dispose()
    assert all(both), "each of them had its share"
    assert sorted(both[0] + both[1]) == sorted(one.contact.address for one in going.subscriptions)
    db.session.expire_all()
    assert (going.campaign.sent, going.campaign.state) == (80, "finished")


def test_marks_fit(app: Flask) -> None:
    assert len(Me("x" * 32).mark) <= 48
