"""The list of contests and the page of one."""

from datetime import timedelta

import pytest
from sqlalchemy import orm

from clozette.kernel import clock
from tests.factories.accounts import make_member, sign_in
from tests.factories.contests import make_contest, make_sponsor
from tests.support.client import Client


def test_the_list_shows_what_is_published(client: Client, db_session: orm.Session) -> None:
    for state in ("draft", "checked", "published", "open", "closed", "cancelled"):
        make_contest(state, title=f"This one is {state}")
    page = client.get("/contests").text
    for state in ("published", "open", "closed", "cancelled"):
        assert f"This one is {state}" in page
    assert "This one is draft" not in page
    assert "This one is checked" not in page


@pytest.mark.requirement(74)
def test_the_list_says_which_ones_are_ads(client: Client, db_session: orm.Session, query_counter) -> None:
    make_contest("done", sponsor=make_sponsor(legal_name="Linen House Ltd"))
    make_contest(sponsor=make_sponsor(legal_name="Woolmark"))
    make_contest()
    db_session.commit()
    page = client.get("/contests").text
    assert [page.count(f"Ad · sponsored by {name}") for name in ("Linen House Ltd", "Woolmark", "")] == [1, 1, 2]


@pytest.mark.requirement(74)
def test_a_page_names_the_sponsor_and_the_dates_in_both_zones(client: Client, db_session: orm.Session) -> None:
    closes = clock.now().replace(hour=12, minute=0) + timedelta(days=20)
    contest = make_contest(
        sponsor=make_sponsor(legal_name="Linen House Ltd"),
        time_zone="Asia/Jakarta",
        closes_at=closes,
        draw_at=closes + timedelta(days=1),
        announce_at=closes + timedelta(days=2),
    )
    assert "for you:" not in client.get(f"/contests/{contest.slug}").text
    sign_in(client, make_member("anna"))
    page = client.get(f"/contests/{contest.slug}").text
    assert "sponsored by Linen House Ltd" in page
    assert "7:00\u202fPM (Asia/Jakarta)" in page
    assert "for you:" in page
    assert "Germany, United Kingdom" in page


@pytest.mark.parametrize("state", ["draft", "checked"])
def test_a_draft_is_for_staff_alone(client: Client, db_session: orm.Session, state: str) -> None:
    contest = make_contest(state)
    assert client.get(f"/contests/{contest.slug}").status_code == 404
    sign_in(client, make_member("anna"))
    assert client.get(f"/contests/{contest.slug}").status_code == 404
    sign_in(client, make_member("mark", roles=("marketing",)), second_factor=True)
    assert client.get(f"/contests/{contest.slug}").status_code == 200


def test_programs_read_the_same(client: Client, db_session: orm.Session) -> None:
    contest = make_contest(sponsor=make_sponsor(legal_name="Linen House Ltd"))
    make_contest("draft")
    listed = client.get("/api/v1/contests").json
    one = client.get(f"/api/v1/contests/{contest.slug}").json
    assert listed == [one]
    assert (one["sponsor"], one["state"], one["votes_from"]) == ("Linen House Ltd", "open", None)
    assert one["prizes"][0]["value_minor"] == 20_000
    assert client.get(one["rules"]["address"]).text == f"Official rules of {contest.title}"
    assert client.get("/api/v1/contests/nothing").status_code == 404


def test_many_contests_are_read_at_once(client: Client, db_session: orm.Session, query_counter) -> None:
    counts = []
    for name in ("Linen House Ltd", "Woolmark", "Silk Road"):
        make_contest(sponsor=make_sponsor(legal_name=name))
        db_session.commit()
        db_session.expunge_all()
        with query_counter() as statements:
            assert client.get("/api/v1/contests").json[0]["sponsor"] == name
        counts.append(len(statements))
    assert len(set(counts)) == 1
