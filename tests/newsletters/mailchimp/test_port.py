"""The port: the same promises from the twin in memory and from the client against the sandbox; and the client's faults."""

import json
import threading
from contextlib import suppress
from datetime import timedelta

import pytest
import requests
import trustme

from clozette.kernel import clock, ids
from clozette.kernel.ports import mailchimp_gateway as gateway
from clozette.kernel.ports.mailchimp import Mailchimp
from clozette.kernel.ports.mailing_list import Declined, Later, Letter, Uncertain, key_of
from clozette.kernel.ports.release import NotReleased, Release
from clozette.newsletters.mailchimp import handover
from clozette.sandbox.mailchimp import FAULTS, packed
from tests.factories.newsletters import make_contact, make_newsletter, make_subscription

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def weekly(db_session):
    return make_newsletter("weekly")


def slip(newsletter, *addresses: str) -> Release:
    """Hand subscribers over."""
    contacts = [make_contact(address) for address in addresses]
    for contact in contacts:
        if not contact.subscriptions:
            make_subscription(newsletter, contact)
    return handover.release(contacts, newsletter, clock.now())


def put(there, newsletter, address: str = "ada@example.test"):
    name = ids.encode(newsletter.id)
    interest = there.add_interest(newsletter.slug)
    return there.put(slip(newsletter, address), handover.SHAPE, {name: interest}), interest


@pytest.mark.requirement(128)
def test_a_member_is_added_and_found(there, weekly):
    made, interest = put(there, weekly, "Ada@Example.test")
    found = there.member(key_of("ada@example.test"))
    assert (found.key, found.status, found.address) == (key_of("ada@example.test"), "subscribed", "Ada@Example.test")
    assert (found.first_name, found.last_name, found.interests[interest]) == ("Ada", "Mode", True)
    assert found.changed_at <= clock.now() + timedelta(seconds=1)
    assert made == found


def test_nobody_else_is_found(there):
    assert there.member(key_of("nobody@example.test")) is None
    assert there.switch_off(key_of("nobody@example.test"), []) is None
    there.unsubscribe(key_of("nobody@example.test"))
    there.forget(key_of("nobody@example.test"))


@pytest.mark.requirement(128)
def test_putting_again_never_subscribes_whoever_left(there, weekly, db_session):
    made, interest = put(there, weekly)
    there.unsubscribe(made.key)
    assert there.put(slip_again(weekly), handover.SHAPE, {ids.encode(weekly.id): interest}).status == "unsubscribed"
    there.ask_again(made.key)
    assert there.member(made.key).status == "pending"


def test_an_interest_is_switched_off_alone(there, weekly):
    made, interest = put(there, weekly)
    assert there.switch_off(made.key, [interest]).interests[interest] is False
    assert there.member(made.key).status == "subscribed"


@pytest.mark.requirement(109)
def test_forgotten_for_good(there, weekly):
    made, interest = put(there, weekly)
    there.forget(made.key)
    there.forget(made.key)
    assert there.member(made.key) is None
    with pytest.raises(Declined, match="forgotten"):
        there.put(slip_again(weekly), handover.SHAPE, {ids.encode(weekly.id): interest})
    assert there.put_new(slip_again(weekly), handover.SHAPE, {ids.encode(weekly.id): interest}) == {
        "ada@example.test": "forgotten"
    }


def slip_again(newsletter) -> Release:
    return handover.release([make_contact("ada@example.test")], newsletter, clock.now())


@pytest.mark.requirement(129)
def test_many_new_ones_at_once_and_the_known_stay_as_they_are(there, weekly):
    made, interest = put(there, weekly, "known@example.test")
    there.unsubscribe(made.key)
    names = {ids.encode(weekly.id): interest}
    many = slip(weekly, "known@example.test", *(f"new_{number}@example.test" for number in range(20)))
    became = there.put_new(many, handover.SHAPE, names)
    assert became == {"known@example.test": "exists"} | {f"new_{number}@example.test": "" for number in range(20)}
    assert there.member(made.key).status == "unsubscribed"
    assert there.member(key_of("new_7@example.test")).interests == {interest: True}


def test_pages_of_members(there, weekly):
    put(there, weekly)
    (found,) = there.changed(None, 0)
    assert found.address == "ada@example.test"
    assert there.changed(None, 1) == []
    assert there.changed(clock.now() + timedelta(hours=1), 0) == []


def test_interests_have_one_id(there, weekly):
    first = there.add_interest("weekly")
    assert there.add_interest("weekly") == first
    assert there.interests() == {"weekly": first}


def test_a_campaign(there, weekly):
    _, interest = put(there, weekly)
    letter = Letter("One", "Hello", "", "Clozette", "hello@clozette.test", "<p>Hi</p>", "Hi", interest)
    made = there.create(letter)
    assert there.faults(made) == []
    assert there.report(made).status == "save"
    there.send(made)
    report = there.report(made)
    assert (report.status, report.sent, report.unsubscribed) == ("sent", 1, 0)
    with pytest.raises(Declined, match="missing"):
        there.report("nothing")


@pytest.mark.requirement(79)
@pytest.mark.parametrize("verb", ["put", "put_new"])
def test_nobody_is_told_of_without_a_slip(there, weekly, verb):
    for bad in (None, b"[]", Release("Mailchimp", "newsletter", b"[]", (1,), 1)):
        with pytest.raises(NotReleased):
            getattr(there, verb)(bad, handover.SHAPE, {})


# What follows is about the real one alone: pitfall P15, the facts of d.6.


