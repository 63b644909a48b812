"""A fetch against what happens at the same moment: answers, erasures, new terms, and other fetches."""

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.contests.models import Contest, Sharing, Sponsor
from clozette.contests.sponsors import handing, sharing
from clozette.contests.sponsors.models import Fetch, Handout
from clozette.contests.sponsors.sharing import Terms
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from clozette.privacy.disclosures import departures
from clozette.privacy.disclosures.models import Disclosure, Telling
from clozette.rights.erasure import executor
from clozette.rights.erasure import services as erasures
from tests.contests.sponsors.conftest import answer
from tests.factories.accounts import make_member
from tests.support.races import at_once, wait_until_blocked

Enter = Callable[..., Member]


def fetch(handout_id: int, by_id: int) -> list[dict[str, Any]]:
    handout = db.session.get_one(Handout, handout_id)
    rows: list[dict[str, Any]] = json.loads(handing.fetch(handout, by_id=by_id, now=clock.now()).payload)
    return rows


def beside(app: Flask, deed: Callable[[], object]) -> tuple[threading.Thread, list[object]]:
    """Begin a deed in a transaction of its own, which has to wait for the caller's; return it with what came of it."""
    came: list[object] = []

    def run() -> None:
        with app.app_context():
            try:
                came.append(deed())
                db.session.commit()
            except Refused as refused:
                came.append(refused.refusal.code)
                db.session.rollback()

    thread = threading.Thread(target=run)
    thread.start()
    wait_until_blocked()
    assert thread.is_alive(), "it waits until the other is over"
    return thread, came


def everybody(rows: object) -> set[str]:
    assert isinstance(rows, list)
    return {row["accounts_members.email"] for row in rows}


@pytest.mark.engines("postgresql")
@pytest.mark.requirement(21, 78)
def test_who_withdraws_during_a_fetch_is_told_of(
    app: Flask, enter: Enter, handout: Handout, buyer: Member, asked: Sharing, db_session: orm.Session
) -> None:
    member_id, sharing_id = enter("ada").id, asked.id
    ids = handout.id, buyer.subject_id
    db_session.commit()
    assert len(fetch(*ids)) == 1

    def withdraw() -> None:
        answer(db.session.get_one(Member, member_id), db.session.get_one(Sharing, sharing_id), "withdrawn")

    thread, _came = beside(app, withdraw)
    db_session.commit()
    thread.join(20)
    assert [row.kind for row in db_session.scalars(sa.select(Telling))] == ["withdrawal"]


@pytest.mark.engines("postgresql")
@pytest.mark.requirement(21, 75)
def test_a_fetch_during_a_withdrawal_is_without_them(
    app: Flask, enter: Enter, handout: Handout, buyer: Member, asked: Sharing, db_session: orm.Session
) -> None:
    ada = enter("ada")
    enter("bob")
    ids = handout.id, buyer.subject_id
    db_session.commit()
    answer(ada, asked, "withdrawn")
    thread, came = beside(app, lambda: fetch(*ids))
    db_session.commit()
    thread.join(20)
    assert everybody(came[0]) == {"bob@example.test"}
    assert not db_session.scalars(sa.select(Telling)).all(), "nobody has anything of theirs"


@pytest.mark.engines("postgresql")
@pytest.mark.requirement(78, 105)
def test_an_erasure_waits_for_a_fetch_and_its_recipient_is_told(
    app: Flask, enter: Enter, handout: Handout, buyer: Member, db_session: orm.Session
) -> None:
    ada = enter("ada")
    ids, now = (handout.id, buyer.subject_id), clock.now()
    db_session.commit()
    assert len(fetch(*ids)) == 1
    subject_id = ada.subject_id

    def erase() -> None:
        wish = erasures.ask(subject_id, via="desk", now=now, grace=timedelta(0))
        executor.execute(wish.id, now=clock.now(), save=db.session.commit)

    thread, _came = beside(app, erase)
    db_session.commit()
    thread.join(30)
    kinds = {row.kind for row in db_session.scalars(sa.select(Telling))}
    assert "erasure" in kinds


@pytest.mark.engines("postgresql")
@pytest.mark.requirement(105)
def test_a_fetch_during_an_erasure_is_without_them(
    app: Flask, enter: Enter, handout: Handout, buyer: Member, db_session: orm.Session
) -> None:
    ada = enter("ada")
    enter("bob")
    ids = handout.id, buyer.subject_id
    db_session.commit()
    erasures.ask(ada.subject_id, via="page", now=clock.now())
    thread, came = beside(app, lambda: fetch(*ids))
    db_session.commit()
    thread.join(20)
    assert everybody(came[0]) == {"bob@example.test"}


@pytest.mark.engines("postgresql")
@pytest.mark.requirement(74)
def test_new_terms_wait_for_a_fetch_and_a_fetch_for_new_terms(
    app: Flask,
    enter: Enter,
    handout: Handout,
    buyer: Member,
    contest: Contest,
    sponsor: Sponsor,
    db_session: orm.Session,
) -> None:
    enter("ada")
    ids = handout.id, buyer.subject_id
    db_session.commit()
    terms = Terms(["accounts_members.email"], "for something else", "90 days", 90)
    sharing.put("contest", contest.id, sponsor, terms, now=clock.now())
    thread, came = beside(app, lambda: fetch(*ids))
    db_session.commit()
    thread.join(20)
    assert came == ["replaced"]
    assert not db_session.scalars(sa.select(Disclosure)).all()


@pytest.mark.requirement(75)
def test_of_many_fetches_at_once_no_more_than_may_be(
    app: Flask, enter: Enter, handout: Handout, buyer: Member, db_session: orm.Session
) -> None:
    enter("ada")
    handout.most = 2
    ids = handout.id, buyer.subject_id
    db_session.commit()
    raised = at_once(app, *[lambda: fetch(*ids)] * 6)
    assert [str(error) for error in raised] == ["used_up"] * 4
    assert len(db_session.scalars(sa.select(Fetch)).all()) == 2
    assert (departures.faults(), departures.waiting()) == ([], [])


def test_two_who_approve_at_once_are_one(app: Flask, enter: Enter, handout: Handout, db_session: orm.Session) -> None:
    admins = [make_member(name, roles=("admin",)).subject_id for name in ("anna", "alma")]
    handout_id = handout.id
    db_session.commit()

    def approve(by_id: int) -> None:
        handing.approve(db.session.get_one(Handout, handout_id), by_id=by_id, now=clock.now())

    raised = at_once(app, *[lambda by_id=one: approve(by_id) for one in admins])  # type: ignore[misc]
    assert [str(error) for error in raised] == ["approved"]
