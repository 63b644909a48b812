"""The sandbox's own pages, as a browser sees them over TLS: cards, 3-D Secure, onboarding, banks; and its rules of the API."""

import json
import time

import pytest
import requests

from clozette.kernel import clock
from clozette.sandbox.stripe import posting
from clozette.sandbox.stripe.books import DECLINED, INSUFFICIENT, PAID, SECURE, Books
from clozette.sandbox.stripe.pages import amount
from clozette.sandbox.stripe.posting import post_all, sign
from clozette.settings import ROOT, BadSettings, Settings
from clozette.shop.payments import hearing, recipient
from tests.shop.payments.conftest import terms_for
from tests.support.stripe_sandbox import KEY

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def page(world, order, seller, buyer):
    """Give an open page of the sandbox."""
    if not world.on_the_wire:
        pytest.skip("the twin has no pages")
    return world.there.start(recipient.of_order(order, buyer, clock.now()), terms_for(order, seller), "key-1")


@pytest.fixture
def browser(sandbox):
    """Give something that trusts the sandbox's certificate and shows every redirect."""
    with requests.Session() as session:
        session.verify, session.trust_env = str(sandbox.authority), False

        def ask(path: str, **form: str) -> requests.Response:
            address = path if path.startswith("https:") else sandbox.base + path
            return session.request("POST" if form else "GET", address, data=form or None, allow_redirects=False)

        yield ask


@pytest.mark.parametrize(
    ("minor", "currency", "said"),
    [(7555, "eur", "75.55 EUR"), (123456, "jpy", "123,456 JPY"), (1005, "KWD", "1.005 KWD")],
)
def test_amounts_are_said_as_people_do(minor, currency, said):
    assert amount(minor, currency) == said


def test_cards(browser, page, world):
    shown = browser(page.url).text
    assert ("Card number" in shown, "47.00 EUR" in shown) == (True, True)
    for number, words in (
        (DECLINED, "was declined"),
        (INSUFFICIENT, "insufficient funds"),
        ("4111111111111111", "not one of the test cards"),
    ):
        refused = browser(page.url, number=number)
        assert (refused.status_code, words in refused.text, number in refused.text.split("Test cards")[0]) == (
            422,
            True,
            False,
        )
    assert world.there.session(page.id).state == "open"
    paid = browser(page.url, number="4242 4242 4242 4242")
    assert (paid.status_code, paid.headers["Location"]) == (303, "https://localhost/checkout/return")
    assert browser(page.url).status_code == 303, "whoever comes again is led back"
    assert PAID not in json.dumps(world.people.books.state), "four digits stay"


def test_three_d_secure(browser, page, world):
    challenge = browser(page.url, number=SECURE)
    assert challenge.headers["Location"] == f"/pay/{page.id}/challenge"
    assert "is it you?" in browser(challenge.headers["Location"]).text
    assert "could not prove" in browser(challenge.headers["Location"], prove="no").text
    assert world.there.session(page.id).state == "open"
    assert browser(challenge.headers["Location"], prove="yes").status_code == 303
    assert world.there.session(page.id).state == "paid"


def test_a_closed_page(browser, page, world):
    world.people.time_out(page.id)
    assert "closed" in browser(page.url).text
    assert browser(page.url, number=PAID).status_code == 422
    assert world.there.session(page.id).state == "expired"
    assert browser("/pay/cs_none").status_code == 404


def test_onboarding(browser, world, seller):
    if not world.on_the_wire:
        pytest.skip("the twin has no pages")
    link = world.there.onboarding(seller.account, "https://localhost/back", "https://localhost/again", "link")
    assert seller.account in browser(link).text
    assert browser(link, enough="no").headers["Location"] == "https://localhost/back"
    assert not world.there.account(seller.account).is_active
    browser(link, enough="yes")
    assert world.there.account(seller.account).is_active


def test_what_banks_do(browser, page, world, seller):
    world.people.pay(page.id)
    intent = world.there.session(page.id).intent
    refund = world.there.refund(intent, 500, "EUR", "refund")
    payout = world.there.payout(seller.account, 100, "EUR", "payout")
    for deed, name in (("dispute", intent), ("lost", intent), ("refuse", refund.id), ("arrive", payout.id)):
        assert browser("/stripe/banks", deed=deed, name=name).status_code == 303
    assert world.there.refunded(refund.id).state == "failed"
    assert world.there.paid_out(seller.account, payout.id).state == "done"
    assert browser("/stripe/banks", deed="arrive", name="po_none").status_code == 422
    shown = browser("/stripe").text
    assert all(name in shown for name in (page.id, refund.id, payout.id, seller.account))
    assert browser("/stripe.json").json()["balances"]