@pytest.mark.requirement(126)
@pytest.mark.parametrize("fault", sorted(set(FAULTS) - {"text"}))
def test_no_failure_passes_for_a_success(wire, fault):
    wire.double.faults[:] = [fault] * 3
    with pytest.raises(Later):
        wire.there.member("0" * 32)
    wire.double.faults[:] = [fault] * 3
    with pytest.raises(Later):
        wire.there.create(Letter("One", "Hello", "", "Clozette", "hello@clozette.test", "", "", "interest1"))


@pytest.mark.requirement(125)
@pytest.mark.parametrize("fault", ["429", "429-bare", "403", "500", "503"])
def test_what_can_be_repeated_is_and_nothing_else(wire, fault):
    wire.double.faults[:] = [fault, fault]
    assert wire.there.member("0" * 32) is None
    assert [method for method, _ in wire.double.calls] == ["GET"] * 3
    wire.double.calls.clear()
    wire.double.faults[:] = [fault]
    with pytest.raises(Later):
        wire.there.send("campaign1")
    assert wire.double.calls == [("POST", "/campaigns/campaign1/actions/send")]


@pytest.mark.requirement(125)
def test_a_lost_answer_to_a_deed_is_uncertain_and_not_repeated(wire, monkeypatch):
    sent = []

    def lost(session, method, address, **options):
        sent.append((method, options["timeout"], options["allow_redirects"]))
        raise requests.ReadTimeout

    monkeypatch.setattr(requests.Session, "request", lost)
    with pytest.raises(Uncertain):
        wire.there.send("campaign1")
    assert sent == [("POST", (gateway.CONNECT, gateway.READ), False)]
    sent.clear()
    with pytest.raises(Later) as later:
        wire.there.member("0" * 32)
    assert not isinstance(later.value, Uncertain)
    assert len(sent) == gateway.TRIES


@pytest.mark.requirement(125)
def test_never_more_than_eight_calls_at_once(wire, monkeypatch):
    now, most, lock = [], [], threading.Lock()
    gate = threading.Event()

    def slow(session, method, address, **options):
        with lock:
            now.append(1)
            most.append(len(now))
        gate.wait(0.3)
        with lock:
            now.pop()
        raise requests.ConnectionError

    monkeypatch.setattr(requests.Session, "request", slow)

    def call() -> None:
        with suppress(Later):
            wire.there.send("campaign1")

    threads = [threading.Thread(target=call) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == gateway.MOST_CALLS


@pytest.mark.requirement(127)
@pytest.mark.parametrize("key", ["../../../x?y=1#z", "", "0" * 31, "0" * 33, "G" * 32, "ada@example.test"])
def test_nothing_but_a_digest_gets_into_a_path(wire, key):
    with pytest.raises(ValueError, match="path"):
        wire.there.member(key)
    with pytest.raises(ValueError, match="path"):
        wire.there.report("../lists")
    assert wire.double.calls == []


@pytest.mark.requirement(127)
def test_an_audience_may_be_called_server(wire):
    there = Mailchimp(wire.host, "key-us1", "myserver9", pause=0)
    assert there.member("0" * 32) is None
    assert wire.double.calls == [("GET", f"/lists/myserver9/members/{'0' * 32}")]
    with pytest.raises(ValueError, match="audience"):
        Mailchimp(wire.host, "key-us1", "../campaigns")


@pytest.mark.requirement(126)
def test_the_words_of_a_refusal_stay_outside(wire, weekly):
    wire.double.state["forgotten"].append(key_of("ada@example.test"))
    interest = wire.there.add_interest("weekly")
    with pytest.raises(Declined) as declined:
        wire.there.put(slip(weekly, "ada@example.test"), handover.SHAPE, {ids.encode(weekly.id): interest})
    assert "ada" not in str(declined.value)
    assert declined.value.__cause__ is None


def test_to_another_machine_by_https_alone():
    with pytest.raises(ValueError, match="HTTPS"):
        Mailchimp("http://us1.api.mailchimp.com/3.0", "key", "audience")


@pytest.mark.requirement(13)
def test_a_certificate_of_nobody_is_refused(tmp_path):
    from http.server import BaseHTTPRequestHandler, HTTPServer
    from ssl import PROTOCOL_TLS_SERVER, SSLContext

    context = SSLContext(PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        with pytest.raises(Later, match="SSLError"):
            Mailchimp(f"https://localhost:{server.server_port}/3.0", "key", "audience", pause=0).member("0" * 32)
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


@pytest.mark.requirement(129)
def test_a_batch_unsubscribes_many(wire, weekly):
    put(wire.there, weekly)
    absent = key_of("nobody@example.test")
    batch = wire.there.unsubscribe_many([key_of("ada@example.test"), absent])
    assert wire.there.batch_results(batch) == {key_of("ada@example.test"): 200, absent: 404}
    assert wire.there.member(key_of("ada@example.test")).status == "unsubscribed"


@pytest.mark.requirement(129)
@pytest.mark.parametrize(
    "archive",
    [
        b"",
        b"not an archive",
        packed({"a.json": b"{"}),
        packed({"a.json": b'{"operation_id": "a"}'}),
        packed({"a.json": b'[{"operation_id": "a"}]'}),
        packed({"a.json": b" " * (gateway.MOST_RESULTS + 1)}),
        packed({f"{number}.json": b"[]" + b" " * 2**20 for number in range(40)}),
    ],
    ids=["nothing", "no-archive", "no-json", "no-list", "no-answer", "large", "many"],
)
def test_an_odd_archive_is_refused(archive):
    with pytest.raises(Later, match="odd"):
        gateway.read_results(archive)


@pytest.mark.requirement(129)
def test_an_archive_writes_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = json.dumps([{"operation_id": "a", "status_code": 204}]).encode()
    found = gateway.read_results(packed({"../../escaped.json": rows, "/etc/x.txt": b"no"}))
    assert found == {"a": 204}
    assert not list(tmp_path.rglob("*"))
