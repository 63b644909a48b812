"""Whatever makes data go to a third party is written down with what led to it: contests, prizes, surveys, promotions (72).

Processors are tried where they are: ``tests/newsletters/mailchimp``.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.contests.models import Prize, Sharing, Sponsor
from clozette.contests.promotions.models import Promotion, PromotionCode
from clozette.contests.sponsors import handing, sharing
from clozette.contests.sponsors.sharing import Terms
from clozette.contests.surveys.models import Answer, Question, Response, Survey
from clozette.contests.winning.models import Address, Winner
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from clozette.privacy.disclosures.models import Disclosure, Handover
from tests.contests.sponsors.conftest import answer, prepared
from tests.factories.accounts import make_member
from tests.factories.contests import make_contest, make_entry

EMAIL = "accounts_members.email"
Made = tuple[str, int, str, Any]


def added(row: Any) -> Any:
    db.session.add(row)
    db.session.flush()
    return row


def contest(ada: Member, sponsor: Sponsor) -> Made:
    found = make_contest("closed", sponsor=sponsor)
    make_entry(found, ada, statement="Found in a market")
    return "contest", found.id, "contests_entries.statement", "Found in a market"


def prize(ada: Member, sponsor: Sponsor) -> Made:
    found = make_contest("announced", sponsor=sponsor)
    entry = make_entry(found, ada)
    prize_id = db.session.scalars(sa.select(Prize.id).where(Prize.contest_id == found.id)).one()
    winner = added(
        Winner(contest_id=found.id, place=1, prize_id=prize_id, unit=0, entry_id=entry.id, state="addressed")
    )
    added(
        Address(
            winner_id=winner.id, name="Ada L.", line1="2 Low Street", city="Bern", country="CH", given_at=clock.now()
        )
    )
    return "prize", prize_id, "contests_addresses.city", "Bern"


def survey(ada: Member, sponsor: Sponsor, state: str = "closed") -> Made:
    now = clock.now()
    dates = {"opens_at": now - timedelta(days=2), "closes_at": now + timedelta(days=1), "made_at": now}
    found = added(Survey(slug="coats", title="Coats", sponsor_id=sponsor.id, state=state, **dates))
    said = {"survey_id": found.id, "kind": "text", "options": []}
    first, second = (
        added(Question(**said, position=at, words=words)) for at, words in ((1, "Which coat?"), (2, "Why?"))
    )
    response = added(Response(survey_id=found.id, subject_id=ada.subject_id, day=now.date(), language="en"))
    added(Answer(response_id=response.id, question_id=second.id, text="It rains"))
    added(Answer(response_id=response.id, question_id=first.id, text="A red one"))
    added(Response(survey_id=found.id, subject_id=None, language="en"))
    return "survey", found.id, "contests_answers.text", {"Which coat?": "A red one", "Why?": "It rains"}


def promotion(ada: Member, sponsor: Sponsor, state: str = "closed") -> Made:
    now = clock.now()
    dates = {"opens_at": now - timedelta(days=2), "closes_at": now + timedelta(days=1), "made_at": now}
    found = added(Promotion(slug="codes", kind="code", title="Codes", sponsor_id=sponsor.id, state=state, **dates))
    for number, member_id in ((1, ada.id), (2, None)):
        code = {"promotion_id": found.id, "sealed": b"x", "digest": f"{number:064}", "member_id": member_id}
        added(PromotionCode(**code))
    return "promotion", found.id, "accounts_members.country", "DE"


def asked_of(made: Made, sponsor: Sponsor) -> Sharing:
    kind, object_id, field, _value = made
    return sharing.put(kind, object_id, sponsor, Terms([EMAIL, field], "to try it", "90 days", 90), now=clock.now())


@pytest.mark.requirement(72, 73)
@pytest.mark.parametrize("make", [contest, prize, survey, promotion])
def test_each_trigger_writes_what_was_handed_over(
    sponsor: Sponsor, staff: Member, buyer: Member, db_session: orm.Session, make: Callable[..., Made]
) -> None:
    ada = make_member("ada")
    kind, object_id, field, value = made = make(ada, sponsor)
    asked = asked_of(made, sponsor)
    with pytest.raises(Refused, match="nobody"):
        handing.fetch(prepared(asked, staff), by_id=buyer.subject_id, now=clock.now())
    answer(ada, asked, "given")
    file = handing.fetch(prepared(asked, staff), by_id=buyer.subject_id, now=clock.now())
    (row,) = json.loads(file.payload)
    assert (row[EMAIL], row[field]) == ("ada@example.test", value)
    entry = db_session.scalars(sa.select(Handover)).one()
    assert (entry.trigger, entry.object_id, entry.fields) == (kind, object_id, asked.fields)
    assert (entry.recipient_id, entry.basis, entry.row_count) == (asked.recipient_id, "consent", 1)
    person = db_session.scalars(sa.select(Disclosure)).one()
    assert (person.subject_id, person.consent_id is not None) == (ada.subject_id, True)
    assert "Acme Ltd" in (sharing.title_of(asked.id) or "")


@pytest.mark.requirement(75)
@pytest.mark.parametrize("make", [survey, promotion])
@pytest.mark.parametrize("state", ["draft", "open"])
def test_nothing_goes_out_while_people_can_take_part(
    sponsor: Sponsor, staff: Member, make: Callable[..., Made], state: str
) -> None:
    asked = asked_of(make(make_member("ada"), sponsor, state), sponsor)
    with pytest.raises(Refused, match="early"):
        prepared(asked, staff)
