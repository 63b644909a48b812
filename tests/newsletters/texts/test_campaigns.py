"""Who gets a campaign of texts, when, and once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.ids import new_id
from clozette.kernel.ports import sms
from clozette.kernel.refusal import Refused
from clozette.newsletters.sending import senders
from clozette.newsletters.sending.models import Sender
from clozette.newsletters.subscriptions import suppressions
from clozette.newsletters.texts import campaigns, claims, engine, register, services
from clozette.newsletters.texts.models import Phone, RegisterCheck, TextCampaign, TextSending
from clozette.privacy import consents, ledger, notices, subjects
from clozette.privacy.browsers import signals
from clozette.rights.erasure import services as erasures
from tests.support.application import Clock

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # noon in Singapore


pytestmark = pytest.mark.usefixtures("provider")


@pytest.fixture(autouse=True)
def noon(stopped_clock: Clock) -> Clock:
    """Let it be noon in Singapore."""
    stopped_clock.stop(NOON)
    return stopped_clock


def make_phone(number: str = "+6581234567", *purposes: str, evident: bool = True, zone: str | None = None) -> Phone:
    """Add a proven number, its consents given on the page with its words, or in a way that leaves no words behind."""
    subject_id = subjects.create(clock.now()).id
    region = services.regions.region_of(number)
    assert region is not None
    phone = Phone(
        subject_id=subject_id,
        number=number,
        number_key=services.key_of(number),
        country=region.country,
        zone=zone or f"+{region.code}",
        verified_at=clock.now(),
    )
    db.session.add(phone)
    db.session.flush()
    for purpose in purposes or ("our_news",):
        give(phone, purpose, evident=evident)
    return phone


def give(phone: Phone, purpose: str, *, evident: bool = True) -> None:
    now = clock.now()
    wording = consents.purposes.wording(purpose, "sms")
    served = ledger.record(subject_id=phone.subject_id, point="CP6", action="served", method="form:test", now=now)
    consents.answer(
        phone.subject_id,
        purpose,
        "sms",
        "given",
        now=now,
        method="form:test",
        wording=wording,
        served_id=served.id if evident else None,
    )


def make_text(purpose: str = "our_news", **columns: Any) -> TextCampaign:
    given = {"title": "Sale", "body": "Coats are in.", "purpose": purpose, "country": None}
    return campaigns.make({**given, **columns}, clock.now())


def start(text: TextCampaign) -> TextCampaign:
    campaigns.start(text, clock.now())
    db.session.commit()
    return text


def run(app: Flask) -> int:
    """Take a worker's step in a context of its own."""
    db.session.commit()
    sent = engine.step(clock.now())
    db.session.expire_all()
    return sent


def state_of(text: TextCampaign, phone: Phone) -> tuple[str, str | None]:
    row = db.session.get(TextSending, (text.id, phone.id), populate_existing=True)
    assert row is not None
    return row.state, row.reason


@pytest.mark.requirement(68)
def test_it_goes_once_and_says_who_and_how_to_end(app: Flask, provider: sms.MemoryTexter) -> None:
    phone, text = make_phone(), start(make_text())
    assert run(app) == 1
    assert run(app) == 0
    (message,) = provider.texts
    assert message.to == phone.number
    assert message.text == "Clozette: Coats are in. End: answer STOP. Help: +6590001111"
    assert state_of(text, phone) == ("sent", None)
    run(app)
    db.session.refresh(text)
    assert text.state == "finished"


@pytest.mark.requirement(66)
def test_consent_by_mail_is_no_consent_by_text(app: Flask, provider: sms.MemoryTexter) -> None:
    phone, other = make_phone("+6581234567", "partner_offers"), make_phone("+6591234567")
    consents.answer(phone.subject_id, "our_news", "email", "given", now=clock.now(), method="form:test")
    text = start(make_text())
    run(app)
    assert [one.to for one in provider.texts] == [other.number]
    assert db.session.get(TextSending, (text.id, phone.id)) is None


@pytest.mark.requirement(66, 69)
def test_whoever_ends_after_the_queue_was_made_gets_nothing(app: Flask, provider: sms.MemoryTexter) -> None:
    withdrew, stopped, goes = make_phone("+6581234567"), make_phone("+6591234567"), make_phone("+6598765432")
    text = start(make_text())
    consents.answer(withdrew.subject_id, "our_news", "sms", "withdrawn", now=clock.now(), method="form:consents")
    services.end(stopped.number, method="sms:stop", source="sms:stop", now=clock.now())
    assert state_of(text, withdrew) == ("skipped", "consent")
    run(app)
    assert [one.to for one in provider.texts] == [goes.number]


