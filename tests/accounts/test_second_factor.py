"""TOTP and recovery codes: what they guard, that each works once, and that half a sign-in is none."""

import re

import flask
import pyotp
import pytest
import sqlalchemy as sa

from clozette.accounts import viewer_loader
from clozette.accounts.models import Member, RecoveryCode, Role, SignIn
from clozette.accounts.services import second_factor
from clozette.kernel import clock
from clozette.kernel.database import db
from tests.factories.accounts import PASSWORD, make_member, sign_in


def code_of(app, member, at=None):
    key = app.extensions["security"].totp_factory.get_totp_b32_key(member.tf_totp_secret)
    return pyotp.TOTP(key).at(at or clock.now())


def with_totp(app, member):
    """Switch TOTP on and return the recovery codes."""
    second_factor.begin(member)
    codes = second_factor.turn_on(member, code_of(app, member), now=clock.now())
    assert codes
    member.tf_last_step = None
    return codes


def login(client, member, **more):
    return client.post("/login", data={"email": member.email, "password": PASSWORD, **more})


def test_set_up(client, app, db_session, mailbox):
    ada = make_member("ada")
    other = app.test_client()
    sign_in(client, ada)
    sign_in(other, ada)
    assert client.post("/tf-setup").headers["Location"] == "/tf-setup"
    page = client.get("/tf-setup").text
    assert 'src="data:image/svg+xml;base64,' in page
    key = re.search(r"<code>([A-Z2-7-]+)</code>", page)[1].replace("-", "")
    wrong = client.post("/tf-setup", data={"code": "000000"})
    assert wrong.status_code == 422
    assert key[:4] in wrong.text, "the picture stays"
    db_session.expire_all()
    assert not ada.has_totp

    done = client.post("/tf-setup", data={"code": pyotp.TOTP(key).at(clock.now())})
    codes = re.findall(r"<code>([0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4})</code>", done.text)
    assert len(set(codes)) == 10
    assert done.headers["Cache-Control"] == "no-store"
    db_session.expire_all()
    assert ada.has_totp
    stored = str(db_session.execute(sa.select(RecoveryCode.digest)).all())
    assert not any(code in stored or code.replace("-", "") in stored for code in codes)
    assert key not in ada.tf_totp_secret
    assert other.get("/settings").status_code == 303, "other sessions end"
    assert client.get("/tf-setup").headers["Location"] == "/settings/security"
    assert "10 recovery codes left" in client.get("/settings/security").text
    assert "asks for a code" in mailbox.to(ada.email)[0].text


def test_sign_in_takes_the_code(client, app, db_session):
    ada = make_member("ada")
    with_totp(app, ada)
    assert (
        login(client, ada, next="/settings/sessions").headers["Location"] == "/tf-validate?next=%2Fsettings%2Fsessions"
    )
    assert db_session.scalars(sa.select(SignIn)).all() == []
    assert client.get("/tf-validate?next=/settings/sessions").status_code == 200
    assert client.post("/tf-validate", data={"code": "000000"}).status_code == 422
    assert client.post("/tf-validate", data={}).status_code == 422
    answer = client.post("/tf-validate", data={"code": code_of(app, ada), "next": "/settings/sessions"})
    assert answer.headers["Location"] == "/settings/sessions"
    row = db_session.scalars(sa.select(SignIn)).one()
    assert (row.method, row.second_factor_at is not None) == ("password+totp", True)


def test_the_same_code_twice(client, app, db_session, stopped_clock):
    ada = make_member("ada")
    with_totp(app, ada)
    code = code_of(app, ada)
    login(client, ada)
    assert client.post("/tf-validate", data={"code": code}).status_code == 303
    thief = app.test_client()
    login(thief, ada)
    assert thief.post("/tf-validate", data={"code": code}).status_code == 422
    stopped_clock.forward(seconds=31)
    assert thief.post("/tf-validate", data={"code": code_of(app, ada)}).status_code == 303


