"""Numbers that were kept with the nought of their country, and how the migration spells them."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.util.pyfiles import load_python_file
from sqlalchemy import orm

from clozette.kernel import clock, migrations
from clozette.newsletters.subscriptions import suppressions
from clozette.newsletters.subscriptions.models import Suppression
from clozette.newsletters.texts import regions, services
from clozette.newsletters.texts.models import Phone, TextSending
from tests.newsletters.texts.test_campaigns import make_phone, make_text

ODD, RIGHT = "+62081234567890", "+6281234567890"
pytestmark = pytest.mark.usefixtures("provider")


def _migrate(session: orm.Session) -> None:
    (found,) = (migrations.FOLDER / "versions").glob("*_spell_numbers_alike.py")
    session.flush()
    with Operations.context(MigrationContext.configure(session.connection())):
        load_python_file(str(found.parent), found.name).upgrade()
    session.expire_all()


def _sent(session: orm.Session, phone: Phone, *states: tuple[Any, str]) -> None:
    session.add_all(TextSending(text_id=text.id, phone_id=phone.id, state=state) for text, state in states)
    session.flush()


@pytest.mark.requirement(66, 68)
def test_a_number_loses_its_nought_and_keeps_its_stop(db_session: orm.Session) -> None:
    phone, other = make_phone(ODD), make_phone("+390612345678")
    suppressions.suppress(services.key_of(ODD), "left", source="sms:stop", now=clock.now())
    _migrate(db_session)
    assert (phone.number, phone.number_key) == (RIGHT, services.key_of(RIGHT))
    assert regions.canonical(ODD) == phone.number
    assert suppressions.reasons_for(phone.number_key) == {"left"}
    assert other.number == "+390612345678", "there the nought belongs to the number"


@pytest.mark.requirement(66)
def test_who_proved_it_last_keeps_it(db_session: orm.Session) -> None:
    now = clock.now()
    first, last = make_phone(ODD), make_phone(RIGHT)
    first.verified_at, first.next_at = now - timedelta(days=2), now + timedelta(days=2)
    kept, holder, gone = last.id, last.subject_id, first.id
    _migrate(db_session)
    (phone,) = db_session.scalars(sa.select(Phone))
    assert (phone.id, phone.subject_id, phone.number, phone.next_at) == (kept, holder, RIGHT, now + timedelta(days=2))
    assert phone.id != gone and suppressions.reasons_for(phone.number_key) == set()


@pytest.mark.requirement(66, 68)
@pytest.mark.parametrize("odd_is_last", [True, False])
def test_the_strictest_counts(db_session: orm.Session, odd_is_last: bool) -> None:
    """STOP under one spelling stands, also where it was lifted under the other."""
    now = clock.now()
    odd, right = make_phone(ODD), make_phone(RIGHT)
    (odd if odd_is_last else right).verified_at = now + timedelta(minutes=1)
    suppressions.suppress(services.key_of(ODD), "left", source="sms:stop", now=now)
    suppressions.suppress(services.key_of(RIGHT), "left", source="sms:stop", now=now)
    suppressions.lift(services.key_of(RIGHT), ["left"], now)
    _migrate(db_session)
    (phone,) = db_session.scalars(sa.select(Phone))
    assert suppressions.reasons_for(phone.number_key) == {"left"}
    assert len(db_session.scalars(sa.select(Suppression)).all()) == 1


@pytest.mark.requirement(66, 68)
def test_who_agreed_to_more_than_the_other_is_asked_anew(db_session: orm.Session) -> None:
    first, last = make_phone(ODD, "our_news"), make_phone(RIGHT, "our_news", "partner_offers")
    first.verified_at = clock.now() - timedelta(days=2)
    _migrate(db_session)
    assert suppressions.reasons_for(last.number_key) == {"left"}


@pytest.mark.requirement(68)
def test_a_stop_that_came_by_the_other_spelling_counts(db_session: orm.Session) -> None:
    phone = make_phone(RIGHT)
    suppressions.suppress(services.key_of(ODD), "left", source="sms:stop", now=clock.now())
    _migrate(db_session)
    assert suppressions.reasons_for(phone.number_key) == {"left"}


@pytest.mark.requirement(39, 66)
def test_what_went_out_is_not_sent_again(db_session: orm.Session) -> None:
    texts = [make_text() for _ in range(3)]
    first, last = make_phone(ODD), make_phone(RIGHT)
    first.verified_at = clock.now() - timedelta(days=2)
    _sent(db_session, first, (texts[0], "sent"), (texts[1], "queued"), (texts[2], "sent"))
    _sent(db_session, last, (texts[0], "queued"), (texts[1], "uncertain"))
    kept = last.id
    _migrate(db_session)
    rows = db_session.execute(sa.select(TextSending.phone_id, TextSending.state).order_by(TextSending.text_id)).all()
    assert rows == [(kept, "sent"), (kept, "uncertain"), (kept, "sent")]


def test_a_second_time_changes_nothing(db_session: orm.Session) -> None:
    make_phone(ODD)
    _migrate(db_session)
    before = db_session.execute(sa.select(Phone.__table__)).all()
    _migrate(db_session)
    assert db_session.execute(sa.select(Phone.__table__)).all() == before
