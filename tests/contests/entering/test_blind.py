"""A judge's side of the public pages: numbers without names, until the contest is decided."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from clozette.accounts.services import tokens
from clozette.contests.entering import services
from clozette.contests.entering.models import Entry
from clozette.contests.entering.services import Sent
from clozette.contests.judging.models import Judge
from clozette.contests.planning.models import Contest
from clozette.kernel import clock, ids
from tests.factories.accounts import make_member, sign_in
from tests.factories.contests import make_contest, make_judge
from tests.factories.looks import make_look
from tests.support.client import Client

SAID = "without the names"


@pytest.fixture
def stage(client: Client, db_session) -> SimpleNamespace:
    """Give a contest with a jury that three members entered, and its judge, who is also of marketing, signed in."""
    now = clock.now()
    contest = make_contest(slug="coats", decided_by="jury", judging_until=now + timedelta(days=2), draw_at=None)
    looks = {}
    for name in ("ada", "bea", "cleo"):
        member = make_member(name, display_name=f"{name} Lovelace", country="DE")
        looks[name] = make_look(member)
        services.enter(contest, member, Sent("0" * 64, f"key-{name}-00", looks[name]), now=clock.now())
    jo = make_member("jo", roles=("marketing",))
    judge = make_judge(contest, jo)
    db_session.commit()
    sign_in(client, jo, second_factor=True)
    return SimpleNamespace(contest=contest, looks=looks, jo=jo, judge=judge)


def paths(session) -> list[str]:
    first = session.scalar(sa.select(Entry.id).where(Entry.number == 1))
    listed = f"/marketing/contests/{ids.encode(session.scalar(sa.select(Contest.id)))}/entries"
    return ["/contests/coats", "/contests/coats/entries", f"/contests/coats/entries/{ids.encode(first)}", listed]


def telling(stage: SimpleNamespace) -> list[str]:
    return [*stage.looks, "Lovelace", *(ids.encode(look.id) for look in stage.looks.values())]


@pytest.mark.parametrize("said_yes", [True, False])
def test_a_judge_sees_numbers_without_authors(client: Client, db_session, stage, said_yes: bool) -> None:
    db_session.get_one(Judge, stage.judge.id).accepted_at = clock.now() if said_yes else None
    words = telling(stage)
    for state in ("open", "closed"):
        db_session.get_one(Contest, stage.contest.id).state = state
        db_session.commit()
        for path in paths(db_session):
            page = client.get(path)
            assert page.status_code == 200 and SAID in page.text, path
            assert [word for word in words if word in page.text] == [], path


def test_a_judges_programs_get_no_author_either(client: Client, db_session, stage) -> None:
    token = tokens.make(stage.jo.id, name="t", scopes=("contests:read",), days=1, now=clock.now())
    db_session.commit()
    _contest, listed, one, _staff = paths(db_session)
    for path in (listed, one):
        answer = client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"})
        found = answer.json if path == listed else [answer.json]
        assert {(entry["author"], entry["look"]) for entry in found} == {(None, None)}
        assert [word for word in telling(stage) if word in answer.text] == []


def test_the_looks_of_a_contest_do_not_say_their_numbers(client: Client, db_session, stage) -> None:
    entry_ids = [ids.encode(entry_id) for entry_id in db_session.scalars(sa.select(Entry.id))]
    for path in (f"/looks/{ids.encode(stage.looks['ada'].id)}", "/@ada"):
        page = client.get(path).text
        assert "Contest entry" in page
        assert "/entries/" not in page and not [one for one in entry_ids if one in page]


def test_names_come_back_with_the_result_and_for_who_left_the_jury(client: Client, db_session, stage) -> None:
    list_ = "/contests/coats/entries"
    db_session.get_one(Contest, stage.contest.id).state = "judged"
    db_session.commit()
    assert "ada Lovelace" in client.get(list_).text
    db_session.get_one(Contest, stage.contest.id).state = "closed"
    db_session.get_one(Judge, stage.judge.id).dropped_at = clock.now()
    db_session.commit()
    assert "ada Lovelace" in client.get(list_).text and SAID not in client.get(list_).text
    sign_in(client, make_member("eve"))
    assert "/@ada" in client.get(list_).text


def test_it_costs_one_statement_a_page(client: Client, db_session, stage, query_counter) -> None:
    counts = []
    for entered in (3, 4):
        if entered == 4:
            member = make_member("dora", country="DE")
            services.enter(
                db_session.get_one(Contest, stage.contest.id),
                member,
                Sent("0" * 64, "key-dora-00", make_look(member)),
                now=clock.now(),
            )
            db_session.commit()
        client.get("/contests/coats/entries")
        with query_counter() as statements:
            client.get("/contests/coats/entries")
        counts.append([len(statements), sum("contests_judges" in one for one in statements)])
    assert counts[0] == counts[1]
    assert counts[0][1] == 1
