"""Passwords and mail addresses change; sessions end each time, and the member is told."""

import pytest
import sqlalchemy as sa

from clozette.accounts.models import ApiToken, Member, SignIn, Ticket
from clozette.accounts.services import tokens
from clozette.kernel import clock
from tests.factories.accounts import PASSWORD, make_member, sign_in

NEW = "three other wooden words"


def open_sessions(session, member):
    session.expire_all()
    mine = sa.select(sa.func.count()).where(SignIn.member_id == member.id, SignIn.ended_at.is_(None))
    return session.scalar(mine)


class TestChangePassword:
    def test_other_sessions_end(self, client, app, db_session, mailbox):
        ada = make_member("ada")
        other = app.test_client()
        before = sign_in(client, ada, second_factor=True)
        sign_in(other, ada)
        assert other.get("/settings").status_code == 200
        answer = client.post("/change", data={"password": PASSWORD, "new_password": NEW})
        assert answer.headers["Location"] == "/settings/security"

        assert other.get("/settings").headers["Location"].startswith("/login")
        assert client.get("/settings").status_code == 200
        assert open_sessions(db_session, ada) == 1
        mine = db_session.scalars(sa.select(SignIn).where(SignIn.ended_at.is_(None))).one()
        assert mine.id != before.id
        assert mine.method == "password+totp", "this browser keeps the second factor it gave"
        assert "password was changed" in mailbox.to("ada@example.test")[0].text
        assert other.post("/login", data={"email": ada.email, "password": NEW}).status_code == 303

    @pytest.mark.parametrize(
        ("typed", "status", "said"),
        [
            ({"password": "wrong wrong wrong", "new_password": NEW}, 422, "not your password"),
            ({"password": PASSWORD, "new_password": "short"}, 422, "at least 10"),
            ({"password": PASSWORD, "new_password": PASSWORD}, 422, "password you have now"),
            ({"password": PASSWORD, "new_password": "ada@example.test"}, 422, "your own name"),
            ({"password": PASSWORD}, 422, "fill this in"),
        ],
    )
    def test_bad_input(self, client, db_session, typed, status, said):
        ada = make_member("ada")
        sign_in(client, ada)
        answer = client.post("/change", data=typed)
        assert answer.status_code == status
        assert said in answer.text
        assert db_session.get(Member, ada.id).password == ada.password
        assert open_sessions(db_session, ada) == 1

    def test_guessing_is_throttled(self, client, db_session):
        sign_in(client, make_member("ada"))
        tries = [
            client.post("/change", data={"password": "wrong wrong", "new_password": NEW}).status_code for _ in range(11)
        ]
        assert tries == [422] * 10 + [429]

    def test_well_known(self, client):
        assert client.get("/.well-known/change-password").headers["Location"] == "/change"


class TestReset:
    def ask(self, client, mailbox, email="ada@example.test"):
        assert client.post("/reset", data={"email": email}).headers["Location"] == "/reset/sent"
        return mailbox.link("/reset")

    def test_reset(self, client, app, db_session, mailbox):
        ada = make_member("ada")
        thief = app.test_client()
        sign_in(thief, ada)
        tokens.make(ada.id, name="theirs", scopes=["feed:read"], days=7, now=clock.now())
        link = self.ask(client, mailbox)
        assert "Choose a new password" in client.get(link).text
        assert thief.get("/settings").status_code == 200, "a GET changes nothing"

        assert client.post(link, data={"password": "short"}).status_code == 422
        assert client.post(link, data={"password": NEW}).headers["Location"] == "/login"
        assert thief.get("/settings").headers["Location"].startswith("/login")
        assert open_sessions(db_session, ada) == 0
        assert db_session.scalars(sa.select(ApiToken.revoked_at)).one() is not None
        assert client.post(link, data={"password": NEW}).status_code == 404
        assert client.get(link).status_code == 404
        assert client.post("/login", data={"email": ada.email, "password": PASSWORD}).status_code == 422
        assert client.post("/login", data={"email": ada.email, "password": NEW}).status_code == 303

    def test_known_and_unknown_answer_the_same(self, client, app, db_session, mailbox):
        make_member("ada")
        known = client.post("/reset", data={"email": "ada@example.test"})
        unknown = app.test_client().post("/reset", data={"email": "nobody@example.test"})
        assert (known.status_code, known.get_data()) == (unknown.status_code, unknown.get_data())
        assert [message.to for message in mailbox.read()] == ["ada@example.test"]

    def test_runs_out(self, client, db_session, mailbox, stopped_clock):
        make_member("ada")
        link = self.ask(client, mailbox)
        stopped_clock.forward(minutes=61)
        assert client.post(link, data={"password": NEW}).status_code == 404

    def test_a_newer_link_voids_the_older(self, client, db_session, mailbox):
        make_member("ada")
        first, second = self.ask(client, mailbox), self.ask(client, mailbox)
        assert client.get(first).status_code == 404
        assert client.get(second).status_code == 200

    def test_a_changed_password_voids_the_link(self, client, app, db_session, mailbox):
        ada = make_member("ada")
        link = self.ask(client, mailbox)
        other = app.test_client()
        sign_in(other, ada)
        other.post("/change", data={"password": PASSWORD, "new_password": NEW})
        assert client.post(link, data={"password": "yet another long phrase"}).status_code == 404

    def test_it_confirms_the_address(self, client, db_session, mailbox):
        ada = make_member("ada", confirmed=False)
        client.post(self.ask(client, mailbox), data={"password": NEW})
        db_session.expire_all()
        assert db_session.get(Member, ada.id).confirmed_at is not None

    def test_none_for_the_deactivated(self, client, db_session, mailbox):
        make_member("ada", deactivated_at=clock.now())
        client.post("/reset", data={"email": "ada@example.test"})
        assert mailbox.read() == []

    def test_mail_to_one_person_is_throttled(self, app, db_session, mailbox):
        make_member("ada")
        statuses = [
            app.test_client()
            .post("/reset", data={"email": "ada@example.test"}, environ_base={"REMOTE_ADDR": f"192.0.2.{n}"})
            .status_code
            for n in range(6)
        ]
        assert statuses == [303] * 4 + [429] * 2
        assert len(mailbox.read()) == 1, "links that a newer one voided are not sent"

    def test_the_token_is_not_in_the_database(self, client, db_session, mailbox):
        make_member("ada")
        link = self.ask(client, mailbox)
        signature = link.rpartition(".")[2]
        rows = db_session.execute(sa.select(*Ticket.__table__.c)).all()
        assert signature not in str(rows)


