"""Passkeys against a software authenticator: made, used, named, removed; an answer holds once."""

import base64
import json
from struct import pack

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.utils import sha256
from soft_webauthn import SoftWebauthnDevice

from clozette.accounts.models import Challenge, Passkey, SignIn
from clozette.accounts.services import second_factor
from clozette.kernel import clock, ids, tasks
from tests.accounts.test_second_factor import viewer_of, with_totp
from tests.factories.accounts import make_member, sign_in

ORIGIN = "https://localhost"


def text(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def raw(data):
    return base64.urlsafe_b64decode(data + "=" * (-len(data) % 4))


class Device(SoftWebauthnDevice):
    """A device; ``verifies`` says whether it also checks its owner (finger, face, PIN)."""

    verifies = True

    def made(self, options, origin=ORIGIN):
        ready = {**options, "challenge": raw(options["challenge"]), "attestation": "none"}
        ready["user"] = {**options["user"], "id": raw(options["user"]["id"])}
        return self._as_json(self.create({"publicKey": ready}, origin), "attestationObject")

    def answered(self, options, origin=ORIGIN, **changes):
        self.sign_count += 1
        client_data = json.dumps({"type": "webauthn.get", "challenge": options["challenge"], "origin": origin}).encode()
        flags = b"\x05" if self.verifies else b"\x01"
        authenticator = sha256(options["rpId"].encode()) + flags + pack(">I", self.sign_count)
        signature = self.private_key.sign(authenticator + sha256(client_data), ec.ECDSA(hashes.SHA256()))
        response = {"authenticatorData": authenticator, "clientDataJSON": client_data, "signature": signature}
        response |= {"userHandle": self.user_handle, **changes}
        return self._as_json({"rawId": self.credential_id, "response": response}, *response)

    def _as_json(self, credential, *names):
        names = {"clientDataJSON", *names}
        response = {name: text(value) for name, value in credential["response"].items() if name in names}
        number = text(credential["rawId"])
        return json.dumps({"id": number, "rawId": number, "type": "public-key", "response": response})


def add(client, device, name="my phone", **more):
    options = client.post("/wan-register").get_json()
    return client.post("/wan-register/answer", data={"credential": device.made(options, **more), "name": name})


@pytest.fixture
def ada(client, db_session):
    member = make_member("ada")
    sign_in(client, member)
    return member


@pytest.fixture
def device(client, ada):
    made = Device()
    assert add(client, made).headers["Location"] == "/settings/security"
    return made


def start(browser):
    answer = browser.post("/wan-signin")
    assert answer.status_code == 200
    return answer.get_json()


def finish(browser, credential, **more):
    return browser.post("/wan-signin/answer", data={"credential": credential, **more})


class TestAdd:
    def test_options(self, client, ada):
        options = client.post("/wan-register").get_json()
        assert options["rp"] == {"name": "Clozette", "id": "localhost"}
        assert options["authenticatorSelection"]["residentKey"] == "required"
        assert options["attestation"] == "none"
        assert raw(options["user"]["id"]) != str(ada.id).encode(), "the handle on the device says nothing"

    def test_add(self, client, app, db_session, device, mailbox, ada):
        passkey = db_session.scalars(sa.select(Passkey)).one()
        assert (passkey.name, passkey.user_id) == ("my phone", ada.id)
        assert "my phone" in client.get("/settings/security").text
        assert "passkey was added" in mailbox.to(ada.email)[0].text
        assert db_session.scalars(sa.select(Challenge)).all() == []

    def test_without_a_name_it_gets_one(self, client, db_session, ada):
        assert add(client, Device(), name="").status_code == 303
        assert db_session.scalars(sa.select(Passkey.name)).one()

    def test_the_same_again(self, client, db_session, device):
        options = client.post("/wan-register").get_json()
        assert options["excludeCredentials"][0]["id"] == text(device.credential_id)
        twin = Device()
        twin.cred_init = lambda rp_id, handle: vars(twin).update(
            credential_id=device.credential_id, private_key=device.private_key, rp_id=rp_id, user_handle=handle
        )
        answer = client.post("/wan-register/answer", data={"credential": twin.made(options)})
        assert answer.status_code == 422
        assert len(db_session.scalars(sa.select(Passkey)).all()) == 1

    @pytest.mark.parametrize("credential", ["", "x", "{}", "[]", "null", '{"id": 1}', '{"rawId": "é"}', "[" * 9000])
    @pytest.mark.engines("sqlite")
    def test_nonsense(self, client, db_session, ada, credential):
        client.post("/wan-register")
        assert client.post("/wan-register/answer", data={"credential": credential}).status_code == 422
        assert db_session.scalars(sa.select(Passkey)).all() == []

    def test_another_origin(self, client, db_session, ada):
        assert add(client, Device(), origin="https://evil.test").status_code == 422

    def test_without_a_challenge(self, client, db_session, ada):
        made = Device().made(client.post("/wan-register").get_json())
        other = client.application.test_client()
        sign_in(other, ada)
        assert other.post("/wan-register/answer", data={"credential": made}).status_code == 422

    def test_wants_a_fresh_proof(self, client, db_session, ada, stopped_clock):
        stopped_clock.forward(minutes=16)
        assert client.get("/wan-register").headers["Location"] == "/verify?next=%2Fwan-register"
        assert client.post("/wan-register").status_code == 403
        assert client.post("/wan-register/answer", data={"credential": "{}"}).status_code == 303

    def test_rename_and_remove(self, client, app, db_session, device, ada, mailbox):
        passkey_id = db_session.scalars(sa.select(Passkey.id)).one()
        address = f"/settings/passkeys/{ids.encode(passkey_id)}"
        assert "my phone" in client.get(address).text
        assert client.post(address, data={"name": ""}).status_code == 422
        assert client.post(address, data={"name": "blue key"}).status_code == 303
        assert "blue key" in client.get("/settings/security").text
        other = app.test_client()
        sign_in(other, make_member("eve"))
        assert other.get(address).status_code == 404
        assert other.delete(address).status_code == 404
        assert client.post(address, data={"_method": "DELETE"}).status_code == 303
        assert db_session.scalars(sa.select(Passkey)).all() == []
        assert "passkey was removed" in mailbox.to(ada.email)[-1].text
        browser = app.test_client()
        assert finish(browser, device.answered(start(browser))).status_code == 422


class TestSignIn:
    def test_sign_in(self, app, db_session, device, ada):
        browser = app.test_client()
        options = start(browser)
        assert not options.get("allowCredentials"), "it names nobody's passkey"
        answer = finish(browser, device.answered(options), next="/settings/sessions")
        assert answer.headers["Location"] == "/settings/sessions"
        assert browser.get("/settings").status_code == 200
        row = db_session.scalars(sa.select(SignIn).order_by(SignIn.id.desc())).first()
        assert (row.method, row.second_factor_at is not None) == ("passkey", True)

    def test_next_is_checked(self, app, device):
        browser = app.test_client()
        assert finish(browser, device.answered(start(browser)), next="//evil.test").headers["Location"] == "/"

    def test_an_answer_holds_once(self, app, device):
        browser = app.test_client()
        answer = device.answered(start(browser))
        with browser.session_transaction() as session:
            kept = dict(session)
        assert finish(browser, answer).status_code == 303
        thief = app.test_client()
        with thief.session_transaction() as session:
            session.update(kept)
        assert finish(thief, answer).status_code == 422

    def test_a_challenge_runs_out(self, app, device, stopped_clock):
        browser = app.test_client()
        answer = device.answered(start(browser))
        stopped_clock.forward(minutes=6)
        assert finish(browser, answer).status_code == 422

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda device, options: device.answered(options, origin="https://evil.test"),
            lambda device, options: device.answered({**options, "rpId": "evil.test"}),
            lambda device, options: device.answered(
                {**options, "challenge": text(b"another challenge, 32 bytes long")}
            ),
            lambda device, options: device.answered(options, userHandle=b"somebody else"),
            lambda device, options: device.answered(options, signature=b"no signature"),
            lambda device, options: "{}",
        ],
    )
    @pytest.mark.engines("sqlite")
    def test_spoiled(self, app, device, spoil):
        browser = app.test_client()
        answer = finish(browser, spoil(device, start(browser)))
        assert answer.status_code == 422
        assert "known here" in answer.text
        assert browser.get("/settings").status_code == 303

    def test_a_copied_device_is_noticed(self, app, device):
        """The counter of a copy stands behind."""
        for _ in range(2):
            browser = app.test_client()
            assert finish(browser, device.answered(start(browser))).status_code == 303
        device.sign_count = 0
        browser = app.test_client()
        assert finish(browser, device.answered(start(browser))).status_code == 422

    def test_a_challenge_for_one_purpose(self, client, app, device):
        """What was asked to prove oneself again signs nobody in elsewhere."""
        options = client.post("/wan-verify").get_json()
        answer = device.answered(options)
        with client.session_transaction() as session:
            kept = session["wan"]
        browser = app.test_client()
        with browser.session_transaction() as session:
            session["wan"] = kept
        assert finish(browser, answer).status_code == 422

    def test_deactivated(self, app, db_session, device, ada):
        ada.deactivated_at = clock.now()
        browser = app.test_client()
        answer = finish(browser, device.answered(start(browser)))
        assert answer.status_code == 422
        assert "closed by our staff" in answer.text

    def test_a_passkey_is_two_factors(self, app, db_session, device, ada):
        with_totp(app, ada)
        browser = app.test_client()
        assert finish(browser, device.answered(start(browser))).headers["Location"] == "/"

    def test_a_mere_key_is_one(self, app, db_session, device, ada):
        device.verifies = False
        browser = app.test_client()
        assert finish(browser, device.answered(start(browser))).headers["Location"] == "/"
        assert not viewer_of(browser).has_second_factor
        with_totp(app, ada)
        browser = app.test_client()
        assert finish(browser, device.answered(start(browser))).headers["Location"].startswith("/tf-validate")
        assert second_factor.codes_left(ada.id) == 10


