"""Parts of pages that are kept: whatever they show, the next page shows as it is by then, and nobody another's."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from clozette.closets import services as closets
from clozette.closets.access import own_item
from clozette.kernel import clock, ids
from clozette.kernel.viewer import Viewer
from clozette.media.models import Photo
from clozette.shop.listings.models import Listing
from clozette.shop.sellers import fees
from clozette.shop.sellers.models import Rate, Seller
from tests.factories.accounts import make_member
from tests.factories.closets import make_item
from tests.factories.shop import make_listing, make_seller

Browsers = Callable[..., Any]
RED = {"category": "outerwear.coat", "colours": ["red"], "measurements": {"chest": 520}}


@pytest.fixture
def coat(db_session: orm.Session) -> Listing:
    """Give what Ada in Germany sells for 40.00, sent to Germany for 5.00."""
    ada = make_member("ada", country="DE")
    seller = make_seller(ada)
    made = make_listing(seller, make_item(ada, public=True, **RED), title="Red coat")
    db_session.commit()
    return made


def both(client: Any, listing: Listing) -> tuple[str, str]:
    """Return the shop and the listing's page, as of the second time that they are asked for."""
    for path in ("/shop", f"/shop/{ids.encode(listing.id)}"):
        client.get(path)
    return client.get("/shop").text, client.get(f"/shop/{ids.encode(listing.id)}").text


def test_a_price_that_changes_is_shown_at_once(client_of: Browsers, coat: Listing, db_session: orm.Session) -> None:
    bea = client_of(make_member("bea", country="DE"))
    assert all("€45.00" in page for page in both(bea, coat))
    coat.price_minor = 5000
    assert all("€55.00" in page and "€45.00" not in page for page in both(bea, coat))
    db_session.execute(sa.update(Rate).values(first_minor=700))
    assert all("€57.00" in page for page in both(bea, coat))
    fees.announce("EUR", clock.now() - timedelta(seconds=1), buyer_bp=1000, buyer_fixed_minor=0, seller_bp=0)
    assert all("€62.00" in page for page in both(bea, coat))
    db_session.execute(sa.update(Seller).values(country="SG"))
    assert "A private person in Singapore" in both(bea, coat)[1]


def test_a_photo_that_is_private_by_now_is_on_no_page(
    client_of: Browsers, coat: Listing, db_session: orm.Session
) -> None:
    bea, token = client_of(make_member("bea")), db_session.scalars(sa.select(Photo.public_token)).one()
    assert all(f"/media/{token}/" in page for page in both(bea, coat))
    ada = db_session.scalars(sa.select(Seller.member_id)).one()
    closets.hide(own_item(Viewer(member_id=ada), coat.item_id or 0))
    coat.state = "sold"
    db_session.commit()
    assert not any(f"/media/{token}/" in page for page in both(bea, coat))


def test_what_a_closet_says_reaches_its_owner_alone(
    client_of: Browsers, coat: Listing, db_session: orm.Session
) -> None:
    bea, cleo = make_member("bea"), make_member("cleo")
    mine = make_item(bea, **RED)
    db_session.commit()
    assert f"/items/{ids.encode(mine.id)}" in both(client_of(bea), coat)[1]
    for other in (client_of(cleo), client_of()):
        assert f"/items/{ids.encode(mine.id)}" not in both(other, coat)[1]
    closets.hide(mine)
    db_session.delete(mine)
    assert f"/items/{ids.encode(mine.id)}" not in both(client_of(bea), coat)[1]


def test_each_page_has_a_nonce_and_a_token_of_its_own(client_of: Browsers, coat: Listing) -> None:
    bea, cleo = client_of(make_member("bea")), client_of(make_member("cleo"))
    for client, other in ((bea, "cleo"), (cleo, "bea")):
        page = client.get(f"/shop/{ids.encode(coat.id)}")
        nonce = page.headers["Content-Security-Policy"].partition("'nonce-")[2].partition("'")[0]
        assert f'nonce="{nonce}"' in page.text
        assert f"@{other}" not in page.text


def test_a_garment_that_changes_is_weighed_and_named_anew(
    client_of: Browsers, coat: Listing, db_session: orm.Session
) -> None:
    bea = make_member("bea")
    mine = make_item(bea, category="outerwear.coat", colours=["red"], measurements={"chest": 500}, brand="Cos")
    db_session.commit()
    client = client_of(bea)
    page = both(client, coat)[1]
    assert "something much like it" in page and "Coat, Cos</option>" in page
    mine.subcategory, mine.brand = "jacket", "Arket"
    db_session.commit()
    page = both(client, coat)[1]
    assert "something much like it" not in page and "Cos</option>" not in page and "Jacket, Arket</option>" in page