@pytest.mark.requirement(39, 66)
def test_the_claim_asks_again(app: Flask, provider: sms.MemoryTexter) -> None:
    """Even where nobody skipped the row: what stands in the database when it is claimed counts."""
    phone = make_phone()
    text = start(make_text())
    suppressions.suppress(phone.number_key, "left", source="test", now=clock.now())
    run(app)
    assert not provider.texts and state_of(text, phone) == ("skipped", "suppressed")


@pytest.mark.requirement(66)
def test_whoever_asked_to_be_forgotten_gets_nothing(app: Flask, provider: sms.MemoryTexter) -> None:
    phone = make_phone()
    text = start(make_text())
    erasures.ask(phone.subject_id, via="page", now=clock.now())
    run(app)
    assert not provider.texts and state_of(text, phone) == ("skipped", "erasure")


@pytest.mark.requirement(67)
def test_singapore_without_evidence_or_check_is_blocked(app: Flask, provider: sms.MemoryTexter) -> None:
    bare, elsewhere = make_phone(evident=False), make_phone("+4915112345678", evident=False, zone="Asia/Singapore")
    text = make_text()
    assert campaigns.counts(text, clock.now()).refused == {"register": 1}
    start(text)
    run(app)
    assert [one.to for one in provider.texts] == [elsewhere.number]
    assert state_of(text, bare) == ("skipped", "register")


@pytest.mark.requirement(67, 68)
@pytest.mark.parametrize(("days", "goes"), [(0, True), (20.99, True), (21, False), (40, False)])
def test_a_check_counts_for_21_days_at_the_sending(
    app: Flask, provider: sms.MemoryTexter, noon: Clock, days: float, goes: bool
) -> None:
    phone = make_phone(evident=False)
    check = register.keep("DNC-1", [(phone.number, True)], b"file", result_at=clock.now(), by_id=None, now=clock.now())
    text = make_text()
    noon.forward(seconds=int(days * 86400))
    if not goes:
        with pytest.raises(Refused):
            campaigns.start(text, clock.now())
        return
    start(text)
    run(app)
    (message,) = provider.texts
    assert message.text.startswith("<ADV> Clozette: ")
    row = db.session.get_one(TextSending, (text.id, phone.id))
    assert (row.basis, row.check_id) == ("register", check.id)


@pytest.mark.requirement(67)
def test_the_check_is_asked_when_it_is_sent_not_when_it_was_queued(
    app: Flask, provider: sms.MemoryTexter, noon: Clock
) -> None:
    phone = make_phone(evident=False)
    noon.stop(NOON - timedelta(days=20, hours=23))
    register.keep("DNC-1", [(phone.number, True)], b"file", result_at=clock.now(), by_id=None, now=clock.now())
    noon.stop(NOON)
    text = start(make_text())
    noon.forward(hours=2)
    run(app)
    assert not provider.texts and state_of(text, phone) == ("skipped", "register")


@pytest.mark.requirement(67)
def test_the_latest_word_of_the_register_counts(app: Flask) -> None:
    phone = make_phone(evident=False)
    now = clock.now()
    register.keep("DNC-1", [(phone.number, True)], b"a", result_at=now - timedelta(days=3), by_id=None, now=now)
    register.keep("DNC-2", [(phone.number, False)], b"b", result_at=now - timedelta(days=2), by_id=None, now=now)
    text = make_text()
    assert campaigns.counts(text, now) == campaigns.Counts(0, {"register": 1})
    register.keep("DNC-3", [(phone.number, True)], b"c", result_at=now - timedelta(days=1), by_id=None, now=now)
    assert campaigns.counts(text, now) == campaigns.Counts(1, {})


@pytest.mark.requirement(69)
def test_a_number_on_the_register_keeps_its_consent(app: Flask, provider: sms.MemoryTexter) -> None:
    """Being put there is no withdrawal (s47(5)): a consent in evidential form stands."""
    phone, now = make_phone(), clock.now()
    register.keep("DNC-1", [(phone.number, False)], b"file", result_at=now, by_id=None, now=now)
    text = start(make_text())
    run(app)
    assert len(provider.texts) == 1
    assert db.session.get_one(TextSending, (text.id, phone.id)).basis == "consent"


@pytest.mark.requirement(70)
def test_a_sender_that_is_not_registered_does_not_text_singapore(
    app: Flask, provider: sms.MemoryTexter, settings: Callable[..., None]
) -> None:
    settings(sms_registered="")
    phone = make_phone()
    other = make_phone("+4915112345678", zone="Asia/Singapore")
    text = start(make_text())
    run(app)
    assert [one.to for one in provider.texts] == [other.number]
    assert state_of(text, phone) == ("skipped", "sender")


