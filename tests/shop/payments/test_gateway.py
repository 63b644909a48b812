"""Stripe's client on the line: what its errors mean to us, TLS, and the types that every call is held against."""

import dataclasses
import json
import socket
import ssl
import threading

import pytest
import stripe
import trustme

from clozette.kernel import clock
from clozette.kernel.ports import stripe_gateway, stripe_wire
from clozette.kernel.ports.payments import Declined, Later
from clozette.kernel.ports.stripe_gateway import Stripe
from clozette.sandbox.stripe.posting import SECRET
from clozette.shop.payments import recipient
from tests.shop.payments.conftest import terms_for
from tests.support import stripe_types
from tests.support.stripe_sandbox import KEY

pytestmark = pytest.mark.engines("sqlite")


@pytest.mark.parametrize("fault", ["429", "500", "503", "401", "odd", "text", "redirect", "dropped-before"])
def test_whatever_the_line_does_is_later(sandbox, fault):
    sandbox.spoil(fault)
    with pytest.raises(Later):
        sandbox.there.session("cs_1")
    assert len(sandbox.books.calls) == 1, "nothing is repeated, no redirect followed"


def test_an_answer_that_comes_too_late(world, sandbox, order, seller, buyer, monkeypatch):
    if not world.on_the_wire:
        pytest.skip("the twin has no line")
    monkeypatch.setattr(stripe_wire, "READ", 0.2)
    monkeypatch.setattr("clozette.sandbox.stripe.api.SLOWNESS", 0.5)
    hasty = Stripe(KEY, (), base=sandbox.base, authority=sandbox.authority)
    terms = terms_for(order, seller)
    release = recipient.of_order(order, buyer, clock.now())
    sandbox.spoil("slow-after")
    with pytest.raises(Later):
        hasty.start(release, terms, "key-1")
    sandbox.there.start(release, terms, "key-1")
    assert len(sandbox.books.every("checkout.session")) == 1


def test_the_waiting_ends():
    """Timeouts are set: the client's own are 80 seconds and two tries."""
    client = stripe_wire.client(KEY, "", None)._requestor._client
    assert (client.waits.connect_timeout, client.waits.read_timeout) == (5.0, 10.0)


@pytest.mark.requirement(13)
def test_a_certificate_that_nobody_vouches_for_ends_it_before_a_byte_is_said(sandbox):
    for authority in (None, _other_authority(sandbox)):
        stranger = Stripe(KEY, (), base=sandbox.base, authority=authority)
        with pytest.raises(Later, match="unreachable"):
            stranger.session("cs_1")
    assert sandbox.books.calls == []


def _other_authority(sandbox):
    path = sandbox.authority.with_name("other.pem")
    trustme.CA().cert_pem.write_to_path(path)
    return path


@pytest.mark.requirement(13)
def test_tls_before_1_2_is_refused(sandbox):
    """A server that speaks 1.1 alone gets no request; OpenSSL of today may not even offer it."""
    context = stripe_wire.client(KEY, sandbox.base, sandbox.authority)._requestor._client.context
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname


@pytest.mark.requirement(13)
def test_nothing_goes_in_the_clear():
    with pytest.raises(ValueError, match="TLS"):
        Stripe(KEY, (), base="http://localhost:1")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        there = Stripe(KEY, (), base="https://localhost")
        there._client._requestor._options.base_addresses["api"] = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(Later):
            there.session("cs_1")
        listener.settimeout(0.05)
        with pytest.raises(TimeoutError):
            listener.accept()


def test_threads_share_it(sandbox):
    found = []

    def ask() -> None:
        try:
            sandbox.there.session("cs_1")
        except Declined as no:
            found.append(no.why)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert found == ["missing"] * 8


def test_a_line_stays_open(sandbox):
    """A handshake takes more than all the rest of a page."""
    lines = sandbox.there._client._requestor._client._lines.connection_from_url(sandbox.base)
    opened = []
    for _ in range(3):
        with pytest.raises(Declined, match="missing"):
            sandbox.there.session("cs_1")
        opened.append(lines.num_connections)
    assert opened == opened[:1] * 3


