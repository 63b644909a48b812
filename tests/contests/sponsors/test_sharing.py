"""What is shared: fields from one list, terms that never change, and the words that a person reads."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import exc, orm

from clozette.contests.models import Contest, Sharing, Sponsor
from clozette.contests.sponsors import fields, queries, services, sharing
from clozette.contests.sponsors.sharing import Terms
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.personal import Personal
from clozette.kernel.refusal import Refused
from clozette.privacy import consents, purposes
from tests.factories.accounts import make_member
from tests.factories.contests import make_contest, make_sharing, make_sponsor

NAME, EMAIL = "accounts_members.display_name", "accounts_members.email"


def terms(**changes: Any) -> Terms:
    return Terms(
        **{"fields": [EMAIL, NAME], "purpose": "to write to you", "keeps_for": "30 days", "keeps_days": 30, **changes}
    )


@pytest.fixture
def contest(db_session: orm.Session) -> Contest:
    return make_contest()


@pytest.fixture
def sponsor(db_session: orm.Session) -> Sponsor:
    return make_sponsor(legal_name="Acme Ltd", domains=["acme.test"])


@pytest.mark.requirement(75)
@pytest.mark.parametrize("name", fields.FIELDS)
def test_every_field_that_can_be_shared_is_declared_and_may_go_out(app: Flask, name: str) -> None:
    said = app.extensions["clozette.privacy.declared"]
    assert isinstance(said[name], Personal)
    assert said[name].export


@pytest.mark.requirement(74)
def test_the_person_reads_who_gets_what_for_what_and_how_long(contest: Contest, sponsor: Sponsor) -> None:
    row = sharing.put("contest", contest.id, sponsor, terms(), now=clock.now())
    words = purposes.wording(sharing.purpose_of(row), "site")
    for part in (
        "Acme Ltd",
        sponsor.address,
        sponsor.country,
        sponsor.contact,
        "your mail address",
        "the name on your",
    ):
        assert part in words
    for part in ("to write to you", "30 days", contest.title):
        assert part in words
    assert row.fields == [NAME, EMAIL], "in the order of the list"


@pytest.mark.requirement(74)
@pytest.mark.parametrize(
    "changes",
    [
        {"fields": [EMAIL]},
        {"purpose": "to sell you coats"},
        {"keeps_days": 31},
        {"keeps_for": "a year"},
        {"reaches": "winners"},
    ],
)
def test_other_terms_are_another_sharing_that_nobody_agreed_to(
    contest: Contest, sponsor: Sponsor, changes: dict[str, Any]
) -> None:
    member = make_member()
    before = sharing.put("contest", contest.id, sponsor, terms(), now=clock.now())
    same = sharing.put("contest", contest.id, sponsor, terms(), now=clock.now())
    assert same is before
    give(member, before)
    after = sharing.put("contest", contest.id, sponsor, terms(**changes), now=clock.now())
    assert after.id != before.id
    assert consents.stands(member.subject_id, sharing.purpose_of(after), "site") is None
    assert [row.id for row in sharing.of("contest", contest.id)] == [after.id]
    with pytest.raises(Refused, match="over"):
        give(member, before)
    consents.answer(
        member.subject_id, sharing.purpose_of(before), "site", "withdrawn", now=clock.now(), method="form:test"
    )


@pytest.mark.requirement(74)
def test_a_sponsor_with_another_name_is_asked_for_anew(contest: Contest, sponsor: Sponsor) -> None:
    before = sharing.put("contest", contest.id, sponsor, terms(), now=clock.now())
    sponsor.legal_name = "Acme Holdings Ltd"
    assert "Acme Ltd" in (sharing.explain(before.id) or ""), "what was read stays"
    after = sharing.put("contest", contest.id, sponsor, terms(), now=clock.now())
    assert after.recipient_id != before.recipient_id
    assert "Acme Holdings Ltd" in (sharing.title_of(after.id) or "")


@pytest.mark.requirement(75)
@pytest.mark.parametrize(
    "names", [[], ["accounts_members.password"], ["accounts_members.birth_date"], [NAME, "contests_addresses.city"]]
)
def test_nothing_else_can_be_chosen(contest: Contest, sponsor: Sponsor, names: list[str]) -> None:
    with pytest.raises(Refused):
        sharing.put("contest", contest.id, sponsor, terms(fields=names), now=clock.now())
    assert not sharing.of("contest", contest.id)


def test_nothing_is_shared_with_a_closed_sponsor(contest: Contest, sponsor: Sponsor) -> None:
    sponsor.closed_at = clock.now()
    with pytest.raises(Refused, match="closed"):
        sharing.put("contest", contest.id, sponsor, terms(), now=clock.now())


@pytest.mark.requirement(73)
def test_nothing_is_kept_longer_than_the_sponsor_promised(contest: Contest, sponsor: Sponsor) -> None:
    days = sponsor.keeps_days
    with pytest.raises(Refused, match="too_long"):
        sharing.put("contest", contest.id, sponsor, terms(keeps_days=days + 1), now=clock.now())
    assert sharing.put("contest", contest.id, sponsor, terms(keeps_days=days), now=clock.now()).keeps_days == days


@pytest.mark.requirement(74)
def test_nobody_is_asked_to_share_with_a_sponsor_who_was_closed(contest: Contest, sponsor: Sponsor) -> None:
    asked = sharing.put("contest", contest.id, sponsor, terms(), now=clock.now())
    services.close(sponsor, now=clock.now())
    db.session.refresh(asked)
    assert (sharing.of("contest", contest.id), asked.replaced_at is not None) == ([], True)


def test_one_thing_asks_once_for_each_sponsor(contest: Contest, sponsor: Sponsor, db_session: orm.Session) -> None:
    make_sharing(contest, sponsor)
    with pytest.raises(exc.IntegrityError):
        make_sharing(contest, sponsor)


@pytest.mark.parametrize(
    ("address", "is_theirs"),
    [("a@acme.test", True), ("a@mail.ACME.test", True), ("a@notacme.test", False), ("acme.test@x.test", False)],
)
def test_addresses_of_a_sponsors_staff_are_known(sponsor: Sponsor, address: str, is_theirs: bool) -> None:
    assert queries.is_of_domains(sponsor.domains, address) is is_theirs


def give(member: Any, row: Sharing) -> None:
    consents.answer(member.subject_id, sharing.purpose_of(row), "site", "given", now=clock.now(), method="form:test")