class TestVerify:
    def test_proves_and_opens_staff_rights(self, app, db_session, stopped_clock):
        client = app.test_client()
        boss = make_member("boss", roles=("admin",))
        sign_in(client, boss)
        device = Device()
        add(client, device)
        assert not viewer_of(client).may_as("admin")
        stopped_clock.forward(minutes=20)
        options = client.post("/wan-verify").get_json()
        assert [key["id"] for key in options["allowCredentials"]] == [text(device.credential_id)]
        answer = client.post("/wan-verify/answer", data={"credential": device.answered(options), "next": "/tf-setup"})
        assert answer.headers["Location"] == "/tf-setup"
        assert client.get("/wan-register").status_code == 200
        assert viewer_of(client).may_as("admin")

    def test_somebody_elses(self, client, app, db_session, device):
        other = app.test_client()
        sign_in(other, make_member("eve"))
        options = other.post("/wan-verify").get_json()
        assert other.post("/wan-verify/answer", data={"credential": device.answered(options)}).status_code == 422


def test_old_challenges_are_swept(app, client, db_session, stopped_clock):
    start(client)
    stopped_clock.forward(minutes=6)
    from clozette.accounts.tasks import sweep

    sweep()
    assert db_session.scalars(sa.select(Challenge)).all() == []
    assert tasks.drain(app) == 0
