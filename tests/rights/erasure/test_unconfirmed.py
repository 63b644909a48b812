"""Who never confirms the address is forgotten after thirty days, and nobody can tell from that who is a member."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Handle, Member
from clozette.accounts.services import registration
from clozette.kernel import clock, tasks
from clozette.kernel.database import db
from clozette.kernel.ports import mail
from clozette.privacy.models import Subject
from clozette.rights.erasure import services
from clozette.rights.erasure import tasks as erasure_tasks
from clozette.rights.erasure.models import Erasure, Receipt
from tests.factories.accounts import make_member
from tests.support.application import Clock
from tests.support.client import Client


def join(client: Client, name: str, handle: str) -> Any:
    """Join through the form."""
    return client.post(
        "/register",
        data={
            "email": f"{name}@example.test",
            "display_name": name.title(),
            "handle": handle,
            "country": "SG",
            "birth_date": "1990-05-17",
            "password": "four unrelated wooden words",
            "terms": "true",
        },
    )


def sweep(app: Flask) -> None:
    erasure_tasks.erase_unconfirmed.run()
    tasks.drain(app)


@pytest.mark.requirement(105)
def test_after_thirty_days_nothing_is_left_of_who_never_confirmed(
    app: Flask, client: Client, db_session: orm.Session, stopped_clock: Clock
) -> None:
    assert join(client, "ada", "ada_new").status_code == 303
    tasks.drain(app)
    stays = make_member("stays")
    keeper = make_member("keeper", confirmed=False, roles=("admin",))
    ada = db_session.scalars(sa.select(Member).where(Member.handle == "ada_new")).one()
    ada_id, subject_id = ada.id, ada.subject_id
    stopped_clock.forward(days=30)
    sweep(app)
    assert db_session.get(Member, ada_id) is not None, "thirty days are not over"
    stopped_clock.forward(seconds=1)
    app.extensions[mail.KEY].clear()
    sweep(app)
    db_session.expire_all()
    assert db_session.get(Member, ada_id) is None
    assert {stays.id, keeper.id} <= set(db_session.scalars(sa.select(Member.id)))
    assert db_session.get_one(Subject, subject_id).key is None
    receipt = db_session.scalars(sa.select(Receipt)).one()
    assert receipt.counts["accounts_members"] == 1
    assert app.extensions[mail.KEY].messages == [], "whose address it was nobody knows"
    assert join(client, "bob", "ada_new").status_code == 303, "the handle was never seen, and is free"


def test_a_free_handle_does_not_tell_whose_address_is_known(
    app: Flask, client: Client, db_session: orm.Session, stopped_clock: Clock
) -> None:
    """One joins with an address that is a member's, one with an unknown one; a month later both handles are alike."""
    make_member("known")
    db_session.commit()
    join(client, "known", "first_try")
    join(app.test_client(), "unknown", "second_try")  # type: ignore[arg-type]
    taken = set(db_session.scalars(sa.select(Handle.handle)))
    assert taken == {"known", "first_try", "second_try"}
    stopped_clock.forward(days=30, seconds=1)
    sweep(app)
    db_session.expire_all()
    assert set(db_session.scalars(sa.select(Handle.handle))) == {"known"}


def test_a_long_list_is_taken_in_turns_and_handles_wait_for_their_own(
    app: Flask, db_session: orm.Session, stopped_clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "_UNCONFIRMED_AT_ONCE", 2)
    for name in ("one", "two", "three"):
        make_member(name, confirmed=False, created_at=clock.now())
        stopped_clock.forward(days=1)
    stopped_clock.forward(days=40)
    assert len(services.forget_unconfirmed(clock.now())) == 2
    assert len(services.forget_unconfirmed(clock.now())) == 1
    assert services.forget_unconfirmed(clock.now()) == []


@pytest.mark.engines("postgresql")
def test_who_confirms_at_this_moment_stays(app: Flask, client: Client, db_session: orm.Session) -> None:
    ada = make_member("ada", confirmed=False, created_at=clock.now() - timedelta(days=31))
    db_session.commit()
    ada_id = ada.id
    registration.mark_confirmed(ada, clock.now())
    begun: list[list[int]] = []

    def forget() -> None:
        with app.app_context():
            begun.append(services.forget_unconfirmed(clock.now()))
            db.session.commit()

    other = threading.Thread(target=forget)
    other.start()
    other.join(0.5)
    assert other.is_alive(), "it waits for the confirmation"
    db_session.commit()
    other.join(10)
    assert begun == [[]]
    assert db_session.get(Member, ada_id) is not None
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Erasure)) == 0