class TestChangeEmail:
    def ask(self, client, email="new@example.test"):
        return client.post("/change-email", data={"email": email})

    def test_change(self, client, app, db_session, mailbox):
        ada = make_member("ada")
        other = app.test_client()
        sign_in(client, ada)
        sign_in(other, ada)
        assert self.ask(client, "New@Example.test").headers["Location"] == "/settings/security"
        assert [message.subject for message in mailbox.to("ada@example.test")] == [
            "Your mail address is about to change"
        ]
        link = mailbox.link("/change-email", "New@Example.test")
        assert "New@Example.test" in client.get(link).text
        db_session.expire_all()
        assert ada.email == "ada@example.test"

        assert client.post(link).headers["Location"] == "/settings/security"
        db_session.expire_all()
        assert (ada.email, ada.email_canonical) == ("New@Example.test", "new@example.test")
        assert open_sessions(db_session, ada) == 1
        assert other.get("/settings").status_code == 303
        assert mailbox.to("ada@example.test")[-1].subject == "Your mail address was changed"
        assert client.post(link).status_code == 404
        assert client.post("/logout").status_code == 303
        assert client.post("/login", data={"email": "new@example.test", "password": PASSWORD}).status_code == 303

    def test_bound_to_the_member(self, client, app, db_session, mailbox):
        ada, eve = make_member("ada"), make_member("eve")
        sign_in(client, ada)
        self.ask(client)
        link = mailbox.link("/change-email")
        other = app.test_client()
        sign_in(other, eve)
        assert other.get(link).status_code == 404
        assert other.post(link).status_code == 404
        assert app.test_client().post(link).headers["Location"].startswith("/login")
        db_session.expire_all()
        assert (ada.email, eve.email) == ("ada@example.test", "eve@example.test")

    def test_a_known_address_answers_the_same(self, client, app, db_session, mailbox):
        ada, eve = make_member("ada"), make_member("eve")
        sign_in(client, ada)
        new = self.ask(client)
        taken = self.ask(client, "EVE@example.test")
        assert (new.status_code, new.headers["Location"]) == (taken.status_code, taken.headers["Location"])
        shown = client.get("/settings/security").text
        assert shown.count("We have sent a link to the new address") >= 1
        assert [message.subject for message in mailbox.to("eve@example.test")] == ["Somebody typed your mail address"]
        with pytest.raises(AssertionError):
            mailbox.link("/change-email", "eve@example.test")
        assert eve.email == "eve@example.test"

    def test_taken_in_the_meantime(self, client, db_session, mailbox):
        ada = make_member("ada")
        sign_in(client, ada)
        self.ask(client)
        link = mailbox.link("/change-email")
        make_member("eve", email="new@example.test")
        assert client.post(link).status_code == 409
        db_session.expire_all()
        assert ada.email == "ada@example.test"

    def test_wants_a_fresh_proof(self, client, db_session, stopped_clock, mailbox):
        ada = make_member("ada")
        sign_in(client, ada)
        stopped_clock.forward(minutes=16)
        assert client.get("/change-email").headers["Location"] == "/verify?next=%2Fchange-email"
        assert self.ask(client).headers["Location"] == "/verify?next=%2Fchange-email"
        assert mailbox.read() == []
        assert client.post("/verify", data={"password": "wrong wrong", "next": "/change-email"}).status_code == 422
        proved = client.post("/verify", data={"password": PASSWORD, "next": "/change-email"})
        assert proved.headers["Location"] == "/change-email"
        assert client.get("/change-email").status_code == 200

    def test_verify_leads_nowhere_else(self, client, db_session):
        sign_in(client, make_member("ada"))
        answer = client.post("/verify", data={"password": PASSWORD, "next": "//evil.test"})
        assert answer.headers["Location"] == "/"