def test_replays_say_so(sandbox, browser):
    asked = {"contact_email": "sam@example.test", "identity": {"country": "de"}}
    asked["configuration"] = {
        "recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}}
    }

    def post(key: str, said: dict) -> requests.Response:
        headers = {"Authorization": f"Bearer {KEY}", **({"Idempotency-Key": key} if key else {})}
        url = f"{sandbox.base}/v2/core/accounts"
        return requests.post(url, json=said, headers=headers, verify=str(sandbox.authority), timeout=5)

    first, again = post("key-1", asked), post("key-1", asked)
    assert ("Idempotent-Replayed" in first.headers, again.headers["Idempotent-Replayed"]) == (False, "true")
    assert first.content == again.content
    other = post("key-1", {**asked, "contact_email": "eve@example.test"})
    assert (other.status_code, other.json()["error"]["type"]) == (400, "idempotency_error")
    assert post("", asked).status_code == 400
    assert requests.get(f"{sandbox.base}/v1/refunds", verify=str(sandbox.authority), timeout=5).status_code == 401


def test_webhooks_come_in_the_wrong_order_and_one_of_them_twice():
    sent: list[bytes] = []
    post_all(lambda body, headers: sent.append(body), [{"id": "a"}, {"id": "b"}, {"id": "c"}])
    assert [json.loads(body)["id"] for body in sent] == ["c", "b", "a", "c"]
    assert sign(b"{}", "whsec_x", 1) != sign(b"{}", "whsec_y", 1)


def test_an_endpoint_gets_what_it_is_set_up_for_and_that_is_what_we_heed_and_write_in_the_manual():
    kinds = ["checkout.session.completed", "charge.succeeded", "refund.created", "charge.refunded", "payout.paid"]
    found = posting.enabled([{"type": kind} for kind in kinds])
    assert [event["type"] for event in found] == ["checkout.session.completed", "refund.created", "payout.paid"]
    manual = (ROOT / "docs" / "operations.md").read_text()
    for kind in posting.ENABLED:
        assert hearing.is_heeded(kind), kind
        assert kind in manual or f"`.{kind.rpartition('.')[2]}`" in manual, kind


def test_webhooks_that_are_not_answered_are_sent_again(sandbox, monkeypatch):
    """To an address by TLS, as the site's is; a first answer of 500 is asked again."""
    monkeypatch.setattr(posting, "PAUSES", (0.0, 0.01))
    sandbox.spoil("500")
    posting.poster(f"{sandbox.base}/v1/refunds")([{"id": "evt_1", "type": "refund.created"}])
    until = time.monotonic() + 5
    while len(sandbox.books.calls) < 4 and time.monotonic() < until:
        time.sleep(0.01)
    assert [call[:2] for call in sandbox.books.calls] == [("POST", "/v1/refunds")] * 4


def test_it_remembers_after_a_restart(tmp_path):
    file = tmp_path / "stripe.json"
    first = Books(file)
    with first.deed():
        made = first.add("re", "refund", amount=1)
    assert Books(file).find(made["id"], "refund")["amount"] == 1


GOOD = {
    "CLOZETTE_ENV": "production",
    "CLOZETTE_BASE_URL": "https://clozette.example",
    "CLOZETTE_SECRET_KEYS": "k" * 32,
    "CLOZETTE_SMTP_URL": "smtp://mail.example",
    "CLOZETTE_CONTROLLER_NAME": "Clozette",
    "CLOZETTE_CONTROLLER_ADDRESS": "1 High Street",
    "CLOZETTE_STRIPE_SECRET_KEY": "sk_live_0000000000",
    "CLOZETTE_STRIPE_WEBHOOK_SECRET": "whsec_" + "0" * 32 + " whsec_" + "1" * 32,
}


def test_production_takes_payments():
    settings = Settings.from_environment(GOOD)
    assert "sk_live_" not in repr(settings)
    assert Settings.from_environment(GOOD | {"CLOZETTE_STRIPE_ENTITY": "Stripe Ltd | 1 Street | IE | dpo@stripe.test"})


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"CLOZETTE_STRIPE_SECRET_KEY": "sk_test_sandbox"}, "STRIPE_SECRET_KEY"),
        ({"CLOZETTE_STRIPE_SECRET_KEY": "anything"}, "STRIPE_SECRET_KEY"),
        ({"CLOZETTE_STRIPE_WEBHOOK_SECRET": ""}, "STRIPE_WEBHOOK_SECRET"),
        ({"CLOZETTE_STRIPE_WEBHOOK_SECRET": "whsec_sandbox"}, "STRIPE_WEBHOOK_SECRET"),
        ({"CLOZETTE_STRIPE_API_BASE": "https://localhost:8444"}, "STRIPE_API_BASE"),
        ({"CLOZETTE_STRIPE_API_BASE": "https://stripe.example"}, "STRIPE_API_BASE"),
        ({"CLOZETTE_STRIPE_API_BASE": "http://api.stripe.com"}, "STRIPE_API_BASE"),
        ({"CLOZETTE_BASE_URL": "http://clozette.example"}, "payments need a CLOZETTE_BASE_URL"),
        ({"CLOZETTE_STRIPE_ENTITY": "Stripe"}, "STRIPE_ENTITY"),
        ({"CLOZETTE_STRIPE_COUNTRY": "Germany"}, "STRIPE_COUNTRY"),
    ],
)
def test_production_does_not_start_with(change, fault):
    with pytest.raises(BadSettings, match=fault):
        Settings.from_environment(GOOD | change)
