"""Two workers at once, and two people who prove one number at once."""

import threading
from collections import Counter

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ports import sms
from clozette.newsletters.texts import campaigns, codes, engine, services
from clozette.newsletters.texts.models import Phone, TextCampaign, TextSending
from clozette.privacy import subjects
from tests.newsletters.texts.test_campaigns import NOON, make_phone, make_text, start
from tests.support.application import Clock
from tests.support.races import at_once, wait_until_blocked

pytestmark = pytest.mark.usefixtures("provider")


@pytest.mark.requirement(39, 40, 70)
def test_workers_at_once_send_each_text_once(
    app: Flask, provider: sms.MemoryTexter, stopped_clock: Clock, db_session: orm.Session
) -> None:
    """Two campaigns to the same people: nobody gets two, neither of one campaign nor of both."""
    stopped_clock.stop(NOON)
    numbers = {make_phone(f"+65812345{last:02}", "our_news", "partner_offers").number for last in range(20)}
    start(make_text()), start(make_text("partner_offers"))
    db_session.commit()
    steps = [lambda: engine.step(clock.now())] * 3
    assert not at_once(app, *steps)
    assert not at_once(app, *steps)
    assert Counter(one.to for one in provider.texts) == dict.fromkeys(numbers, 1)
    states = Counter(db_session.scalars(sa.select(TextSending.state)))
    assert states == {"sent": 20, "skipped": 20}


@pytest.mark.requirement(39)
@pytest.mark.engines("postgresql")
def test_who_forgets_a_number_as_a_campaign_starts_is_left_out(
    app: Flask, stopped_clock: Clock, db_session: orm.Session
) -> None:
    stopped_clock.stop(NOON)
    gone, stays = make_phone("+6581234567").id, make_phone("+6581234568").id
    text_id = make_text().id
    db_session.commit()

    deleted = threading.Event()

    def begin() -> None:
        assert deleted.wait(5)
        campaigns.start(db.session.get_one(TextCampaign, text_id), clock.now())

    def forget() -> None:
        db.session.execute(sa.delete(Phone).where(Phone.id == gone))
        deleted.set()
        wait_until_blocked()

    assert not at_once(app, begin, forget)
    assert db_session.scalars(sa.select(TextSending.phone_id)).all() == [stays]


@pytest.mark.requirement(66)
def test_one_number_proven_twice_at_once_has_one_holder(app: Flask, db_session: orm.Session) -> None:
    now, wanted = clock.now(), {"locale": "en", "zone": None, "stamped": None}
    people = [subjects.create(now).id for _ in range(2)]
    made = [
        codes.make("+6581234567", subject_id=one, deed="start", purposes=["our_news"], now=now, **wanted).id
        for one in people
    ]
    db_session.commit()

    def prove(code_id: int) -> None:
        code = db.session.get_one(codes.PhoneCode, code_id)
        assert codes.use(code, codes.digits_of(code), now)
        services.carry_out(code, now, {})

    assert not at_once(app, *(lambda code_id=code_id: prove(code_id) for code_id in made))
    (phone,) = db_session.scalars(sa.select(Phone))
    assert phone.subject_id in people
    (other,) = set(people) - {phone.subject_id}
    assert services.standing(phone.subject_id) == {"our_news"} and not services.standing(other)