def test_an_older_code_after_a_newer(client, app, db_session, stopped_clock):
    ada = make_member("ada")
    with_totp(app, ada)
    old = code_of(app, ada)
    stopped_clock.forward(seconds=30)
    login(client, ada)
    assert client.post("/tf-validate", data={"code": code_of(app, ada)}).status_code == 303
    other = app.test_client()
    login(other, ada)
    assert other.post("/tf-validate", data={"code": old}).status_code == 422


def test_recovery_codes_work_once(client, app, db_session, mailbox):
    ada = make_member("ada")
    codes = with_totp(app, ada)
    login(client, ada)
    assert client.get("/mf-recovery").status_code == 200
    assert client.post("/mf-recovery", data={"code": "0000-0000-0000"}).status_code == 422
    assert client.post("/mf-recovery", data={"code": codes[0].upper().replace("-", " ")}).status_code == 303
    assert "9 left" in client.get("/settings/security").text
    assert "recovery code was used" in mailbox.to(ada.email)[-1].text
    other = app.test_client()
    login(other, ada)
    assert other.post("/mf-recovery", data={"code": codes[0]}).status_code == 422
    assert other.post("/mf-recovery", data={"code": codes[1]}).status_code == 303


def test_recovery_codes_are_the_members_own(client, app, db_session):
    ada, eve = make_member("ada"), make_member("eve")
    codes = with_totp(app, ada)
    with_totp(app, eve)
    login(client, eve)
    assert client.post("/mf-recovery", data={"code": codes[0]}).status_code == 422


def test_new_codes_replace_the_old(client, app, db_session):
    ada = make_member("ada")
    old = with_totp(app, ada)
    sign_in(client, ada, second_factor=True)
    page = client.post("/mf-recovery-codes").text
    new = re.findall(r"<code>([0-9a-f-]{14})</code>", page)
    assert len(new) == 10
    assert not set(new) & set(old)
    other = app.test_client()
    login(other, ada)
    assert other.post("/mf-recovery", data={"code": old[0]}).status_code == 422
    assert other.post("/mf-recovery", data={"code": new[0]}).status_code == 303


def test_switch_off(client, app, db_session, mailbox):
    ada = make_member("ada")
    with_totp(app, ada)
    sign_in(client, ada, second_factor=True)
    assert client.post("/tf-disable").status_code == 303
    db_session.expire_all()
    assert not ada.has_totp
    assert ada.tf_totp_secret is None
    assert db_session.scalars(sa.select(RecoveryCode)).all() == []
    assert login(app.test_client(), ada).headers["Location"] == "/"


def test_changes_want_a_fresh_proof(client, app, db_session, stopped_clock):
    ada = make_member("ada")
    with_totp(app, ada)
    sign_in(client, ada, second_factor=True)
    stopped_clock.forward(minutes=16)
    for path in ("/tf-disable", "/mf-recovery-codes", "/tf-setup"):
        assert client.post(path).headers["Location"].startswith("/verify"), path
    db_session.expire_all()
    assert ada.has_totp


def test_codes_are_throttled(app, db_session):
    ada = make_member("ada")
    with_totp(app, ada)
    browsers = [app.test_client() for _ in range(2)]
    for browser in browsers:
        login(browser, ada)
    tries = [browsers[n % 2].post("/tf-validate", data={"code": f"00000{n}"}).status_code for n in range(7)]
    assert tries == [422] * 5 + [429] * 2
    assert browsers[0].post("/mf-recovery", data={"code": "0000-0000-0000"}).status_code == 429


