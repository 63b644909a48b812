"""The pages of a checkout are kept and filled: each viewer sees their own, and what has changed."""

import re

import pytest

from clozette.kernel import clock
from tests.factories.accounts import make_member
from tests.factories.shop import make_listing, make_order, make_seller
from tests.support.kept import both


@pytest.fixture
def seller(db_session):
    """Give somebody who sells."""
    return make_seller(make_member("sam"))


@pytest.fixture
def people(db_session, client_of):
    """Give two people who buy, each with a browser, the second one's pages in German."""
    bea, cleo = make_member("bea", country="GB"), make_member("cleo", country="SG", locale="de")
    return [(bea, client_of(bea)), (cleo, client_of(cleo))]


@pytest.fixture(autouse=True)
def german(app, monkeypatch):
    """Let German be a language."""
    monkeypatch.setitem(app.extensions, "clozette.languages", ["en", "de"])


@pytest.mark.parametrize(("state", "columns"), [("paid", {"paid_at": clock.now()}), ("expired", {})])
def test_the_way_back_is_each_viewer_s_own(app, people, seller, state, columns):
    for member, browser in people:
        order = make_order(member, make_listing(seller), state, **columns)
        kept, made = both(app, browser, f"/checkout/return?order={order.ref}")
        assert kept == made
        assert f"@{member.handle}</span>" in kept
        assert f'<html lang="{member.locale or "en"}"' in kept
        assert (f'href="/orders/{order.ref}"' in kept) is (state == "paid")


def test_a_message_is_shown_once_and_scripts_have_the_nonce_of_their_answer(app, people, seller):
    member, browser = people[0]
    order = make_order(member, make_listing(seller), "paid", paid_at=clock.now())
    address, nonces = f"/checkout/return?order={order.ref}", set()
    for told in (False, True, False):
        if told:
            with browser.session_transaction() as session:
                session["_flashes"] = [("success", "Hello <there>")]
        page = browser.get(address)
        assert ("Hello &lt;there&gt;" in page.text) is told
        found = set(re.findall(r'nonce="([^"]*)"', page.text))
        assert len(found) == 1
        assert f"'nonce-{found.copy().pop()}'" in page.headers["Content-Security-Policy"]
        nonces |= found
    assert len(nonces) == 3
