"""API tokens: shown once, kept as a digest, limited to their scopes, revoked for good."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from clozette.accounts import viewer_loader
from clozette.accounts.models import ApiToken
from clozette.accounts.services import members, tokens
from clozette.kernel import clock, ids
from clozette.kernel.viewer import GUEST
from tests.factories.accounts import make_member, sign_in


def make(client, **changes):
    typed = {"name": "my script", "scopes": ["closet:read", "feed:read"], "days": "30", **changes}
    return client.post("/settings/tokens", data=typed)


def token_in(answer):
    return re.search(r"<code data-token>(clz_[\w-]+)</code>", answer.text)[1]


def viewer_by(app, authorization, path="/api/v1/items"):
    with app.test_request_context(path, base_url="https://localhost", headers={"Authorization": authorization}):
        return viewer_loader.load()


def test_make(client, app, db_session, mailbox):
    ada = make_member("ada", roles=("admin",))
    sign_in(client, ada)
    answer = make(client)
    assert answer.status_code == 201
    token = token_in(answer)
    assert token not in client.get("/settings/tokens").text, "shown once"
    row = db_session.scalars(sa.select(ApiToken)).one()
    assert (row.name, row.scopes) == ("my script", ["closet:read", "feed:read"])
    assert token not in str(db_session.execute(sa.select(*ApiToken.__table__.c)).all())
    assert "token for the API was made" in mailbox.to(ada.email)[0].text

    viewer = viewer_by(app, f"Bearer {token}")
    assert (viewer.member_id, viewer.scopes) == (ada.id, frozenset({"closet:read", "feed:read"}))
    assert viewer.session_id is None
    assert viewer.staff_roles == frozenset(), "a token opens no staff page"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "fill this in"),
        ({"scopes": []}, "at least one thing"),
        ({"scopes": ["everything"]}, "from the list"),
        ({"days": "5000"}, "from the list"),
        ({"days": "x"}, "from the list"),
    ],
)
def test_bad_input(client, db_session, changes, said):
    sign_in(client, make_member("ada"))
    answer = make(client, **changes)
    assert answer.status_code == 422
    assert said in answer.text
    assert db_session.scalars(sa.select(ApiToken)).all() == []


def test_only_in_the_api_and_only_there(client, app, db_session):
    ada = make_member("ada")
    token = tokens.make(ada.id, name="t", scopes=["closet:read"], days=7, now=clock.now())
    db_session.commit()
    assert viewer_by(app, f"Bearer {token}", "/settings") is GUEST
    for wrong in ("", "Bearer", "Bearer ", f"Basic {token}", f"Bearer {token}x", "Bearer é", token):
        assert viewer_by(app, wrong) is GUEST, wrong
    assert app.test_client().get(f"/settings?auth_token={token}").status_code == 303
    sign_in(client, ada)
    db_session.commit()
    with client.session_transaction() as session:
        kept = dict(session)
    with app.test_request_context("/api/v1/items", base_url="https://localhost"):
        from flask import session

        session.update(kept)
        assert viewer_loader.load() is GUEST, "the browser's session does not reach the API"


def test_revoke(client, app, db_session):
    ada, eve = make_member("ada"), make_member("eve")
    token = tokens.make(ada.id, name="t", scopes=["closet:read"], days=7, now=clock.now())
    row = db_session.scalars(sa.select(ApiToken)).one()
    other = app.test_client()
    sign_in(other, eve)
    assert other.delete(f"/settings/tokens/{ids.encode(row.id)}").status_code == 404
    sign_in(client, ada)
    assert client.post(f"/settings/tokens/{ids.encode(row.id)}", data={"_method": "DELETE"}).status_code == 303
    assert viewer_by(app, f"Bearer {token}") is GUEST
    assert client.delete(f"/settings/tokens/{ids.encode(row.id)}").status_code == 404


def test_runs_out(app, db_session, stopped_clock):
    token = tokens.make(make_member("ada").id, name="t", scopes=["closet:read"], days=7, now=clock.now())
    db_session.commit()
    stopped_clock.forward(days=6)
    assert viewer_by(app, f"Bearer {token}").is_member
    stopped_clock.forward(days=1)
    assert viewer_by(app, f"Bearer {token}") is GUEST


def test_ends_with_the_account(app, db_session):
    ada = make_member("ada")
    token = tokens.make(ada.id, name="t", scopes=["closet:read"], days=7, now=clock.now())
    members.deactivate(ada, now=clock.now())
    members.reactivate(ada)
    db_session.commit()
    assert viewer_by(app, f"Bearer {token}") is GUEST


def test_last_used(client, app, db_session, stopped_clock):
    ada = make_member("ada")
    token = tokens.make(ada.id, name="t", scopes=["closet:read"], days=7, now=clock.now())
    db_session.commit()
    client.get("/api/v1/nothing-here", headers={"Authorization": f"Bearer {token}"})
    assert db_session.scalars(sa.select(ApiToken.last_used_at)).one() == clock.now()


def test_not_too_many(client, db_session):
    ada = make_member("ada")
    sign_in(client, ada)
    now = clock.now()
    for _ in range(20):
        tokens.make(ada.id, name="t", scopes=["closet:read"], days=7, now=now - timedelta(days=1))
    answer = make(client)
    assert answer.status_code == 409
    assert "You have 20 tokens" in answer.text


def test_wants_a_fresh_proof(client, db_session, stopped_clock):
    sign_in(client, make_member("ada"))
    stopped_clock.forward(minutes=16)
    assert make(client).headers["Location"] == "/verify?next=%2Fsettings%2Ftokens"
    assert db_session.scalars(sa.select(ApiToken)).all() == []