class TestHalf:
    """A password was right and the code is still due: for the whole site that is nobody."""

    @pytest.fixture
    def half(self, client, app, db_session):
        ada = make_member("ada", roles=("admin",))
        with_totp(app, ada)
        assert login(client, ada).headers["Location"].startswith("/tf-validate")
        return ada

    def test_every_page_takes_it_for_a_guest(self, client, app, half):
        guest = app.test_client()
        checked = 0
        for rule in app.url_map.iter_rules():
            if rule.arguments or rule.rule in {"/tf-validate", "/mf-recovery"}:
                continue
            for method in rule.methods & {"GET", "POST", "PUT", "DELETE", "PATCH"}:
                if rule.rule == "/logout" and method == "POST":
                    continue
                mine, theirs = client.open(rule.rule, method=method), guest.open(rule.rule, method=method)
                assert mine.status_code == theirs.status_code, (method, rule.rule)
                assert mine.headers.get("Location") == theirs.headers.get("Location"), (method, rule.rule)
                checked += 1
        assert checked > 40

    def test_runs_out(self, client, app, half, stopped_clock):
        stopped_clock.forward(minutes=11)
        assert client.get("/tf-validate").headers["Location"] == "/login"
        assert client.post("/tf-validate", data={"code": code_of(app, half)}).headers["Location"] == "/login"

    def test_ends_with_the_sessions(self, client, app, db_session, half, mailbox):
        app.test_client().post("/reset", data={"email": half.email})
        app.test_client().post(mailbox.link("/reset"), data={"password": "three other wooden words"})
        db_session.expire_all()
        assert client.post("/tf-validate", data={"code": code_of(app, half)}).headers["Location"] == "/login"

    def test_is_no_way_to_another_member(self, client, app, db_session, half):
        eve = make_member("eve")
        with_totp(app, eve)
        assert client.post("/tf-validate", data={"code": code_of(app, eve)}).status_code == 422

    def test_nobody_else_gets_the_page(self, app):
        assert app.test_client().get("/tf-validate").headers["Location"] == "/login"
        assert app.test_client().post("/mf-recovery", data={"code": "x"}).headers["Location"] == "/login"


class TestStaff:
    def test_no_right_without_second_factor(self, client, db_session):
        boss = make_member("boss", roles=("admin",))
        answer = login(client, boss)
        assert answer.headers["Location"] == "/tf-setup"
        assert "staff pages open once" in client.get("/tf-setup").text
        assert "stay closed until" in client.get("/settings").text
        assert viewer_of(client).staff_roles == frozenset()

    def test_right_with_it(self, client, app, db_session):
        boss = make_member("boss", roles=("moderator",))
        with_totp(app, boss)
        login(client, boss)
        assert client.post("/tf-validate", data={"code": code_of(app, boss)}).headers["Location"] == "/"
        assert viewer_of(client).may_as("moderator")
        assert not viewer_of(client).may_as("marketing")

    def test_it_is_this_sessions_factor(self, client, app, db_session):
        """A second factor that was given elsewhere, or only set up, opens nothing here."""
        boss = make_member("boss", roles=("admin",))
        with_totp(app, boss)
        sign_in(app.test_client(), boss, second_factor=True)
        sign_in(client, boss)
        assert not viewer_of(client).may_as("admin")

    def test_setting_it_up_gives_it(self, client, app, db_session):
        boss = make_member("boss", roles=("admin",))
        sign_in(client, boss)
        client.post("/tf-setup")
        db_session.expire_all()
        assert client.post("/tf-setup", data={"code": code_of(app, boss)}).status_code == 200
        assert viewer_of(client).may_as("admin")

    def test_a_role_that_is_taken_away(self, client, db_session):
        boss = make_member("boss", roles=("admin",))
        sign_in(client, boss, second_factor=True)
        assert viewer_of(client).may_as("admin")
        db_session.execute(sa.delete(Role).where(Role.member_id == boss.id))
        assert not viewer_of(client).may_as("admin")


def viewer_of(client):
    """Return whom the site sees behind this client's cookie."""
    db.session.commit()
    with client.session_transaction() as session:
        kept = dict(session)
    with client.application.test_request_context("/", base_url="https://localhost"):
        flask.session.update(kept)
        return viewer_loader.load()


def test_the_last_step_is_kept(app, db_session, stopped_clock):
    ada = make_member("ada")
    with_totp(app, ada)
    assert second_factor.takes(ada, code_of(app, ada))
    db_session.expire_all()
    assert db_session.get(Member, ada.id).tf_last_step == int(clock.now().timestamp()) // 30
