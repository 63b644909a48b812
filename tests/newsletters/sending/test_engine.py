"""The engine: each reader one letter, whatever happens."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from clozette.kernel import clock
from clozette.kernel.ports.bulk_mail import Letter, Outcome
from clozette.newsletters.sending import services
from clozette.newsletters.sending.models import Sending
from clozette.newsletters.subscriptions import services as subscriptions
from clozette.newsletters.subscriptions import suppressions
from clozette.newsletters.subscriptions.models import Newsletter
from clozette.privacy.models import Consent
from tests.newsletters.sending.conftest import Run

Runs = Callable[..., Run]


@pytest.mark.requirement(39)
def test_each_reader_gets_one(run: Runs) -> None:
    going = run(25)
    going.turn()
    assert sorted(going.got()) == sorted(one.contact.address for one in going.subscriptions)
    assert set(going.states()) == {"sent"}
    campaign = going.campaign
    assert (campaign.state, campaign.recipients, campaign.sent) == ("finished", 25, 25)
    assert (campaign.skipped, campaign.failed, campaign.uncertain) == (0, 0, 0)
    going.turn()
    assert len(going.post.letters) == 25


@pytest.mark.requirement(39, 65)
def test_who_left_after_the_snapshot_gets_nothing(run: Runs, db_session: orm.Session) -> None:
    going = run(3)
    left, bounced, stays = going.subscriptions
    going.campaign.newsletter.sender_name = "Clozette"
    db_session.commit()
    from clozette.newsletters.sending import snapshot

    assert snapshot.fill(going.campaign.id, clock.now())
    while snapshot.fill(going.campaign.id, clock.now()):
        pass
    subscriptions.leave(left, method="one-click", now=clock.now())
    subscriptions.come_back_wrong(bounced.contact, "bounce", source="dsn", now=clock.now())
    assert going.states() == ["skipped", "skipped", "queued"]
    assert going.campaign.skipped == 2
    going.turn()
    assert going.got() == [stays.contact.address]
    assert (going.campaign.state, going.campaign.sent, going.campaign.skipped) == ("finished", 1, 2)


@pytest.mark.requirement(39)
def test_the_claim_asks_again(run: Runs, db_session: orm.Session) -> None:
    """As if nobody had told the queue: what is asked in the claiming statement alone keeps them out."""
    going = run(2)
    from clozette.newsletters.sending import snapshot

    while snapshot.fill(going.campaign.id, clock.now()):
        pass
    out, stays = going.subscriptions
    suppressions.suppress(out.contact.address_key, "staff", source="staff", now=clock.now())
    going.turn()
    assert going.got() == [stays.contact.address]
    assert db_session.get_one(Sending, (going.campaign.id, out.contact_id)).reason == "suppressed"


@pytest.mark.requirement(39)
@pytest.mark.parametrize("reason", ["consent", "closed"])
def test_the_claim_asks_for_consent_and_whether_it_is_closed(run: Runs, db_session: orm.Session, reason: str) -> None:
    """As above: the rows alone, as if nobody listened to what becomes of them."""
    going = run(2)
    from clozette.newsletters.sending import snapshot

    while snapshot.fill(going.campaign.id, clock.now()):
        pass
    out, stays = going.subscriptions
    its = {"purpose": subscriptions.purpose_for(going.newsletter.id), "subject_id": out.contact.subject_id}
    happening = {
        "consent": sa.update(Consent).filter_by(**its).values(action="withdrawn"),
        "closed": sa.update(Newsletter).filter_by(id=going.newsletter.id).values(closed_at=clock.now()),
    }
    assert db_session.execute(happening[reason]).rowcount == 1  # type: ignore[attr-defined]
    going.turn()
    kept_out = {"consent": [out], "closed": [out, stays]}[reason]
    assert going.got() == [one.contact.address for one in going.subscriptions if one not in kept_out]
    rows = db_session.execute(sa.select(Sending.contact_id, Sending.reason).where(Sending.state == "skipped"))
    assert sorted(map(tuple, rows)) == [(one.contact_id, reason) for one in kept_out]


@pytest.mark.requirement(39)
def test_what_a_newsletter_becomes_counts_from_the_next_claim(run: Runs, db_session: orm.Session) -> None:
    """Staff say that it carries offers of others: nobody more gets it who did not agree to these."""
    going = run(25)

    def answer(letter: Letter) -> Outcome:
        turn = sa.update(Newsletter).where(Newsletter.id == going.newsletter.id).values(is_third=True)
        db_session.execute(turn, execution_options={"synchronize_session": False})
        return Outcome(250)

    going.post.answer = answer
    for _ in range(2):
        going.turn()
    assert (going.campaign.state, going.campaign.sent, going.campaign.skipped) == ("finished", 10, 15)
    why = sa.select(Sending.reason).where(Sending.state == "skipped").distinct()
    assert db_session.scalars(why).all() == ["third"]


@pytest.mark.requirement(43)
def test_a_dead_address_is_never_written_to_again(run: Runs, db_session: orm.Session) -> None:
    going = run(2)
    dead, _alive = going.subscriptions

    def answer(letter: Letter) -> Outcome:
        return Outcome(550, "5.1.1", "rcpt") if letter.recipient == dead.contact.address else Outcome(250)

    going.post.answer = answer
    going.turn()
    assert going.states() == ["failed", "sent"]
    assert dead.state == "bounced" and suppressions.reasons_for(dead.contact.address_key) == {"bounced"}
    row = db_session.get_one(Sending, (going.campaign.id, dead.contact_id))
    assert row.reason == "5.1.1" and row.bounced_at is not None
    assert (going.campaign.failed, going.campaign.sent, going.campaign.state) == (1, 1, "finished")


@pytest.mark.requirement(43)
@pytest.mark.parametrize(
    ("code", "status", "stage"),
    [
        (550, "5.7.1", "rcpt"),
        (552, "5.2.2", "rcpt"),
        (554, "5.3.4", "end"),
        (550, "5.1.8", "rcpt"),
        (550, "5.1.1", "mail"),
        (550, "", "rcpt"),
    ],
)
def test_a_refused_mail_kills_no_address(run: Runs, code: int, status: str, stage: str) -> None:
    going = run(1)
    going.post.answer = lambda letter: Outcome(code, status, stage)  # type: ignore[arg-type]
    going.turn()
    (subscription,) = going.subscriptions
    assert going.states() == ["failed"] and subscription.state == "confirmed"


@pytest.mark.requirement(42)
def test_later_means_later(run: Runs, db_session: orm.Session, stopped_clock: object) -> None:
    going = run(2)
    _slow, other = going.subscriptions
    other.contact.address, other.contact.domain = "someone@elsewhere.test", "elsewhere.test"
    going.post.answer = lambda letter: (
        Outcome(250) if "elsewhere" in letter.recipient else Outcome(421, "4.7.0", "mail")
    )
    going.turn()
    assert going.states() == ["queued", "sent"] and going.campaign.state == "running"
    going.post.answer = lambda letter: Outcome(250)
    going.turn()
    assert going.states() == ["queued", "sent"]
    stopped_clock.forward(minutes=2)  # type: ignore[attr-defined]
    going.turn()
    assert going.states() == ["sent", "sent"] and going.campaign.state == "finished"


def test_what_is_never_taken_fails_in_the_end(run: Runs, stopped_clock: object) -> None:
    going = run(1)
    going.post.answer = lambda letter: Outcome(451, "4.3.0", "end")
    for _ in range(6):
        going.turn()
        stopped_clock.forward(hours=2)  # type: ignore[attr-defined]
    assert going.states() == ["failed"] and going.campaign.state == "finished"


@pytest.mark.requirement(40)
def test_no_answer_is_uncertain_and_never_sent_by_itself(run: Runs) -> None:
    going = run(2)
    lost = going.subscriptions[0].contact.address
    going.post.answer = lambda letter: Outcome(0) if letter.recipient == lost else Outcome(250)
    going.turn()
    assert going.states() == ["uncertain", "sent"] and going.campaign.uncertain == 1
    going.post.answer = lambda letter: Outcome(250)
    going.turn()
    assert going.states() == ["uncertain", "sent"]
    assert services.settle_by_hand(going.campaign, [going.subscriptions[0].contact_id], "queued", clock.now()) == 1
    going.turn()
    assert going.states() == ["sent", "sent"]
    assert (going.campaign.sent, going.campaign.uncertain, going.campaign.state) == (2, 0, "finished")


@pytest.mark.requirement(40)
def test_a_lost_connection_before_the_letter_loses_nothing(run: Runs, db_session: orm.Session) -> None:
    going = run(2)
    answers = iter([Outcome(0, "", "rcpt")])
    going.post.answer = lambda letter: next(answers, Outcome(250))
    going.turn()
    assert going.states() == ["sent", "sent"] and len(going.post.letters) == 2
    assert db_session.scalar(sa.select(sa.func.max(Sending.tries))) == 1


@pytest.mark.requirement(41)
def test_pause_and_resume_send_the_rest(run: Runs) -> None:
    going = run(30)

    def answer(letter: Letter) -> Outcome:
        if len(going.post.letters) == 7:
            going.campaign.state = "paused"
        return Outcome(250)

    going.post.answer = answer
    going.turn()
    halfway = len(going.post.letters)
    assert going.campaign.state == "paused" and 7 < halfway < 30
    going.turn()
    assert len(going.post.letters) == halfway
    going.post.answer = lambda letter: Outcome(250)
    services.resume(going.campaign, clock.now())
    going.turn()
    assert len(set(going.got())) == len(going.got()) == 30 and going.campaign.state == "finished"


@pytest.mark.requirement(42)
def test_too_many_failures_pause_and_say_why(run: Runs) -> None:
    going = run(60)
    going.post.answer = lambda letter: Outcome(554, "5.7.1", "end")
    going.turn()
    campaign = going.campaign
    assert (campaign.state, campaign.paused_because) == ("paused", "errors")
    assert 20 <= campaign.failed < 60
    going.post.answer = lambda letter: Outcome(250)
    services.resume(campaign, clock.now())
    going.turn()
    assert campaign.state == "finished" and campaign.sent + campaign.failed == 60
