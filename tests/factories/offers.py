"""Making offers as a browser does it, and rows of them."""

import itertools
import re
from typing import Any

from clozette.accounts.models import Member
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.shop.listings.models import Listing
from clozette.shop.offers import queries, rules
from clozette.shop.offers.models import Offer, OfferLine, OfferStep
from tests.factories.buying import ADDRESS
from tests.support.client import location

_numbers = itertools.count(1)


def look_at(browser: Any, listings: list[Any], amount: str, **changes: Any) -> Any:
    """Type a sum, and see what it comes to."""
    form = {
        "listing": [ids.encode(one.id) for one in listings],
        "amount": amount,
        "form_key": f"offer-{next(_numbers)}",
    }
    return browser.post("/offers", data={**form, **changes})


def form_of(browser: Any, listings: list[Any], amount: str, **changes: Any) -> dict[str, Any]:
    """Return the form that sends an offer, with the total that the page showed."""
    page = look_at(browser, listings, amount, **changes).text
    hidden: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"', page):
        hidden.setdefault(name, []).append(value)
    one = {name: hidden[name][0] for name in ("form_key", "total")}
    return {"listing": hidden["listing"], "quantity": hidden.get("quantity", []), "amount": amount, **one}


def offer(browser: Any, listings: list[Any], amount: str, **changes: Any) -> str:
    """Make an offer; return the address of its page."""
    return location(browser.post("/offers", data=form_of(browser, listings, amount, **changes)))


def answer(browser: Any, page: str, deed: str, **more: str) -> Any:
    """Answer with what the page shows at this moment."""
    shown = re.search(r'name="seen" value="([^"]+)"', browser.get(page).text)
    seen = shown.group(1) if shown else ""
    return browser.post(f"{page}/{deed}", data={"seen": seen, **more})


def checkout_form(browser: Any, page: str, **changes: str) -> dict[str, str]:
    """Open the address form of an accepted offer, and fill it."""
    shown = browser.get(f"/checkout?offer={page.rpartition('/')[2]}").text
    hidden = dict(re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"', shown))
    names = ("seller", "offer", "form_key", "total", "_notice")
    return {**{name: hidden[name] for name in names}, **ADDRESS, **changes}


def make_offer(buyer: Member, listing: Listing, amount_minor: int = 3000, **columns: Any) -> Offer:
    """Add an offer (flushed) for one piece; an accepted one takes the piece off the listing."""
    number, now = next(_numbers), clock.now()
    defaults: dict[str, Any] = {
        "form_key": f"made-{number}",
        "wanted": queries.digest_of([listing.id]),
        "country": "GB",
        "currency": listing.currency,
        "amount_minor": amount_minor,
        "total_minor": amount_minor + 500,
        "made_at": now,
        "state_at": now,
        "until": now + rules.ANSWER_WITHIN,
    }
    made = Offer(buyer_id=buyer.id, seller_id=listing.seller_id, **defaults | columns)
    price = {"list_minor": listing.price_minor, "price_minor": amount_minor}
    made.lines = [OfferLine(listing_id=listing.id, position=0, quantity=1, **price)]
    made.steps = [OfferStep(position=1, side="buyer", amount_minor=amount_minor, at=now)]
    db.session.add(made)
    if made.state == "accepted":
        listing.remaining -= 1
    db.session.flush()
    return made
