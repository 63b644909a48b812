"""A sponsor's own address: proven by a secret, on the open net alone, and every sending a hand-over of its own."""

import hmac
import http.server
import json
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
import trustme
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.contests.models import Sharing, Sponsor
from clozette.contests.sponsors import hooks
from clozette.contests.sponsors.models import Fetch, Handout, Hook
from clozette.kernel import clock, ids, tasks
from clozette.kernel.ports import couriers, links
from clozette.kernel.tasks import perform
from clozette.privacy.disclosures import departures
from clozette.privacy.disclosures.models import Handover
from tests.contests.sponsors.conftest import answer, prepared
from tests.factories.accounts import sign_in
from tests.support.client import Client

Enter = Callable[..., Member]


class _Sponsor(http.server.BaseHTTPRequestHandler):
    """A sponsor's server: knows its secret, and keeps what it gets."""

    secret = b""
    status = 200
    got: list[tuple[bytes, str]] = []

    def do_GET(self) -> None:
        made = hmac.digest(self.secret, self.headers[hooks.CHALLENGE].encode(), "sha256").hex()
        self._answer(200, made.encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).got.append((body, self.headers[hooks.SIGNATURE]))
        self._answer(self.status, b"")

    def log_message(self, *args: Any) -> None:
        """Keep quiet."""

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Location", "https://elsewhere.test/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="module")
def serving() -> Iterator[tuple[str, links.PublicLinks]]:
    authority = trustme.CA()
    context, asking = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("localhost").configure_cert(context)
    authority.configure_trust(asking)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Sponsor)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    port = server.server_address[1]
    yield f"https://localhost:{port}/in", links.PublicLinks(port=port, context=asking, may=lambda one: one.is_loopback)
    server.shutdown()
    server.server_close()