@pytest.mark.requirement(70)
def test_nobody_is_woken_and_nobody_is_lost(app: Flask, provider: sms.MemoryTexter, noon: Clock) -> None:
    here, there = make_phone(), make_phone("+4915112345678", zone="Europe/Berlin")
    text = start(make_text())
    run(app)
    assert [one.to for one in provider.texts] == [here.number]
    assert state_of(text, there) == ("queued", None)
    for _ in range(8):
        noon.forward(minutes=29)
        run(app)
    assert [one.to for one in provider.texts] == [here.number]
    noon.forward(minutes=29)
    run(app)
    assert [one.to for one in provider.texts] == [here.number, there.number]


@pytest.mark.requirement(70)
def test_nobody_gets_two_within_three_days(app: Flask, provider: sms.MemoryTexter, noon: Clock) -> None:
    phone = make_phone("+6581234567", "our_news", "partner_offers")
    first, second = start(make_text()), start(make_text("partner_offers"))
    run(app)
    assert len(provider.texts) == 1
    assert {state_of(first, phone), state_of(second, phone)} == {("sent", None), ("skipped", "frequency")}
    assert campaigns.counts(make_text(), clock.now()).refused == {"frequency": 1}
    noon.forward(days=3)
    start(make_text())
    run(app)
    assert len(provider.texts) == 2


@pytest.mark.requirement(114)
def test_a_browsers_signal_ends_offers_of_others_by_text(app: Flask, provider: sms.MemoryTexter) -> None:
    phone = make_phone("+6581234567", "our_news", "partner_offers")
    theirs = start(make_text("partner_offers"))
    signals.note(phone.subject_id, clock.now())
    ours = start(make_text())
    run(app)
    assert state_of(theirs, phone) == ("skipped", "consent")
    assert state_of(ours, phone) == ("sent", None)


def test_the_count_shown_is_the_count_sent(app: Flask, provider: sms.MemoryTexter) -> None:
    make_phone("+6581234567")
    make_phone("+6581234568", evident=False)
    make_phone("+4915112345678", zone="Asia/Singapore")
    suppressed = make_phone("+4915112345679")
    suppressions.suppress(suppressed.number_key, "left", source="test", now=clock.now())
    make_phone("+6581234569", "partner_offers")
    text = make_text()
    counted = campaigns.counts(text, clock.now())
    assert counted == campaigns.Counts(2, {"suppressed": 1, "register": 1})
    start(text)
    run(app)
    assert len(provider.texts) == counted.getting
    assert campaigns.reasons(text) == {("skipped", "register"): 1, ("skipped", "suppressed"): 1}


def test_only_to_one_country(app: Flask, provider: sms.MemoryTexter) -> None:
    make_phone("+4915112345678", zone="Asia/Singapore")
    here = make_phone()
    start(make_text(country="SG"))
    run(app)
    assert [one.to for one in provider.texts] == [here.number]


def test_nobody_to_text_and_twice_started(db_session: orm.Session) -> None:
    with pytest.raises(Refused):
        campaigns.start(make_text(), clock.now())
    db_session.rollback()
    make_phone()
    text = start(make_text())
    with pytest.raises(Refused):
        campaigns.start(text, clock.now())


@pytest.mark.requirement(41)
def test_pause_resume_and_cancel(app: Flask, provider: sms.MemoryTexter) -> None:
    make_phone()
    text = start(make_text())
    assert campaigns.move(text, "pause", clock.now())
    run(app)
    assert not provider.texts
    assert not campaigns.move(text, "pause", clock.now())
    assert campaigns.move(text, "resume", clock.now())
    assert campaigns.move(text, "cancel", clock.now())
    run(app)
    assert not provider.texts and campaigns.reasons(text) == {("skipped", "cancelled"): 1}
    assert not campaigns.move(text, "resume", clock.now())


@pytest.mark.requirement(40)
def test_what_a_dead_worker_left_is_uncertain_and_stays_so(app: Flask, provider: sms.MemoryTexter, noon: Clock) -> None:
    phone = make_phone()
    text = start(make_text())
    claimed = claims.claim(text, "dead/worker", clock.now())
    assert isinstance(claimed, claims.Claimed)
    run(app)
    assert state_of(text, phone) == ("submitting", None)
    noon.forward(minutes=11)
    run(app)
    assert state_of(text, phone) == ("uncertain", "worker died")
    run(app)
    assert not provider.texts
    claims.accepted(claimed, "ref", clock.now())  # it lived after all
    assert state_of(text, phone) == ("sent", None)


