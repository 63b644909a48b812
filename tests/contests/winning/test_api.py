"""Prizes over the API: one's own, once one was told, with the state and the deadline."""

from typing import Any

from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.accounts.services import tokens
from clozette.contests.planning.events import ContestAnnounced
from clozette.contests.winning import services
from clozette.kernel import clock
from tests.contests.winning.conftest import Made, first
from tests.factories.accounts import make_member
from tests.factories.contests import make_contest, make_entry
from tests.support.client import Client


def prizes(client: Client, member: Member, *scopes: str) -> Any:
    token = tokens.make(member.id, name="t", scopes=scopes or ("contests:read",), days=1, now=clock.now())
    return client.get("/api/v1/prizes", headers={"Authorization": f"Bearer {token}"})


def test_one_sees_ones_own_prizes_once_told(client: Client, db_session: orm.Session, decided: Made) -> None:
    ada, bea = make_member("ada"), make_member("bea")
    contest = make_contest("closed", slug="coats", title="Best coat")
    contest = decided([make_entry(contest, ada), make_entry(contest, bea)], contest=contest)
    assert prizes(client, ada).json == [], "nobody was told yet"
    contest.state = "announced"
    services.announce(ContestAnnounced(contest.id))
    db_session.commit()
    (told,) = prizes(client, ada).json
    assert (told["contest"], told["contest_title"], told["prize"]) == ("coats", "Best coat", "A coat")
    assert (told["state"], told["why_gone"], told["address"]) == ("notified", None, "/contests/coats/prize")
    assert told["due_at"] == first(contest).due_at.isoformat()
    assert prizes(client, bea).json == [], "an alternate is told nothing"
    services.decline(first(contest), now=clock.now())
    assert [one["state"] for one in prizes(client, ada).json] == ["declined"]
    assert prizes(client, ada, "looks:read").status_code == 403
