"""A closed contest with a sponsor, what its entrants share, and people who entered."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.contests.models import Contest, Sharing, Sponsor
from clozette.contests.sponsors import handing, sharing
from clozette.contests.sponsors.models import Handout, SponsorPerson
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.privacy import consents
from tests.factories.accounts import make_member
from tests.factories.contests import make_contest, make_entry, make_sharing, make_sponsor


@pytest.fixture
def sponsor(db_session: orm.Session) -> Sponsor:
    return make_sponsor(legal_name="Acme Ltd", contact="data@acme.test")


@pytest.fixture
def contest(sponsor: Sponsor) -> Contest:
    return make_contest("closed", sponsor=sponsor, title="Autumn coats")


@pytest.fixture
def asked(contest: Contest, sponsor: Sponsor) -> Sharing:
    return make_sharing(contest, sponsor)


@pytest.fixture
def staff(db_session: orm.Session) -> Member:
    return make_member("mark", roles=("marketing",))


@pytest.fixture
def buyer(sponsor: Sponsor, staff: Member) -> Member:
    """Somebody who signs in for the sponsor."""
    member = make_member("sponsora")
    db.session.add(
        SponsorPerson(sponsor_id=sponsor.id, member_id=member.id, given_by_id=staff.id, given_at=clock.now())
    )
    db.session.flush()
    return member


@pytest.fixture
def enter(contest: Contest, asked: Sharing) -> Callable[..., Member]:
    """Give ``enter(handle, shares=True)``: a member with an entry who said yes or no to what is asked."""

    def enter(handle: str, *, shares: bool | None = True, **columns: Any) -> Member:
        member = make_member(handle)
        make_entry(contest, member, **columns)
        if shares is not None:
            answer(member, asked, "given" if shares else "refused")
        return member

    return enter


@pytest.fixture
def handout(asked: Sharing, staff: Member) -> Handout:
    return prepared(asked, staff)


def prepared(asked: Sharing, staff: Member, **changes: Any) -> Handout:
    said = {"reason": "as agreed with them", "means": "file", "form": "json", "by_id": staff.subject_id, **changes}
    return handing.prepare(asked, now=clock.now(), **said)


def answer(member: Member, asked: Sharing, action: Any) -> None:
    consents.answer(member.subject_id, sharing.purpose_of(asked), "site", action, now=clock.now(), method="form:test")