def test_currencies_that_stripe_counts_otherwise():
    assert [stripe_gateway._outward(500, code) for code in ("EUR", "JPY", "ISK", "UGX")] == [500, 500, 50000, 50000]
    assert stripe_gateway._outward(500, "MGA") == 5
    with pytest.raises(Declined, match="currency"):
        stripe_gateway._outward(501, "MGA")
    for code in ("EUR", "JPY", "ISK", "UGX", "MGA"):
        assert stripe_gateway._inward(stripe_gateway._outward(500, code), code.lower()) == (500, code)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"payment_method_types": ["card"]}, "unknown"),
        ({"mode": "pay"}, None),
        ({"line_items": [{"quantity": "1"}]}, "line_items"),
        ({"payment_intent_data": {"transfer_data": {}}}, "destination: missing"),
        ({"payment_intent_data": {"transfer_data": {"destinaton": "acct_1"}}}, "destinaton: unknown"),
        ({"expires_at": "soon"}, "expires_at"),
    ],
)
def test_the_walker_sees_what_is_wrong(change, fault):
    from stripe.params.checkout import SessionCreateParams

    good = {"mode": "payment", "success_url": "https://localhost", "expires_at": 1}
    assert stripe_types.faults(SessionCreateParams, good) == []
    found = stripe_types.faults(SessionCreateParams, good | change)
    assert (fault is None) or any(fault in one for one in found), found


def test_every_deed_of_the_port_is_held_against_the_types(world, order, seller, buyer, stripe_calls):
    """All that the port can do passes here; the conformance tests ask what it means."""
    if not world.on_the_wire:
        pytest.skip("the twin has no types")
    there, now = world.there, clock.now()
    terms = terms_for(order, seller)
    page = there.start(recipient.of_order(order, buyer, now), terms, "start")
    there.session(page.id)
    world.people.pay(page.id)
    there.expire(page.id, "expire")
    intent = there.session(page.id).intent
    refund = there.refund(intent, 100, "EUR", "refund")
    there.give_fee(intent, 10, "EUR", "fee")
    assert there.balance(seller.account, "EUR") == 4700 - 300 - 100 + 10
    there.refunded(refund.id)
    there.dispute(world.people.disputed(intent))
    there.onboarding(seller.account, "https://localhost/a", "https://localhost/b", "link")
    there.account(seller.account)
    payout = there.payout(seller.account, 100, "EUR", "payout")
    there.paid_out(seller.account, payout.id)
    for listed in (there.sessions(now), there.refunds(now), there.payouts(seller.account, now)):
        list(listed)
    writes = [(url, options) for method, url, _, options in stripe_calls if method == "post"]
    assert len(writes) == 8
    assert all(options["idempotency_key"] for _, options in writes)
    with pytest.raises(AssertionError, match="unknown"):
        there._client.v1.refunds.create({"payment_intnt": "pi_1"}, {"idempotency_key": "x"})
    with pytest.raises(AssertionError, match="without an idempotency key"):
        there._client.v1.refunds.create({"payment_intent": "pi_1"})


def test_lists_come_page_after_page(world, order, seller, buyer, monkeypatch):
    if not world.on_the_wire:
        pytest.skip("the twin has no pages")
    monkeypatch.setattr(stripe_gateway, "MOST", 2)
    terms, now = terms_for(order, seller), clock.now()
    release = recipient.of_order(order, buyer, now)
    opened = {world.there.start(release, dataclasses.replace(terms), f"key-{number}").id for number in range(5)}
    assert {one.id for one in world.there.sessions(now.replace(microsecond=0))} == opened


@pytest.mark.parametrize(
    "said",
    [
        {"object": "event", "data": {"object": {"object": "balance"}}, "type": "balance.available"},
        {"object": "v2.core.event", "type": "v2.core.event_destination.ping"},
    ],
)
def test_news_of_nothing_with_an_id_are_heard_and_leave_nothing(sandbox, said):
    now = clock.now()
    body = json.dumps({"id": "evt_1", "created": int(now.timestamp()), **said})
    signature = stripe.WebhookSignature.generate_signature_header(body, SECRET)
    assert sandbox.there.heard(body.encode(), signature, now) is None