@pytest.mark.requirement(40)
def test_staff_decide_what_became_of_an_uncertain_one(app: Flask, provider: sms.MemoryTexter) -> None:
    phone, text = make_phone(), start(make_text())
    provider.fail = sms.NoAnswer("nothing")
    run(app)
    assert state_of(text, phone) == ("uncertain", "no answer")
    provider.fail = None
    assert not claims.decide(text.id, new_id(), was_sent=True, now=clock.now())
    assert claims.decide(text.id, phone.id, was_sent=False, now=clock.now())
    assert not claims.decide(text.id, phone.id, was_sent=True, now=clock.now())
    db.session.refresh(text)
    text.not_before = None
    run(app)
    assert len(provider.texts) == 1


@pytest.mark.requirement(40, 70)
def test_again_ends_no_wait_that_another_text_began(app: Flask, provider: sms.MemoryTexter, noon: Clock) -> None:
    phone = make_phone("+6581234567", "our_news", "partner_offers")
    first = start(make_text())
    provider.fail = sms.NoAnswer("nothing")
    run(app)
    provider.fail = None
    noon.forward(days=4)
    start(make_text("partner_offers"))
    run(app)
    assert len(provider.texts) == 1
    assert claims.decide(first.id, phone.id, was_sent=False, now=clock.now())
    run(app)
    assert len(provider.texts) == 1 and state_of(first, phone) == ("skipped", "frequency")


@pytest.mark.requirement(42)
def test_a_provider_that_takes_nothing_is_asked_less_and_less(
    app: Flask, provider: sms.MemoryTexter, noon: Clock
) -> None:
    phones = [make_phone(f"+658123456{last}") for last in range(5)]
    text = start(make_text())
    provider.fail = sms.TryLater("busy")
    assert run(app) == 1
    assert run(app) == 0
    db.session.refresh(text)
    assert text.state == "running" and text.not_before == clock.now() + timedelta(seconds=10)
    provider.fail = None
    noon.forward(minutes=2)
    run(app)
    assert sorted(one.to for one in provider.texts) == sorted(phone.number for phone in phones)


@pytest.mark.requirement(42)
def test_too_many_refusals_pause_it(app: Flask, provider: sms.MemoryTexter) -> None:
    for last in range(14):
        make_phone(f"+65812345{last:02}")
    text = start(make_text())
    provider.fail = sms.Refused("number")
    run(app)
    db.session.refresh(text)
    assert (text.state, text.because) == ("paused", "failures")
    assert campaigns.outcomes(text) == {"failed": 10, "queued": 4}


@pytest.mark.requirement(40)
def test_an_older_database_waits_for_staff(app: Flask, provider: sms.MemoryTexter) -> None:
    """A backup is put back while texts go out: what went out since is queued in it again."""
    senders.beat(clock.now())
    make_phone()
    text = start(make_text())
    db.session.get_one(Sender, senders.me().name).beats -= 1
    db.session.commit()
    senders.forget_me(app)
    run(app)
    assert not provider.texts, "nothing before it is known how old the database is"
    senders.beat(clock.now())
    run(app)
    db.session.refresh(text)
    assert (text.state, text.because) == ("paused", "restored") and not provider.texts
    campaigns.move(text, "resume", clock.now())
    run(app)
    assert len(provider.texts) == 1


@pytest.mark.requirement(40)
@pytest.mark.parametrize(("minutes", "state"), [(10, "running"), (20, "paused")])
def test_after_a_long_silence_of_the_workers_too(app: Flask, minutes: int, state: str) -> None:
    """The marks outside may be lost with the database; a campaign of mails need not be under way."""
    senders.beat(clock.now())
    make_phone()
    text = start(make_text())
    db.session.get_one(Sender, senders.me().name).seen_at = clock.now() - timedelta(minutes=minutes)
    db.session.commit()
    senders.forget_me(app)
    senders.beat(clock.now())
    db.session.refresh(text)
    assert text.state == state


def test_a_check_is_kept_once(db_session: orm.Session) -> None:
    now = clock.now()
    rows = [("+6581234567", True), ("+6581234568", False)]
    first = register.keep("DNC-1", rows, b"file", result_at=now, by_id=None, now=now)
    again = register.keep("DNC-1", rows, b"file", result_at=now, by_id=None, now=now)
    assert first.id == again.id and first.numbers == 2
    assert len(db_session.scalars(sa.select(RegisterCheck)).all()) == 1
    with pytest.raises(Refused):
        register.keep("DNC-2", rows, b"x", result_at=now + timedelta(minutes=1), by_id=None, now=now)


def test_the_name_of_a_text_names_nobody(app: Flask, provider: sms.MemoryTexter) -> None:
    phone = make_phone()
    text = start(make_text())
    run(app)
    assert provider.texts[0].id == engine.name_of(text.id, phone.id)
    assert ids.encode(phone.id) not in provider.texts[0].id and phone.number[1:] not in provider.texts[0].id
    assert notices.POINTS["CP6"].is_open