@pytest.fixture
def address(app: Flask, serving: tuple[str, links.PublicLinks], monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the address of the sponsor's server, which the site can reach."""
    monkeypatch.setitem(app.extensions, links.KEY, serving[1])
    _Sponsor.secret, _Sponsor.status, _Sponsor.got = b"", 200, []
    return serving[0]


@pytest.fixture
def theirs(client: Client, buyer: Member) -> Client:
    sign_in(client, buyer, second_factor=True)
    return client


@pytest.fixture
def hooked(app: Flask, theirs: Client, address: str, sponsor: Sponsor, db_session: orm.Session) -> Hook:
    """An address that has shown that it knows the secret."""
    page = theirs.post("/sponsor/hook", data={"address": address}).text
    (secret,) = re.findall(r"<code>([^<]{40,})</code>", page)
    assert secret not in theirs.get("/sponsor/hook").text, "it is shown once"
    _Sponsor.secret = secret.encode()
    tasks.drain(app)
    db_session.expire_all()
    hook = db_session.get_one(Hook, sponsor.id)
    assert hook.proven_at and secret.encode() not in hook.secret
    return hook


def send(app: Flask, client: Client, handout: Handout) -> int:
    answer = client.post(f"/marketing/handouts/{ids.encode(handout.id)}/sending")
    tasks.drain(app)
    return answer.status_code


@pytest.fixture
def marketing(app: Flask, staff: Member) -> Client:
    client = app.test_client()
    assert isinstance(client, Client)
    sign_in(client, staff, second_factor=True)
    return client


@pytest.mark.requirement(73, 75, 79)
def test_what_people_share_is_sent_signed_and_logged(
    app: Flask, marketing: Client, hooked: Hook, enter: Enter, asked: Sharing, staff: Member, db_session: orm.Session
) -> None:
    enter("ada")
    handout = prepared(asked, staff, means="webhook")
    assert send(app, marketing, handout) == 303
    ((body, signature),) = _Sponsor.got
    at = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", signature)
    assert at is not None
    assert at[2] == hmac.digest(_Sponsor.secret, at[1].encode() + b"." + body, "sha256").hex()
    assert [row["accounts_members.email"] for row in json.loads(body)] == ["ada@example.test"]
    db_session.expire_all()
    entry = db_session.scalars(sa.select(Handover)).one()
    assert (entry.means, entry.payload_bytes, entry.actor_id) == ("webhook", len(body), staff.subject_id)
    assert (handout.answer, departures.faults(), departures.waiting()) == ("taken", [], [])
    assert "taken" in marketing.get(f"/marketing/sharings/{ids.encode(asked.id)}").text


@pytest.mark.requirement(79)
@pytest.mark.parametrize("status", [302, 404, 500])
def test_what_was_not_taken_is_said_and_tried_by_nobody_else(
    app: Flask,
    marketing: Client,
    hooked: Hook,
    enter: Enter,
    asked: Sharing,
    staff: Member,
    db_session: orm.Session,
    status: int,
) -> None:
    enter("ada")
    handout = prepared(asked, staff, means="webhook", most=2)
    _Sponsor.status = status
    assert send(app, marketing, handout) == 303
    db_session.expire_all()
    assert (handout.answer, len(_Sponsor.got)) == (str(status), 1)
    _Sponsor.status = 200
    assert send(app, marketing, handout) == 303
    db_session.expire_all()
    assert handout.answer == "taken"
    first, second = (json.loads(body)[0]["reference"] for body, _signature in _Sponsor.got)
    assert first != second, "another hand-over, by another reference"
    assert len(db_session.scalars(sa.select(Fetch)).all()) == 2
    assert send(app, marketing, handout) == 303
    db_session.expire_all()
    assert (handout.answer, len(_Sponsor.got)) == ("used_up", 2)


@pytest.mark.requirement(79)
@pytest.mark.parametrize("when", ["killed", "no answer"])
def test_what_may_have_arrived_is_told_as_uncertain_and_sent_again_by_nobody_else(
    app: Flask,
    marketing: Client,
    hooked: Hook,
    enter: Enter,
    asked: Sharing,
    staff: Member,
    db_session: orm.Session,
    monkeypatch: pytest.MonkeyPatch,
    when: str,
) -> None:
    enter("ada")
    handout = prepared(asked, staff, means="webhook")
    db_session.commit()
    if when == "killed":
        path = f"/marketing/handouts/{ids.encode(handout.id)}/sending"
        assert marketing.post(path).status_code == 303
        about = {"handout_id": handout.id, "by_id": staff.subject_id}
        db_session.commit()  # reading them began a transaction, which would keep the task waiting
        with monkeypatch.context() as patched:
            patched.setattr(couriers.Post, "_sent", _die)
            with pytest.raises(KeyboardInterrupt):
                perform.perform(app, "contests.send_handout", about)
        tasks.drain(app)
    else:
        with monkeypatch.context() as patched:
            patched.setattr(_Sponsor, "do_POST", lambda _self: None)
            assert send(app, marketing, handout) == 303
    db_session.expire_all()
    assert (handout.answer, _Sponsor.got) == ("uncertain", [])
    assert "perhaps they have it" in marketing.get(f"/marketing/sharings/{ids.encode(asked.id)}").text
    assert len(db_session.scalars(sa.select(Handover)).all()) == 1
    assert send(app, marketing, handout) == 303
    db_session.expire_all()
    assert (handout.answer, len(_Sponsor.got)) == ("taken", 1)
    assert (departures.faults(), departures.waiting()) == ([], [])


def _die(*_about: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.requirement(21)
def test_who_withdrew_is_not_sent(
    app: Flask, marketing: Client, hooked: Hook, enter: Enter, asked: Sharing, staff: Member, db_session: orm.Session
) -> None:
    ada = enter("ada")
    handout = prepared(asked, staff, means="webhook")
    answer(ada, asked, "withdrawn")
    assert send(app, marketing, handout) == 303
    db_session.expire_all()
    assert (handout.answer, _Sponsor.got) == ("nobody", [])


def test_an_address_that_does_not_know_the_secret_gets_nothing(
    app: Flask, theirs: Client, address: str, asked: Sharing, staff: Member, sponsor: Sponsor, marketing: Client
) -> None:
    assert theirs.post("/sponsor/hook/trial").status_code == 409
    assert theirs.post("/sponsor/hook", data={"address": address}).status_code == 200
    tasks.drain(app)
    assert "Not proven yet" in theirs.get("/sponsor/hook").text
    assert theirs.post("/sponsor/hook/trial").status_code == 303
    said = {"reason": "as agreed with them", "means": "webhook"}
    assert marketing.post(f"/marketing/sharings/{ids.encode(asked.id)}/handouts", data=said).status_code == 409


def test_a_new_address_is_proven_anew(theirs: Client, hooked: Hook, address: str, db_session: orm.Session) -> None:
    assert theirs.post("/sponsor/hook", data={"address": f"{address}/2"}).status_code == 200
    db_session.expire_all()
    assert hooked.proven_at is None


@pytest.mark.parametrize(
    "place", ["http://x.example/", "https://a:b@x.example/", "file:///etc/passwd", "https://x.example:22/ y", "no", ""]
)
def test_an_address_is_plain_https(theirs: Client, db_session: orm.Session, place: str) -> None:
    assert theirs.post("/sponsor/hook", data={"address": place}).status_code == 422
    assert not db_session.scalars(sa.select(Hook)).all()


def test_nothing_goes_to_an_address_inside_the_house(
    app: Flask, marketing: Client, hooked: Hook, enter: Enter, asked: Sharing, staff: Member, db_session: orm.Session
) -> None:
    enter("ada")
    handout = prepared(asked, staff, means="webhook")
    hooked.address = "https://127.0.0.2:1/in"
    app.extensions[links.KEY] = links.PublicLinks()
    assert send(app, marketing, handout) == 303
    db_session.expire_all()
    assert (handout.answer, _Sponsor.got) == ("refused", [])


def test_it_is_sent_once_at_a_time(
    marketing: Client, hooked: Hook, enter: Enter, asked: Sharing, staff: Member, db_session: orm.Session
) -> None:
    enter("ada")
    handout = prepared(asked, staff, means="webhook")
    handout.sending_at = clock.now()
    db_session.flush()
    assert marketing.post(f"/marketing/handouts/{ids.encode(handout.id)}/sending").status_code == 409
    by_hand = prepared(asked, staff)
    assert marketing.post(f"/marketing/handouts/{ids.encode(by_hand.id)}/sending").status_code == 409


@pytest.mark.requirement(75)
@pytest.mark.parametrize("when", ["before it is asked for", "before it is sent"])
def test_nothing_is_sent_to_an_address_that_was_set_after_it_was_prepared(
    app: Flask,
    marketing: Client,
    hooked: Hook,
    enter: Enter,
    asked: Sharing,
    staff: Member,
    db_session: orm.Session,
    when: str,
) -> None:
    enter("ada")
    handout = prepared(asked, staff, means="webhook")
    path = f"/marketing/handouts/{ids.encode(handout.id)}/sending"
    if when == "before it is sent":
        assert marketing.post(path).status_code == 303
    hooked.proven_at = None
    db_session.commit()
    if when == "before it is asked for":
        assert marketing.post(path).status_code == 409
    tasks.drain(app)
    db_session.expire_all()
    assert _Sponsor.got == []
    assert db_session.scalars(sa.select(Handover)).all() == []
    assert handout.answer == (None if when == "before it is asked for" else "no_hook")
