"""Opening an account against its member's wish to be erased: whichever comes first, nobody is seen who wants to go."""

import threading

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.cli import members as command
from clozette.accounts.models import Member
from clozette.accounts.services import members
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.rights.erasure import services
from tests.factories.accounts import make_member, sign_in
from tests.support.client import Client

ADDRESS = "/admin/members/ada/deactivation"
TYPED = {"reason": "The member asked for help, case 1042.", "_method": "DELETE"}


@pytest.fixture
def ada(client: Client, db_session: orm.Session) -> Member:
    """Make a member whom staff closed the account of, and let an admin look at the page."""
    sign_in(client, make_member("keeper", roles=("admin",)), second_factor=True)
    client.csrf_token()
    member = make_member("ada")
    members.deactivate(member, now=clock.now())
    db_session.commit()
    return member


def is_open(session: orm.Session, member: Member) -> bool:
    session.expire_all()
    return member.deactivated_at is None


@pytest.mark.engines("postgresql")
@pytest.mark.requirement(106)
def test_staff_who_open_it_while_the_member_asks_are_refused(
    app: Flask, client: Client, ada: Member, db_session: orm.Session
) -> None:
    services.ask(ada.subject_id, via="desk", now=clock.now())
    answers: list[int] = []
    other = threading.Thread(target=lambda: answers.append(client.post(ADDRESS, data=TYPED).status_code))
    other.start()
    other.join(0.5)
    assert other.is_alive(), "it waits for the one who came first"
    db_session.commit()
    other.join(10)
    assert answers == [409]
    assert not is_open(db_session, ada)


@pytest.mark.engines("postgresql")
@pytest.mark.requirement(106)
def test_a_member_who_asks_while_staff_open_it_is_hidden_again(
    app: Flask, ada: Member, db_session: orm.Session
) -> None:
    subject_id = ada.subject_id
    assert members.reactivate(ada)

    def ask() -> None:
        with app.app_context():
            services.ask(subject_id, via="desk", now=clock.now())
            db.session.commit()

    other = threading.Thread(target=ask)
    other.start()
    other.join(0.5)
    assert other.is_alive(), "it waits for the one who came first"
    db_session.commit()
    other.join(10)
    assert not is_open(db_session, ada)
    assert ada.leaving_at is not None


@pytest.mark.requirement(106)
def test_who_wants_to_go_is_not_brought_back_by_others(
    app: Flask, client: Client, ada: Member, db_session: orm.Session
) -> None:
    services.ask(ada.subject_id, via="desk", now=clock.now())
    db_session.commit()
    assert client.post(ADDRESS, data=TYPED).status_code == 409
    typed = CliRunner().invoke(command, ["reactivate", "ada"], obj=lambda: app)
    assert typed.exit_code == 1
    assert "only they can undo it" in typed.output
    assert not is_open(db_session, ada)
    services.undo(ada.subject_id, now=clock.now())
    db_session.commit()
    assert client.post(ADDRESS, data=TYPED).status_code == 303
    assert is_open(db_session, ada)
