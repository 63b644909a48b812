"""``clozette members …``."""

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from clozette.accounts.cli import members
from clozette.accounts.models import ApiToken, Member, Role
from clozette.accounts.services import tokens
from clozette.kernel import clock
from tests.factories.accounts import PASSWORD, make_member, sign_in

NEW = "three other wooden words"


@pytest.fixture
def run(app, db_session):
    def ran(*words, **more):
        db_session.commit()
        answer = CliRunner().invoke(members, words, obj=lambda: app, **more)
        db_session.expire_all()
        return answer

    return ran


def is_signed_in(client):
    return client.get("/settings").status_code == 200


def test_create(run, client, db_session):
    answer = run("create", "boss@example.test", "boss", "--born", "1980-01-01", "--role", "admin", "--password", NEW)
    assert (answer.exit_code, answer.output) == (0, "@boss\n")
    boss = db_session.scalars(sa.select(Member)).one()
    assert boss.is_confirmed
    assert [role.name for role in boss.roles] == ["admin"]
    assert (
        client.post("/login", data={"email": "boss@example.test", "password": NEW}).headers["Location"] == "/tf-setup"
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nobody", "boss", "--born", "1980-01-01", "--password", NEW), "not a mail address"),
        (("a@example.test", "root", "--born", "1980-01-01", "--password", NEW), "kept for the site"),
        (("a@example.test", "ada", "--born", "1980-01-01", "--password", NEW), "this handle"),
        (("ADA@example.test", "boss", "--born", "1980-01-01", "--password", NEW), "has an account"),
        (("a@example.test", "boss", "--born", "2020-01-01", "--password", NEW), "at least 16"),
        (("a@example.test", "boss", "--born", "1980-01-01", "--password", "short"), "at least 10"),
        (("a@example.test", "boss", "--born", "1980-01-01", "--country", "??", "--password", NEW), "two letters"),
    ],
)
def test_create_refuses(run, db_session, words, said):
    make_member("ada")
    answer = run("create", *words)
    assert answer.exit_code == 1
    assert said in answer.output
    assert len(db_session.scalars(sa.select(Member)).all()) == 1


def test_promote_and_demote(run, client, db_session):
    ada = make_member("ada")
    sign_in(client, ada, second_factor=True)
    assert run("promote", "ada", "moderator").exit_code == 0
    assert run("promote", "ada", "moderator").exit_code == 0
    assert [role.name for role in ada.roles] == ["moderator"]
    assert not is_signed_in(client), "rights begin with a new sign-in"
    assert run("demote", "@ada", "moderator").exit_code == 0
    assert db_session.scalars(sa.select(Role)).all() == []
    assert run("promote", "ada", "king").exit_code == 2
    assert run("promote", "nobody", "admin").exit_code == 1


def test_password_ends_sessions(run, client, db_session, mailbox):
    ada = make_member("ada")
    sign_in(client, ada)
    tokens.make(ada.id, name="t", scopes=["feed:read"], days=7, now=clock.now())
    assert run("password", "ada", "--password", "ada@example.test").exit_code == 1
    assert is_signed_in(client)
    assert run("password", "ada", "--password", NEW).exit_code == 0
    assert not is_signed_in(client)
    assert db_session.scalars(sa.select(ApiToken.revoked_at)).one() is not None
    assert client.post("/login", data={"email": ada.email, "password": PASSWORD}).status_code == 422
    assert "password was changed" in mailbox.to(ada.email)[-1].text


def test_close_and_open(run, client, db_session):
    ada = make_member("ada")
    sign_in(client, ada)
    assert run("deactivate", "ada").exit_code == 0
    assert not is_signed_in(client)
    assert run("reactivate", "ada").exit_code == 0
    assert client.post("/login", data={"email": ada.email, "password": PASSWORD}).status_code == 303
